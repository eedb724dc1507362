// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <estima/history/journal.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/hosts/clock_comparison.hpp>
#include <estima/hosts/host_channel.hpp>
#include <estima/hosts/host_collection.hpp>
#include <estima/hosts/host_uploads.hpp>
#include <estima/hosts/hosts_task.hpp>
#include <estima/hosts/node_census.hpp>
#include <estima/hosts/node_event.hpp>
#include <estima/hosts/snapshot_delivery.hpp>
#include <estima/hosts/way_to_hosts.hpp>
#include <estima/launcher/plan_text.hpp>
#include <estima/launcher/run_errors.hpp>
#include <estima/system/clock.hpp>

namespace estima::inline v0_1 {

/// One host of a run, as its supervisor sees it: where it is on its way, and what it said last.
class remote_node {
public:
    using state = node_state;

    remote_node(hosts_task const& task, way_to_hosts const& way, journal& log, node_census& all, std::string host)
        : task_{task},
          way_{way},
          log_{log},
          at_{all},
          collection_{host_files{task.run}},
          channel_{host, (task.run.system_logs() / ("host_" + host + ".txt")).string()} {}

    state at() const { return at_; }
    bool is_connected() const { return at_ > state::connecting && at_ < state::lost; }
    host_channel& channel() { return channel_; }
    std::string const& host() const { return channel_.host(); }
    json const& facts() const { return facts_; }
    /// Why it cannot take part, or was lost: ids and sentences.
    std::vector<std::pair<std::string, std::string>> const& problems() const { return problems_; }
    std::vector<node_file> const& files() const { return files_there_; }
    bool has_all_files_here() const {
        return at_ != state::listing && at_ != state::listed && collection_.is_over() && collection_.is_whole();
    }

    void open() {
        if (first_try_ == 0) first_try_ = monotonic_seconds();
        if (way_.is_called_from(host())) channel_.await();
        else channel_.open(way_.argv(host(), "exec " + shell_quoted(task_.launcher) + " attend", true));
        at_ = state::connecting;
    }

    /// What came. EST-301 if it cannot be written here.
    template <class Journal>
    void read(Journal const& journal_lines) {
        try {
            channel_.read([&](frame const& f) { take(f, journal_lines); });
        } catch (error const& e) {
            if (e.id() == "EST-301") throw;
            lose(e.id(), to_run_error(e).message);
        } catch (json::exception const& e) {
            lose("EST-729", std::string{"it said what cannot be meant: "} + e.what());
        }
        if (!channel_.is_open()) closed();
    }

    /// From time to time: tries again to connect, asks for a sign of life, gives up.
    void beat() {
        double const now = monotonic_seconds();
        if (at_ == state::waiting && first_try_ > 0 && now >= again_at_) open();
        if (at_ == state::waiting || at_ == state::done || at_ == state::lost) return;
        bool const connects = at_ == state::connecting;
        double const patience = connects ? task_.target.connect_seconds : task_.target.silence_seconds;
        if (now > channel_.heard() + patience) {
            std::string const silent = " for " + std::to_string(std::lround(patience)) + " s";
            if (!connects) return interrupted("it said nothing" + silent);
            lose(std::string{way_.id_of_unreached()},
                 "it does not answer" + silent + "; " + way_.why_failed(host(), {}, task_.launcher).remedy);
        } else if (!connects) {
            ask_clock();
        }
    }

    /// Sends more of the snapshot while the channel takes it.
    void pour() {
        try {
            delivery_.pour();
        } catch (error const& e) {
            lose(e.id(), to_run_error(e).message);
        }
    }

    /// `others`: names of hosts by their places.
    void reach(json const& others) {
        at_ = state::reaching;
        channel_.say({{"do", "reach"}, {"others", others}});
    }

    /// `is_shared`: all hosts work in the run's own folder, which they see.
    void prepare(bool is_shared) {
        is_shared_ = is_shared;
        if (is_shared) return lay_out();
        facts_.value("has_snapshot", false) ? send_outputs() : compare();
    }
    /// Whether it was lost during the run, or not reached at all.
    bool is_gone() const {
        std::string const& id = problems_.empty() ? "" : problems_.back().first;
        return at_ == state::lost && (id == way_.id_of_lost() || id == way_.id_of_unreached());
    }

    /// What the host's store lacks is not known before it is `compared`.
    std::vector<lacking_object> const& lacking() const { return delivery_.lacking(); }
    void compare() {
        at_ = state::comparing;
        delivery_.compare(host());
    }
    void send_objects() {
        at_ = state::staging;
        delivery_.begin();
        pour();
    }
    void await_objects() { at_ = state::staging; }  ///< from elsewhere, until:
    void staged_elsewhere() { channel_.say({{"do", "take_up"}}); }

    /// An event for its journal, which it has of its own where it shares no file system.
    void forward(json const& event) {
        if (!is_connected()) return;
        ++untold_;
        channel_.say({{"do", "journal"}}, event.dump() + "\n");
    }
    /// Whether all that was forwarded is in its journal.
    bool is_told() const { return untold_ == 0 || !is_connected(); }

    void list() {
        at_ = state::listing;
        channel_.say({{"do", "end_processes"}});
        channel_.say({{"do", "list"}});
    }
    void bring(std::vector<host_files::brought> wanted) {
        at_ = state::bringing;
        ask_for(collection_.add(std::move(wanted)));
        if (collection_.is_over()) at_ = state::done;
    }

    void lose(std::string id, std::string why) {
        if (at_ == state::lost) return;
        at_ = state::lost, channel_.cut();
        add_problem(std::move(id), std::move(why));
    }

private:
    template <class Journal>
    void take(frame const& f, Journal const& journal_lines) {
        std::string const what = f.head.value("say", "");
        if (what == "hello")
            at_ = state::checking, ask_clock();
        else if (what == "beat")
            take_clock(f.head);
        else if (what == "facts")
            take_facts(f.head);
        else if (what == "reached")
            take_reached(f.head.at("problems"));
        else if (what == "lacks")
            take_lacking(f.body);
        else if (what == "staged")
            delivery_.is_of_outputs() ? lay_out() : send_outputs();
        else if (what == "ready")
            at_ = state::ready;
        else if (what == "told")
            --untold_;
        else if (what == "journal")
            journal_lines(f.body);
        else if (what == "grown")
            collection_.files().grown(f.head.value("path", ""), whole_number(f.head, "offset", std::uint64_t{0}),
                                      f.body);
        else if (what == "warning")
            warn(f.head.value("message", ""));
        else if (what == "listed")
            take_list(f.body);
        else if (what == "uploads")
            ask_for(uploads_.begin(f, host(), collection_)), uploads_.tell(collection_);
        else if (what == "file")
            take_piece(f);
        else if (what == "failed")
            lose(f.head.value("id", "EST-429"), f.head.value("message", ""));
    }

    void add_problem(std::string id, std::string why) {
        problems_.emplace_back(std::move(id), std::move(why));
        at_.note_problem();
    }
    void warn(std::string const& text) { warn_of_host(log_, host(), text); }

    void ask_clock() { channel_.say({{"do", "beat"}, {"asked", epoch_seconds()}}); }
    void take_clock(json const& said) {
        if (has_begun_) return;
        if (said.contains("clock")) clock_.take(said.at("asked"), said["clock"], epoch_seconds());
        if (said.contains("clock") && !clock_.is_enough()) return ask_clock();
        has_begun_ = true, channel_.say(begin_message(task_));
    }

    /// While the run goes on a host that does not answer is lost. What it wrote can be brought later too: it is tried
    /// again.
    void interrupted(std::string const& why) {
        bool const is_collected = at_ >= state::listing && at_ < state::done;
        if (!is_collected || ++interruptions_ > 3) return lose(std::string{way_.id_of_lost()}, why);
        warn(why + " while its files were brought; that goes on when it answers again");
        channel_.cut();
        goes_on_at_ = at_, at_ = state::waiting;
        has_begun_ = false;
        first_try_ = again_at_ = monotonic_seconds();
    }
    void go_on() {
        at_ = std::exchange(goes_on_at_, state::waiting);
        if (at_ == state::listing) list();
        if (at_ == state::bringing) ask_for(collection_.left());
    }

    void take_facts(json const& facts) {
        if (goes_on_at_ != state::waiting) return go_on();
        facts_ = facts, at_ = state::checked;
        for (json const& p : facts.at("problems"))
            add_problem("EST-725", p.at("why").get<std::string>() + "; " + p.at("remedy").get<std::string>());
        if (task_.is_batch_job && !facts.value("sees_the_run", false))
            add_problem("EST-765", "it does not see the run's folder " + task_.run.path.string() +
                                       "; put the workspace on a file system that all hosts of the cluster share");
        tell_of_host(log_, host(), facts, clock_.offset());
    }

    void take_reached(json const& problems) {
        at_ = state::reached;
        for (json const& p : problems) add_problem("EST-725", p.get<std::string>());
    }
    void take_lacking(std::string const& list) {
        delivery_.take_lacking(list);
        if (!delivery_.is_of_outputs()) return void(at_ = state::compared);
        delivery_.begin();
        pour();
    }
    /// The same for what earlier attempts left, where there is something.
    void send_outputs() {
        if (task_.outputs_id.empty()) return lay_out();
        at_ = state::staging;
        delivery_.compare_outputs();
    }
    void lay_out() {
        at_ = state::laying_out;
        channel_.say({{"do", "lay_out"}, {"shared", is_shared_}, {"clock_offset", clock_.offset()}});
    }

    void take_list(std::string const& text) {
        for (json const& one : json::parse(text)) files_there_.push_back(node_file_from(one));
        at_ = state::listed;
    }

    void take_piece(frame const& f) {
        collection_.take(f, [this](json const& again) { ask_for(again); }, [this](std::string const& w) { warn(w); });
        uploads_.tell(collection_);
        if (collection_.is_over() && at_ == state::bringing) at_ = state::done;
    }
    void ask_for(json const& wanted) { if (!wanted.empty()) channel_.say({{"do", "get"}}, wanted.dump()); }
    /// The channel is at its end: while connecting ssh says why, later the host is lost.
    void closed() {
        if (at_ == state::lost || at_ == state::done) return;
        if (at_ != state::connecting) return interrupted("the connection to it ended");
        way_failure const f = way_.why_failed(host(), channel_.said(), task_.launcher);
        double const now = monotonic_seconds();
        if (!f.may_pass || now + 0.5 > first_try_ + task_.target.connect_seconds)
            return lose(f.id, f.why + "; " + f.remedy);
        at_ = state::waiting, again_at_ = now + 0.5;
    }

    hosts_task const& task_;
    way_to_hosts const& way_;
    journal& log_;
    counted_state at_;
    host_collection collection_;
    host_channel channel_;
    snapshot_delivery delivery_{task_, channel_};
    state goes_on_at_ = state::waiting;
    int interruptions_ = 0;
    json facts_ = json::object();
    clock_comparison clock_{};
    double first_try_ = 0, again_at_ = 0;
    std::vector<std::pair<std::string, std::string>> problems_{};
    std::vector<node_file> files_there_{};
    host_uploads uploads_{task_.run};
    int untold_ = 0;
    bool is_shared_ = false, has_begun_ = false;
};

}  // namespace estima::inline v0_1
