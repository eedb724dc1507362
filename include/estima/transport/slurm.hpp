// SPDX-License-Identifier: BSL-1.0
#pragma once

/// Runs on Slurm clusters. It is not in <estima/estima.hpp>, since it links libcurl (estima::slurm); a program that
/// includes it can submit to `slurm<...>`, and look at such runs.
#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/journal.hpp>
#include <estima/launcher/find_launcher.hpp>
#include <estima/portal/write_page.hpp>
#include <estima/slurm/slurm_poll.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/files.hpp>
#include <estima/transport/slurm_batch.hpp>
#include <estima/transport/slurm_plan.hpp>
#include <estima/transport/slurm_secrets.hpp>
#include <estima/transport/slurm_word.hpp>
#include <estima/transport/targets.hpp>

namespace estima::inline v0_1 {

struct include_estima_transport_slurm_hpp_and_link_estima_slurm {};

/// Clusters whose slurmrestd is reached. The supervisor of a run is its job's script, on the first host; what it cannot
/// tell, Slurm is asked for by whoever looks.
class slurm_transport final : public transport {
public:
    std::string_view kind() const noexcept override { return "slurm"; }
    bool is_written_elsewhere() const noexcept override { return true; }

    /// EST-760 if nobody tells which cluster it is; EST-721; EST-400.
    json prepare(target_request& request) const override {
        auto const [settings, where] =
            settings_for(request, kind(), "EST-760", R"("url": "http://head:6820")", request.is_typed);
        slurm_target target = slurm_target_from_json(settings, where);
        std::string const& partition = request.configuration.target;
        if (request.is_typed && target.partition.empty() && partition != "slurm") target.partition = partition;
        bool const tells_gpus = target.gpus_per_node > 0 || target.gres.find("gpu") != std::string::npos;
        if (!tells_gpus) target.gpus_per_node = request.gpus_per_node;
        for (std::string* const file : {&target.token_file, &target.ca_file})
            if (!file->empty() && !file->starts_with('~')) *file = absolute_path(*file).string();
        (void)slurm_request(request.configuration, target);  // for its checks
        request.launcher =
            target.launcher.empty() ? absolute_path(find_launcher(request.launcher)).string() : target.launcher;
        return slurm_secrets::kept(target);
    }

    std::string tell_plan(target_request const& request, json const& settings, run_directory const& run,
                          launch_settings& launch) const override {
        slurm_target const target = slurm_target_from_json(settings, "settings");
        slurm_job_request const job = slurm_job_for({run}, "<experiment>", request.configuration, target,
                                                    request.launcher, to_string(durability::process_death));
        launch.launcher = request.launcher;
        describe_slurm_launch(request.configuration, target, job, launch);
        return slurm_plan_text(job, target);
    }

    void submit(submission& one) const override {
        if (auto const failed = submit_all({&one, 1}); failed.front()) throw *failed.front();
    }
    std::vector<std::unique_ptr<error>> submit_all(std::span<submission> all) const override {
        return slurm_batch{all}.run();
    }

    /// Where Slurm cannot be asked within some seconds, nothing is concluded: the journal has the newest that is known.
    bool look(run_directory const& run) const override { return look(run, false); }
    bool look_at(std::span<run_directory const> runs) const override {
        bool wrote = false;
        for (run_directory const& run : runs) {
            try {
                wrote = look(run, runs.size() > 1) || wrote;
            } catch (error const&) {  // it cannot be read or written, and stays as it is told
            }
        }
        return wrote;
    }

    std::shared_ptr<void> watch(run_directory const& run) const override {
        run_record const record = journal{run.journal()}.record();
        auto const id = slurm_job_id::of(record);
        if (!id || is_terminal(record.status)) return nullptr;
        auto const poll = slurm_poll::of(slurm_ticket::of(run).target);
        auto watch = poll->watch_job(
            id->id, [run](slurm_news const& news) { take(run, news); }, id->task);
        return std::make_shared<std::pair<std::shared_ptr<slurm_poll>, slurm_poll::watch>>(poll, std::move(watch));
    }

    /// A job that waits is taken out of the queue; of one that runs the supervisor reads what the journal says. EST-740
    /// to EST-749: Slurm cannot be told; who looks next does it.
    void cancel(run_directory const& run) const override {
        slurm_word word{run};
        auto const id = slurm_job_id::of(word.record());
        bool const waits = id && word.is_unbegun();
        if (waits && jobs_of(slurm_ticket::of(run)).client().cancel(id->id, id->task))
            write(run, word, word.is_taken_out());
        else
            ask(run, false);
    }

private:
    static constexpr double time_to_obey = 15;  // seconds after the grace of a cancel, until Slurm ends the job

    static void write(run_directory const& run, slurm_word& word, bool wrote) {
        if (run_record const& record = word.record();
            wrote && (record.status == run_status::queued || is_terminal(record.status)))
            write_page(run, record);
    }

    static void take(run_directory const& run, slurm_news const& news) {
        slurm_word word{run};
        if (news.what == slurm_news::kind::state) write(run, word, word.is(news.job));
        if (news.what == slurm_news::kind::gone) write(run, word, word.is_gone());
        if (news.what == slurm_news::kind::away && !is_terminal(word.record().status))
            journal{run.journal()}.append({{"event", "warning"}, {"message", "Slurm does not answer: " + news.why}});
    }

    /// For questions: who looks does not want to wait as long as who submits.
    static slurm_jobs& jobs_of(slurm_ticket ticket) {
        ticket.target.patience_seconds = std::min(ticket.target.patience_seconds, 5.0);
        ticket.target.connect_seconds = std::min(ticket.target.connect_seconds, 5.0);
        return slurm_jobs::of(ticket.target);
    }

    static bool look(run_directory const& run, bool others_follow) {
        try {
            return ask(run, others_follow);
        } catch (error const& e) {
            if (!e.id().starts_with("EST-74") && e.id() != "EST-750") throw;
            return false;
        }
    }

    static bool ask(run_directory const& run, bool others_follow) {
        slurm_word word{run};
        run_record const record = word.record();
        if (is_terminal(record.status)) return false;
        slurm_ticket const ticket = slurm_ticket::of(run);
        slurm_jobs& jobs = jobs_of(ticket);
        auto const id = slurm_job_id::of(record);
        if (!id) return find_again(run, ticket, jobs, word);
        auto const said = jobs.of(*id, others_follow);
        if (!said.is_known) return false;
        if (said.job && has_to_be_ended(record, *said.job) && jobs.client().cancel(id->id, id->task))
            return false;  // what becomes of it is seen by who looks next
        bool const wrote = said.job ? word.is(*said.job) : word.is_gone();
        write(run, word, wrote);
        return wrote;
    }

    /// A cancel of a job that waits, or that has not ended in the time that it had.
    static bool has_to_be_ended(run_record const& record, slurm_job const& job) {
        if (record.status != run_status::cancel_requested || job.is_over()) return false;
        if (job.is("PENDING")) return true;
        double asked = 0;
        for (status_change const& change : record.status_changes) asked = change.time;
        return epoch_seconds() > asked + record.cancel_grace_seconds + time_to_obey;
    }

    /// Who submitted the run has not written down which job it is: it is doing that now, or has died.
    static bool find_again(run_directory const& run, slurm_ticket const& ticket, slurm_jobs& jobs, slurm_word& word) {
        file_descriptor const lock{::open(run.lock().c_str(), O_RDWR | O_CLOEXEC)};
        if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return false;
        bool const is_fresh = epoch_seconds() < word.record().created + 2 * ticket.target.patience_seconds;
        if (is_fresh && word.record().host != host_name()) return false;  // whose lock may not be seen here
        if (slurm_job_id::of(word.record())) return false;
        if (!ticket.comment.empty()) {
            auto const said = jobs.with(ticket.comment);
            if (!said.is_known) return false;
            if (said.job) {
                note_slurm_job(run, {ticket.task < 0 ? said.job->id : said.job->array_id, ticket.task});
                return true;
            }
        }
        write(run, word, word.was_never_submitted());
        return true;
    }
};

inline transport_registration<slurm_transport> const slurm_transport_is_there{};

}  // namespace estima::inline v0_1
