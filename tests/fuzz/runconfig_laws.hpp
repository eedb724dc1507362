// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdlib>
#include <string>

#include <estima/run_configuration/explain.hpp>
#include <estima/run_configuration/honour.hpp>
#include <estima/runconfig_file/write_runconfig.hpp>

namespace estima_test {

/// What holds for every text that is taken for a run configuration. Anything but an estima::error is a finding.
inline void check_runconfig_laws(std::string const& text) {
    using namespace estima;
    loaded_runconfig loaded;
    try {
        loaded = parse_runconfig(text);
    } catch (error const&) {
        return;
    }
    run_configuration const& c = loaded.configuration;
    auto require = [](bool holds) {
        if (!holds) std::abort();
    };
    require(run_configuration_from_json(to_json(c)) == c);
    require(run_configuration_from_json(to_sparse_json(c)) == c);
    (void)explain(c, loaded.origin);
    for (char const* kind : {"local", "slurm", "aml_compute"}) (void)what_cannot_be_honoured(c, kind);
    (void)c.process_count();
    std::string const written = runconfig_text(c, loaded.comments).text;
    if (written.size() > largest_runconfig_file) return;
    try {
        require(parse_runconfig(written).configuration == c);
    } catch (error const& e) {
        if (e.id() != "EST-106") throw;  // with every key in it, it can be larger and deeper than what was read
    }
}

}  // namespace estima_test
