// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <estima/history/known_record.hpp>
#include <estima/history/lines.hpp>
#include <estima/history/metric_files.hpp>
#include <estima/history/metric_line.hpp>
#include <estima/history/point_file.hpp>
#include <estima/history/run_definition.hpp>
#include <estima/snapshot/verify_store.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/closed_part.hpp>
#include <estima/system/open_beneath.hpp>
#include <estima/system/sha256_of_file.hpp>
#include <estima/tracking/log_image.hpp>
#include <estima/workspace/verify_report.hpp>
#include <estima/workspace/workspace.hpp>

namespace estima::inline v0_1 {

namespace detail {
class workspace_check {
public:
    workspace_check(workspace const& w, verify_options const& options) : root_{w.path()}, options_{options} {}

    verify_report run() {
        check_store();
        // Deleted runs can be restored: they count as well.
        for (std::filesystem::path const& folder : {root_ / "runs", root_ / "deleted" / "runs"})
            for (std::string const& id : names(folder)) check_run(folder, id);
        for (std::string const& name : names(root_ / "models")) check_model(name);
        return std::move(report_);
    }

private:
    using kind = verify_finding::kind;
    static constexpr std::time_t leftover_age = 24 * 60 * 60;  // seconds: nobody is still writing it

    std::string relative(std::filesystem::path const& path) const {
        return shown(path.lexically_relative(root_).generic_string());
    }
    verify_finding& found(kind is, std::filesystem::path const& path, std::string what, std::string remedy = {}) {
        report_.findings.push_back(
            {.is = is, .path = relative(path), .what = std::move(what), .remedy = std::move(remedy)});
        return report_.findings.back();
    }
    /// Whether this user may not read something, which is told once.
    bool is_closed(std::filesystem::path const& path) {
        auto const part = closed_part(path);
        if (part && closed_.insert(*part).second)
            found(kind::closed, *part, "it could not be checked: " + why_closed(*part),
                  "let somebody verify it who may read it");
        return part.has_value();
    }
    std::vector<std::string> names(std::filesystem::path const& folder) {
        return is_closed(folder) ? std::vector<std::string>{} : names_in(folder);
    }
    static std::string counted(auto count, char const* one, char const* many) {
        return std::to_string(count) + (count == 1 ? one : many);
    }
    static std::string told(error const& e) {
        return e.text().what + (e.text().why.empty() ? "" : ": " + e.text().why);
    }
    void saw(std::uint64_t bytes) {
        report_.bytes += bytes;
        if (options_.progress) options_.progress(report_.bytes);
    }

    void check_store() {
        store_layout const layout{root_ / "snapshots"};
        store_report const store = verify_store(layout.root, [this](std::uint64_t all) {
            if (options_.progress) options_.progress(all);
        });
        report_.snapshots = store.snapshots;
        report_.objects = store.objects;
        report_.bytes = store.bytes;
        for (store_report::fault const& one : store.faults) {
            if (is_closed(one.path)) continue;
            verify_finding& f = found(kind::damage, one.path, one.what,
                                      "submit from the same source directory again: what is missing is stored anew");
            f.is_mendable = !one.object.empty();
            if (f.is_mendable && options_.mend) f.is_mended = take_damage_out(layout, one.object);
        }
        for (std::string const& name : names(layout.temporary())) leftover(layout.temporary() / name);
    }

    /// What a killed process left under a temporary name, once it is a day old.
    void leftover(std::filesystem::path const& path) {
        struct stat status {};
        if (::lstat(path.c_str(), &status) != 0 || status.st_mtime > std::time(nullptr) - leftover_age) return;
        verify_finding& f = found(kind::leftover, path, "a process that was killed left it", "remove it");
        f.is_mendable = true;
        std::error_code code;
        if (options_.mend) f.is_mended = std::filesystem::remove_all(path, code) != static_cast<std::uintmax_t>(-1);
    }

    void check_run(std::filesystem::path const& folder, std::string const& id) {
        run_directory const run{folder / id};
        if (id.starts_with('.')) return leftover(run.path);
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
            std::size_t const findings = report_.findings.size();
            auto const counts = std::tuple{report_.runs, report_.artifacts, report_.metric_files, closed_};
            check_files_of(run, id);
            bool const is_there = ::lstat(run.path.c_str(), &after) == 0;
            bool const is_same = is_there && seconds_of(after.st_ctim) == seconds_of(status.st_ctim);
            if (is_same || (is_there && (report_.findings.size() == findings || looks_left == 1))) return;
            report_.findings.resize(findings);
            std::tie(report_.runs, report_.artifacts, report_.metric_files, closed_) = counts;
        }
    }

    void check_files_of(run_directory const& run, std::string const& id) {
        ++report_.runs;
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
        } catch (error const& e) {
            found(kind::damage, run.run_configuration(), told(e), "restore it from a copy");
        }
    }

    void check_file(std::filesystem::path const& folder, artifact_record const& one,
                    std::filesystem::path const& path) {
        ++report_.artifacts;
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
        if (is_closed(run.metrics())) return;
        for (metric_file const& file : metric_files(run.metrics())) {
            ++report_.metric_files;
            if (is_closed(file.path)) continue;
            if (file.is_points) {
                point_file points{file.path.string()};
                std::uint64_t next = 0;
                points.read(next, true, [](stored_point const&) {});
                if (points.is_cut())
                    found(kind::damage, file.path, "it was cut: the values that lay behind its end are lost",
                          "restore it from a copy; those before are read");
                if (std::uint64_t const damaged = points.damaged() - (points.is_cut() ? 1 : 0); damaged > 0)
                    found(kind::damage, file.path,
                          counted(damaged, " value is", " values are") + " not what was logged",
                          "none: the others are read");
                continue;
            }
            std::uint64_t skipped = 0;
            for_each_line(file.path, [&](std::string_view line, bool is_ended) {
                if (is_told_as_skipped(line, is_ended || is_over) && !parse_metric_line(line)) ++skipped;
            });
            if (skipped > 0)
                found(kind::note, file.path, counted(skipped, " line is no metric", " lines are no metrics") +
                                                 ", and passed over: the script wrote so");
        }
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
            if (entry.starts_with('.')) leftover(home / entry);
        if (is_closed(home / "changes.jsonl")) return;
        if (int const lines = model_log{home}.lines_ignored(); lines > 0)
            found(kind::damage, home / "changes.jsonl",
                  counted(lines, " line is no change", " lines are no changes") + " of the model",
                  "none: what they said is lost; the other lines count");
        for (int const version : model_versions(root_ / "models", name)) {
            ++report_.model_versions;
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
    std::set<std::filesystem::path> closed_{};
    verify_options const& options_;
    verify_report report_{};
};
}  // namespace detail

/// Holds everything in a workspace against what was recorded of it: journals, configurations and metric files are read,
/// outputs, snapshots and models are compared with their SHA-256. A run that goes on is looked at as it is. Memory does
/// not grow with the sizes of files. What this user may not read is told as such. EST-301.
inline verify_report verify(workspace const& w, verify_options const& options = {}) {
    return detail::workspace_check{w, options}.run();
}

}  // namespace estima::inline v0_1
