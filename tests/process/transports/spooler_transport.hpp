// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/estima.hpp>
#include <estima/launcher/bury.hpp>
#include <estima/system/command_output.hpp>

#include <string>
#include <string_view>

namespace team {

// The policy: described, checked and lowered like any other target.
struct spooler {
    using slot = estima::compute_target_slot;
    static constexpr void tell(estima::facts& f) {
        f.target.kind = "spooler";
        f.target.name = "spooler";
        f.target.max_nodes = 1;
    }
};

// The transport: task-spooler works on one job after the other.
class spooler_transport final : public estima::transport {
public:
    std::string_view kind() const noexcept override { return "spooler"; }

    estima::json prepare(estima::target_request& request) const override {
        request.launcher = estima::find_launcher(request.launcher);
        return {{"kind", "spooler"}};
    }

    void submit(estima::submission& one) const override {
        std::string const run = estima::shell_quoted(one.run.path.string());
        std::string const job = first_line("ESTIMA_RUN_ID=" + one.run.run_id() + " tsp " +
                                           estima::shell_quoted(one.launcher) + " supervise --foreground " + run);
        estima::journal log{one.run.journal()};
        log.append({{"event", "property"}, {"name", "spooler_job"}, {"value", job}});
        (void)log.append_status(estima::run_status::queued);
        one.lock.reset();  // the job takes it
    }

    bool look(estima::run_directory const& run) const override {
        std::string const state = state_of(run);
        if (state == "finished") return estima::bury_if_dead(run);
        if (state != "queued") return false;
        return estima::journal{run.journal()}.append_if(
            [](estima::run_record const& r) { return r.waits_for.empty() && r.status == estima::run_status::queued; },
            {{"event", "waits"}, {"for", "the jobs before it"}});
    }

    void cancel(estima::run_directory const& run) const override {
        if (state_of(run) != "queued") return;  // a supervisor that runs reads it in the journal
        if (estima::run_command("tsp -r " + job_of(run), 10).failure.empty())
            (void)estima::journal{run.journal()}.append_status(estima::run_status::canceled);
    }

private:
    static std::string first_line(std::string const& command) {
        estima::command_output const made = estima::run_command(command, 10);
        if (made.failure.empty()) return made.text.substr(0, made.text.find('\n'));
        throw estima::error{"TEAM-1", {.what = "task-spooler does not take the job", .why = made.failure}};
    }
    static std::string job_of(estima::run_directory const& run) {
        estima::run_record const record = estima::journal{run.journal()}.record();
        auto const job = record.properties.find("spooler_job");
        return job != record.properties.end() ? job->second : "";
    }
    static std::string state_of(estima::run_directory const& run) {
        std::string const job = job_of(run);
        return job.empty() ? "" : first_line("tsp -s " + job);
    }
};

inline estima::transport_registration<spooler_transport> const spooler_transport_is_there{};

}  // namespace team
