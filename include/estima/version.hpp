// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace estima::inline v0_1 {

/// The library's version, told in this place only: CMake reads it from here. The inline namespace `v0_1` carries
/// major and minor, so that two minor versions in one program are different types and never mix.
inline constexpr int version_major = 0;
inline constexpr int version_minor = 1;
inline constexpr int version_patch = 0;
inline constexpr char library_version[] = "0.1.0";

}  // namespace estima::inline v0_1
