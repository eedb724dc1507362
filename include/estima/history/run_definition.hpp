// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <utility>

#include <estima/base/error.hpp>
#include <estima/history/known_record.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/run_configuration/json.hpp>
#include <estima/system/files.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

/// The run configuration that a run was submitted with. EST-301: its file cannot be read; EST-101: it holds none;
/// EST-307: the run is gone.
inline run_configuration read_run_definition(run_directory const& run) {
    std::string const file = (run.place() / run.run_configuration().filename()).string();
    std::string const text =
        while_there(run, [](auto const& here) { return read_regular_file(here.run_configuration()); });
    try {
        return run_configuration_from_json(json::parse(text));
    } catch (json::exception const& e) {
        throw error{"EST-101",
                    {.what = "the file of a run's configuration is damaged",
                     .where = file,
                     .why = json_fault(e),
                     .remedy = "restore it from a copy of the workspace"}};
    } catch (error const& e) {
        error_text told = e.text();
        told.where = file + (told.where.empty() ? "" : ": " + told.where);
        throw error{e.id(), std::move(told)};
    }
}

}  // namespace estima::inline v0_1
