// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <estima/requirement/image_reference.hpp>

namespace {
using namespace estima;

void require(bool condition) {
    if (!condition) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const r = parse_image_reference(text);
    require(r.position <= text.size());
    require(bool{r} == r.reason.empty());
    if (!r) return 0;
    // The parts put together are the whole.
    std::string whole{r->registry};
    if (!whole.empty()) whole += '/';
    whole += r->path;
    if (!r->tag.empty()) whole.append(":").append(r->tag);
    if (r->has_digest()) whole.append("@").append(r->digest_algorithm).append(":").append(r->digest_hex);
    require(whole == text);
    require(r->tag.size() <= 128 && r->path.size() <= 255);
    // Written out in full, it means the same.
    std::string full = std::string{r->effective_registry()} + '/';
    full.append(r->path_prefix()).append(r->path).append(":").append(r->tag.empty() ? "latest" : r->tag);
    auto const again = parse_image_reference(full);
    require(bool{again} && again->effective_registry() == r->effective_registry());
    require(again->path_prefix().empty());
    require(r->has_digest() || again->is_latest() == r->is_latest());
    return 0;
}
