// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>

#include <estima/history/terminal_metrics.hpp>
#include <estima/portal/human.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/terminal/sections.hpp>
#include <estima/terminal/words.hpp>
#include <estima/workspace/model.hpp>

namespace estima::inline v0_1::terminal {

/// Tells everything about a version of a model.
inline void show_model(screen const& on, model const& m) {
    *on.out << on.painted(on.safe(m.id()), tone::title) << '\n';
    detail::sections to{on};
    to.text("description", m.description);
    to.row("stage", m.stage == model_stage::none ? "" : to_string(m.stage));
    std::string aliases;
    for (std::string const& alias : m.aliases) aliases.append(aliases.empty() ? "" : ", ").append(alias);
    to.row("aliases", aliases);
    to.row("created", local_time(m.created_time));
    std::uint64_t bytes = 0;
    for (artifact_record const& file : m.files) bytes += file.bytes;
    to.row("size", portal::human_bytes(bytes));
    to.row("framework", m.framework_version.empty() ? m.framework : m.framework + " " + m.framework_version);
    to.row("folder", m.files_directory().string());
    to.rows("Tags", m.tags);
    to.rows("Properties", m.properties);

    bool const has_lineage = !m.run_id.empty() || !m.lineage.source_directory.empty();
    if (has_lineage) to.begin("Made by");
    to.row("run", m.run_id);
    to.row(m.run_id.empty() ? "" : "path", m.run_id.empty() ? "" : m.path);
    to.row("experiment", m.lineage.experiment);
    to.row("snapshot", m.lineage.snapshot_id.substr(0, 12));
    to.row("sources", m.lineage.source_directory);
    to.rows("Inputs", m.lineage.inputs);
    if (!m.datasets.empty()) to.begin("Datasets");
    for (model_dataset const& one : m.datasets) to.row(one.relation.empty() ? "-" : one.relation, one.dataset);
    if (!m.sample_input.empty() || !m.sample_output.empty()) to.begin("Samples");
    to.row("input", m.sample_input);
    to.row("output", m.sample_output);
    if (m.resources != model_resources{}) to.begin("To serve it");
    if (m.resources.cpu > 0) to.row("cores", estima::detail::short_number(m.resources.cpu));
    if (m.resources.memory_in_gb > 0) to.row("memory", estima::detail::short_number(m.resources.memory_in_gb) + " GB");
    if (m.resources.gpu > 0) to.row("GPUs", std::to_string(m.resources.gpu));
    detail::print_files(on, "file", m.files);
}

}  // namespace estima::inline v0_1::terminal
