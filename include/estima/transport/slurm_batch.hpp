// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <estima/base/durability.hpp>
#include <estima/base/error.hpp>
#include <estima/history/journal.hpp>
#include <estima/portal/write_page.hpp>
#include <estima/slurm/slurm_client.hpp>
#include <estima/system/files.hpp>
#include <estima/system/json.hpp>
#include <estima/transport/slurm_jobs.hpp>
#include <estima/transport/slurm_script.hpp>
#include <estima/transport/slurm_secrets.hpp>
#include <estima/transport/transport.hpp>

namespace estima::inline v0_1 {

/// What target.json has beside the settings: how the run's job is found again.
struct slurm_ticket {
    slurm_target target;
    std::string comment{};
    int task = -1;

    json form() const {
        json j = slurm_secrets::kept(target);
        j["job"] = {{"comment", comment}, {"task", task}};
        return j;
    }
    /// EST-721: they cannot be read.
    static slurm_ticket of(run_directory const& run) {
        json settings = settings_of(run);
        json const job = settings.is_object() ? settings.value("job", json::object()) : json::object();
        if (settings.is_object()) settings.erase("job");
        slurm_target const kept = slurm_target_from_json(settings, (run.path / "target.json").string());
        return {slurm_secrets::whole(kept, run), job.value("comment", ""), job.value("task", -1)};
    }
};

/// Writes down which job a run is. The page tells from now on that it waits.
inline void note_slurm_job(run_directory const& run, slurm_job_id const& job,
                           std::vector<std::string> const& remarks = {}) {
    journal log{run.journal()};
    log.append({{"event", "property"}, {"name", "slurm_job_id"}, {"value", job.text()}});
    for (std::string const& remark : remarks) log.append({{"event", "warning"}, {"message", "Slurm says: " + remark}});
    (void)log.append_if([](run_record const& r) { return r.status == run_status::not_started; },
                        {{"event", "status"}, {"status", to_string(run_status::queued)}});
    if (log.record().status == run_status::queued) write_page(run, log.record());
}

/// Submits runs for one target; those that ask for the same in one request, as an array.
class slurm_batch {
public:
    explicit slurm_batch(std::span<submission> all) : all_{all}, failures_(all.size()) {}

    /// What went wrong with each.
    std::vector<std::unique_ptr<error>> run() {
        std::vector<std::vector<std::size_t>> groups;
        std::vector<std::string> asked;
        for (std::size_t i = 0; i < all_.size(); ++i) {
            std::string const wish = all_.size() > 1 ? wish_of(all_[i]) : "";
            std::size_t group = 0;
            while (group < groups.size() && (asked[group] != wish || groups[group].size() == longest_array)) ++group;
            if (group == groups.size()) {
                groups.emplace_back();
                asked.push_back(wish);
            }
            groups[group].push_back(i);
        }
        for (auto const& group : groups) {
            try {
                submit(group);
            } catch (error const& e) {
                for (std::size_t const i : group) failures_[i] = std::make_unique<error>(e);
            }
        }
        return std::move(failures_);
    }

private:
    static constexpr std::size_t longest_array = 1000;  // Slurm's MaxArraySize is 1001 by default

    /// What has to be the same of the tasks of an array.
    static std::string wish_of(submission const& one) {
        slurm_job_request const r = slurm_request(one.configuration, slurm_target_from_json(one.settings, "settings"));
        return json{one.settings,
                    one.launcher,
                    r.nodes,
                    r.tasks,
                    r.tasks_per_node,
                    r.time_limit_minutes,
                    to_string(journal{one.run.journal()}.record().durability)}
            .dump();
    }

    void submit(std::vector<std::size_t> const& group) {
        submission& first = all_[group.front()];
        bool const is_array = group.size() > 1;
        std::vector<run_directory> runs;
        for (std::size_t const i : group)
            runs.emplace_back(run_directory{absolute_path(all_[i].run.path).lexically_normal()});
        slurm_ticket ticket{slurm_secrets::whole(slurm_target_from_json(first.settings, "settings"), first.run)};
        journal log{first.run.journal()};
        slurm_job_request const request =
            slurm_job_for(runs, log.record().experiment, first.configuration, ticket.target, first.launcher,
                          to_string(log.record().durability));
        ticket.comment = request.comment;
        for (std::size_t i = 0; i < group.size(); ++i) {
            ticket.task = is_array ? static_cast<int>(i) : -1;
            replace_file(runs[i].path / "target.json", ticket.form().dump(2) + "\n");  // before Slurm knows it
        }
        slurm_submitted const job = slurm_jobs::of(ticket.target).client().submit(request);
        for (std::size_t i = 0; i < group.size(); ++i) {
            note_slurm_job(runs[i], {job.id, is_array ? static_cast<int>(i) : -1}, job.remarks);
            all_[group[i]].lock.reset();  // from now on Slurm's word counts
        }
    }

    std::span<submission> all_;
    std::vector<std::unique_ptr<error>> failures_;
};

}  // namespace estima::inline v0_1
