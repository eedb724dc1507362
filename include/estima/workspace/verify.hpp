// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <estima/history/known_record.hpp>
#include <estima/history/lines.hpp>
#include <estima/history/metric_files.hpp>
#include <estima/history/metric_line.hpp>
#include <estima/history/point_file.hpp>
#include <estima/history/points_damage.hpp>
#include <estima/history/run_definition.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/is_there.hpp>
#include <estima/system/open_beneath.hpp>
#include <estima/system/sha256_of_file.hpp>
#include <estima/tracking/log_image.hpp>
#include <estima/workspace/verify_findings.hpp>
#include <estima/workspace/verify_report.hpp>
#include <estima/workspace/verify_snapshots.hpp>
#include <estima/workspace/workspace.hpp>

namespace estima::inline v0_1 {

namespace detail {
class workspace_check : verify_findings {
public:
    workspace_check(workspace const& w, verify_options const& how) : verify_findings{w.path(), how}, root_{w.path()} {}

    verify_report run() {
        verify_snapshots(*this, store_layout{root_ / "snapshots"});
        // Deleted runs can be restored: they count as well.
        for (std::filesystem::path const& folder : {root_ / "runs", root_ / "deleted" / "runs"})
            for (std::string const& id : names(folder)) check_run(folder, id);
        for (std::string const& name : names(root_ / "models")) check_model(name);
        return std::move(report);
    }

private:
    void check_run(std::filesystem::path const& folder, std::string const& id) {
        run_directory const run{folder / id};
        if (is_unfinished(id)) return leftover(run.path);
        // It may be deleted or restored meanwhile: what was found of a folder that was moved away is not true of it.
        for (int looks_left = 3; looks_left > 0; --looks_left) {
            struct stat status {}, after {};
            if (::lstat(run.path.c_str(), &status) != 0) return;
            if (!is_run_id(id) || !S_ISDIR(status.st_mode)) {
                found(kind::note, run.path,
                      "it is no run, and passed over: a run is a folder with a run's id as its name",
                      "move it elsewhere");
                return;
            }
            std::size_t const findings = report.findings.size();
            auto const counts = std::tuple{report.runs, report.artifacts, report.metric_files, closed};
            check_files_of(run, id);
            bool const is_there = ::lstat(run.path.c_str(), &after) == 0;
            bool const is_same = is_there && seconds_of(after.st_ctim) == seconds_of(status.st_ctim);
            if (is_same || (is_there && (report.findings.size() == findings || looks_left == 1))) return;
            report.findings.resize(findings);
            std::tie(report.runs, report.artifacts, report.metric_files, closed) = counts;
        }
    }

    void check_files_of(run_directory const& run, std::string const& id) {
        ++report.runs;
        if (is_closed(run.journal())) return;
        try {
            bool const is_over = check_journal(run, id);
            check_configuration(run);
            check_metrics(run, is_over);
            check_media(run);
        } catch (error const& e) {
            found(kind::damage, run.path, told(e), e.text().remedy);
        }
    }

    /// Whether it tells that the run is over.
    bool check_journal(run_directory const& run, std::string const& id) {
        try {
            require_journal(run);
            journal log{run.journal()};
            run_record const& record = known_record(run, log);
            saw_file(run.journal());
            if (record.lines_ignored > 0)
                found(kind::damage, run.journal(),
                      counted(record.lines_ignored, " line is no event of a run", " lines are no events of a run"),
                      "none: what they said is lost; the other lines count");
            if (record.lines_passed_over > 0)
                found(kind::note, run.journal(),
                      counted(record.lines_passed_over, " line tells", " lines tell") +
                          " once more, or out of turn, what became of the run, as two hosts that write at once leave "
                          "them: passed over, and nothing is lost");
            if (record.run_id != id)
                found(kind::damage, run.journal(), "it does not begin as the journal of this run",
                      "restore it from a copy");
            if (!record.snapshot_id.empty() &&
                ::access((root_ / "snapshots" / "trees" / record.snapshot_id).c_str(), F_OK) != 0 && errno != EACCES)
                found(kind::damage, run.path, "its snapshot " + record.snapshot_id.substr(0, 12) + "... is not there",
                      "none: what the run needs of it lies in its folder `code`");
            for (artifact_record const& one : record.artifacts)  // those uploaded by a run that goes on may change
                if (is_terminal(record.status)) check_file(run.code(), one, run.code() / one.path);
            return is_terminal(record.status);
        } catch (error const& e) {
            found(kind::damage, run.journal(), told(e), e.text().remedy);
            return false;
        }
    }

    void check_configuration(run_directory const& run) {
        if (is_closed(run.run_configuration())) return;
        try {
            (void)read_run_definition(run);
            saw_file(run.run_configuration());
        } catch (error const& e) {
            found(kind::damage, run.run_configuration(), told(e), "restore it from a copy");
        }
    }

    void check_file(std::filesystem::path const& folder, artifact_record const& one,
                    std::filesystem::path const& path) {
        ++report.artifacts;
        if (is_closed(path)) return;
        file_descriptor const fd = open_beneath(folder, one.path);
        struct stat status {};
        std::string const remedy = "restore it from a copy; the record of it stays as it is";
        if (!fd || ::fstat(fd.get(), &status) != 0) {
            found(kind::damage, path, "it is not there any more", remedy);
        } else if (auto const size = static_cast<std::uint64_t>(status.st_size); size != one.bytes) {
            found(kind::damage, path,
                  "it has " + std::to_string(size) + " bytes, and had " + std::to_string(one.bytes), remedy);
        } else if (sha256_of_range(fd.get(), 0, size, [this](std::uint64_t bytes) { saw(bytes); }) != one.sha256) {
            found(kind::damage, path, "its bytes do not have the SHA-256 that was recorded", remedy);
        }
    }

    void check_metrics(run_directory const& run, bool is_over) {
        std::error_code ignored;
        for (std::string const& name : names(run.metrics()))
            if (std::filesystem::path const file = run.metrics() / name;
                is_metric_file(name) && !std::filesystem::is_regular_file(file, ignored) &&
                std::filesystem::exists(std::filesystem::symlink_status(file, ignored)) && !is_closed(file))
                found(kind::note, file, "it is no file: who reads metrics passes over it",
                      "restore it from a copy, if it was one");
        if (is_closed(run.metrics())) return;
        for (metric_file const& file : metric_files(run.metrics())) {
            ++report.metric_files;
            if (is_closed(file.path)) continue;
            if (file.is_points) {
                point_file points{file.path.string()};
                std::uint64_t next = 0;
                points.read(next, true, [](stored_point const&) {});
                saw_file(file.path);
                std::string_view const damage = points_damage(points);
                if (!damage.empty())
                    found(kind::damage, file.path, std::string{damage},
                          points.is_cut() ? "restore it from a copy; those before are read" : "restore it from a copy");
                if (std::uint64_t const damaged = points.damaged_values(); damaged > 0)
                    found(kind::damage, file.path,
                          counted(damaged, " value is", " values are") + " not what was logged",
                          "none: the others are read");
                continue;
            }
            std::uint64_t skipped = 0, lost = 0;
            std::string lost_image;
            for_each_line(file.path, [&](std::string_view text, bool is_ended) {
                auto const line = parse_metric_line(text);
                if (!line) return void(skipped += is_told_as_skipped(text, is_ended || is_over));
                std::string image = image_of(*line);
                if (image.empty() || is_closed(run.metrics() / image) || is_there(run.metrics() / image)) return;
                ++lost;
                lost_image = std::move(image);
            });
            saw_file(file.path);
            if (lost > 0)
                found(kind::damage, file.path,
                      counted(lost, " image that it names is", " images that it names are") + " not there: " +
                          shown(lost_image) + (lost > 1 ? " and others" : ""),
                      "none: restore it from a copy");
            if (skipped > 0)
                found(kind::note, file.path, counted(skipped, " line is no metric", " lines are no metrics") +
                                                 ", and passed over: the script wrote so");
        }
    }

    /// The name below the metrics' folder of the image that a line tells of; empty: of none.
    static std::string image_of(estima::metric_line const& line) {
        metric_document const* const told = std::get_if<metric_document>(&line.value);
        if (told == nullptr || told->type != "image") return {};
        json const image = json::parse(told->json, nullptr, false);
        std::string path = image.is_object() && image.contains("path") && image["path"].is_string()
                               ? image["path"].get<std::string>()
                               : std::string{};
        return path.starts_with("media/") && path.find("..") == path.npos ? path : std::string{};
    }

    /// Images have names that tell their bytes.
    void check_media(run_directory const& run) {
        std::filesystem::path const folder = run.metrics() / "media";
        for (std::string const& name : names(folder)) {
            if (is_closed(folder / name)) continue;
            file_descriptor const fd = open_beneath(folder, name);
            struct stat status {};
            if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
            std::uint64_t hash = fnv1a({});
            for (char buffer[65536];;) {
                ssize_t const n = ::read(fd.get(), buffer, sizeof buffer);
                if (n < 0 && errno == EINTR) continue;
                if (n <= 0) break;
                hash = fnv1a({buffer, static_cast<std::size_t>(n)}, hash);
                saw(static_cast<std::uint64_t>(n));
            }
            // "<hash>_<size>.png"; a killed writer leaves "<hash>_<size>.png.abcdef", and others what they like.
            std::string_view const stem = std::string_view{name}.substr(0, name.rfind('.'));
            bool const is_ours =
                stem.size() > 17 && stem[16] == '_' && stem.find_first_not_of("0123456789abcdef_") == stem.npos;
            if (is_ours && stem != name_of_image(hash, static_cast<std::uint64_t>(status.st_size)))
                found(kind::damage, folder / name, "its bytes are not those of the image that was logged",
                      "none: restore it from a copy");
        }
    }

    void check_model(std::string const& name) {
        std::filesystem::path const home = root_ / "models" / name;
        for (std::string const& entry : names(home))
            if (is_unfinished(entry)) leftover(home / entry);
            else if (entry.starts_with('.'))
                found(kind::note, home / entry, "it is no part of the model, and passed over", "move it elsewhere");
        if (is_closed(home / "changes.jsonl")) return;
        if (int const lines = model_log{home}.lines_ignored(); lines > 0)
            found(kind::damage, home / "changes.jsonl",
                  counted(lines, " line is no change", " lines are no changes") + " of the model",
                  "none: what they said is lost; the other lines count");
        for (int const version : model_versions(root_ / "models", name)) {
            ++report.model_versions;
            std::filesystem::path const folder = home / std::to_string(version);
            if (is_closed(folder / "model.json")) continue;
            try {
                model const m = read_model(folder);
                for (artifact_record const& one : m.files)
                    check_file(m.files_directory(), one, m.files_directory() / one.path);
            } catch (error const& e) {
                found(kind::damage, folder, told(e), e.text().remedy);
            }
        }
    }

    std::filesystem::path root_;
};
}  // namespace detail

/// Holds everything in a workspace against what was recorded of it: journals, configurations and metric files are read,
/// outputs, snapshots and models are compared with their SHA-256. A run that goes on is looked at as it is. Memory does
/// not grow with the sizes of files. What this user may not read is told as such. EST-653: somebody removed the
/// workspace; EST-301.
inline verify_report verify(workspace const& w, verify_options const& options = {}) {
    detail::require_workspace(w.path());
    return detail::workspace_check{w, options}.run();
}

}  // namespace estima::inline v0_1
