// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <utility>

#include <estima/snapshot/store_layout.hpp>
#include <estima/snapshot/take_damage_out.hpp>
#include <estima/snapshot/verify_store.hpp>
#include <estima/workspace/verify_findings.hpp>

namespace estima::inline v0_1::detail {

/// The part of verify() that looks at the snapshots; what is mended, it looks at again: a snapshot lacks what was
/// taken out.
inline void verify_snapshots(verify_findings& to, store_layout const& layout) {
    using kind = verify_finding::kind;
    char const* const submit = "submit from the same source directory again: what is missing is stored anew";
    store_report const store = verify_store(layout.root, [&to](std::uint64_t all) {
        if (to.options.progress) to.options.progress(all);
    });
    to.report.snapshots = store.snapshots;
    to.report.objects = store.objects;
    to.report.bytes = store.bytes;
    std::set<std::filesystem::path> told;
    bool has_closed = false, has_mended = false;
    for (store_report::fault const& one : store.faults) {
        told.insert(one.path);
        if (one.is_foreign) {
            to.found(kind::note, one.path, one.what, "move it elsewhere");
        } else if (to.is_closed(one.path)) {
            has_closed = true;
        } else {
            verify_finding& f = to.found(kind::damage, one.path, one.what, submit);
            f.is_mendable = !one.object.empty() || !one.pack.empty();
            if (one.is_in_the_way) f.remedy = "move it elsewhere, unless a newer estima wrote it; then " + f.remedy;
            if (!one.pack.empty())
                f.remedy = "mend it (verify_options::mend, `estima verify --mend`): what can still be read of it "
                           "stays; then " + f.remedy;
            if (!f.is_mendable || !to.options.mend) continue;
            f.is_mended =
                one.pack.empty() ? take_damage_out(layout, one.object) : take_pack_out(layout, one.pack);
            has_mended = has_mended || f.is_mended;
        }
    }
    if (has_mended && !has_closed)
        for (store_report::fault const& one : store_check{layout.root}.run_trees())
            if (!one.is_foreign && !told.contains(one.path)) to.found(kind::damage, one.path, one.what, submit);
    for (std::string const& name : to.names(layout.temporary())) to.leftover(layout.temporary() / name);
}

}  // namespace estima::inline v0_1::detail
