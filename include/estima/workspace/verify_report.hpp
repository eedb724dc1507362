// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace estima::inline v0_1 {

/// Something in a workspace that is not as it was written.
struct verify_finding {
    enum class kind {
        damage,    ///< something is lost, or not what it was
        leftover,  ///< of a process that was killed: it takes room and harms nobody
        closed,    ///< this user may not read it: whether it is as it was is not known
        note       ///< what is passed over: lines that are no metrics, lines of a journal that are there twice, among
                   ///< runs what is none
    };
    kind is = kind::damage;
    std::string path;         ///< relative to the workspace
    std::string what;
    std::string remedy{};
    bool is_mendable = false;  ///< verify() can do it
    bool is_mended = false;    ///< and has done it
};

struct verify_options {
    bool mend =
        false;  ///< takes damaged objects out of the store, so that the next snapshot writes them; removes leftovers
    std::function<void(std::uint64_t bytes)> progress{};  ///< called with the bytes that were read so far
};

/// What verify() looked at, and what it found.
struct verify_report {
    std::vector<verify_finding> findings;
    std::uint64_t runs = 0, artifacts = 0, metric_files = 0, snapshots = 0, objects = 0, model_versions = 0, bytes = 0;

    /// Nothing that was looked at is lost; leftovers and notes do not count.
    bool is_sound() const { return !has(verify_finding::kind::damage); }
    /// All was looked at: this user may read it.
    bool is_complete() const { return !has(verify_finding::kind::closed); }

private:
    bool has(verify_finding::kind what) const {
        for (verify_finding const& one : findings)
            if (one.is == what && !one.is_mended) return true;
        return false;
    }
};

}  // namespace estima::inline v0_1
