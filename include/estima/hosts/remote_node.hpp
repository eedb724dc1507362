// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <estima/history/journal.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/hosts/host_channel.hpp>
#include <estima/hosts/host_files.hpp>
#include <estima/hosts/hosts_task.hpp>
#include <estima/launcher/plan_text.hpp>
#include <estima/launcher/run_errors.hpp>
#include <estima/run_configuration/json.hpp>
#include <estima/snapshot/store_receiver.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/process.hpp>
#include <estima/version.hpp>

namespace estima::inline v0_1 {

/// One host of a run, as its supervisor sees it: where it is on its way, and what it said last.
class remote_node {
public:
    enum class state {
        waiting,
        connecting,
        checking,
        checked,
        staging,
        laying_out,
        ready,
        listing,
        listed,
        bringing,
        done,
        lost
    };

    remote_node(hosts_task const& task, ssh_session const& session, journal& log, std::string host)
        : task_{task},
          session_{session},
          log_{log},
          files_{task.run},
          channel_{host, (task.run.system_logs() / ("host_" + host + ".txt")).string()} {}

    state at() const { return at_; }
    bool is_connected() const { return at_ > state::connecting && at_ < state::lost; }
    host_channel& channel() { return channel_; }
    std::string const& host() const { return channel_.host(); }
    json const& facts() const { return facts_; }
    /// Why it cannot take part, or was lost: ids and sentences.
    std::vector<std::pair<std::string, std::string>> const& problems() const { return problems_; }
    std::vector<node_file> const& files() const { return files_there_; }
    bool has_all_files_here() const { return is_brought_; }

    void open() {
        if (first_try_ == 0) first_try_ = monotonic_seconds();
        channel_.open(session_.argv(host(), "exec " + shell_quoted(task_.launcher) + " attend", true));
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
            connects
                ? lose("EST-722", "it does not answer" + silent + "; look whether the host runs and its sshd listens")
                : lose("EST-726", "it said nothing" + silent);
        } else if (!connects) {
            channel_.say({{"do", "beat"}});
        }
    }

    /// Sends more of the snapshot while the channel takes it.
    void pour() {
        try {
            channel_.flush();
            while (sender_ && channel_.waiting() < largest_frame_body && !sender_->is_done())
                channel_.say({{"do", "put"}}, sender_->next(largest_frame_body / 4));
            if (sender_ && sender_->is_done()) {
                sender_.reset();
                channel_.say({{"do", "staged"}});
            }
        } catch (error const& e) {
            lose(e.id(), to_run_error(e).message);
        }
    }

    /// `is_shared`: all hosts work in the run's own folder, which they see.
    void prepare(bool is_shared) {
        is_shared_ = is_shared;
        if (is_shared) return lay_out();
        if (facts_.value("has_snapshot", false)) return send_outputs();
        at_ = state::staging;
        channel_.say({{"do", "manifest"}}, task_.manifest);
    }
    /// Whether it was lost during the run, or not reached at all.
    bool is_gone() const {
        return at_ == state::lost && (problems_.back().first == "EST-726" || problems_.back().first == "EST-722");
    }

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
        wanted_ = std::move(wanted);
        json asked = json::array();
        for (auto const& w : wanted_) asked.push_back(w.file.path);
        if (wanted_.empty()) return done();
        channel_.say({{"do", "get"}}, asked.dump());
    }

    void lose(std::string id, std::string why) {
        if (at_ == state::lost) return;
        at_ = state::lost;
        channel_.cut();
        problems_.emplace_back(std::move(id), std::move(why));
    }

private:
    template <class Journal>
    void take(frame const& f, Journal const& journal_lines) {
        std::string const what = f.head.value("say", "");
        if (what == "hello")
            begin();
        else if (what == "facts")
            take_facts(f.head);
        else if (what == "lacks")
            send_objects(f.body);
        else if (what == "staged")
            is_sending_outputs_ ? lay_out() : send_outputs();
        else if (what == "ready")
            at_ = state::ready;
        else if (what == "told")
            --untold_;
        else if (what == "journal")
            journal_lines(f.body);
        else if (what == "grown")
            files_.grown(f.head.value("path", ""), whole_number(f.head, "offset", std::uint64_t{0}), f.body);
        else if (what == "warning")
            warn(f.head.value("message", ""));
        else if (what == "listed")
            take_list(f.body);
        else if (what == "file")
            take_piece(f);
        else if (what == "failed")
            lose(f.head.value("id", "EST-429"), f.head.value("message", ""));
    }

    void warn(std::string const& text) {
        log_.append({{"event", "warning"}, {"message", "on " + host() + ": " + text}});
    }

    void begin() {
        at_ = state::checking;
        asked_at_ = epoch_seconds();
        channel_.say(begin_message(task_));
    }

    void take_facts(json const& facts) {
        facts_ = facts;
        at_ = state::checked;
        for (json const& p : facts.at("problems"))
            problems_.emplace_back("EST-725",
                                   p.at("why").get<std::string>() + "; " + p.at("remedy").get<std::string>());
        // Half of the way there and back belongs to each direction.
        double const offset = facts.at("clock").get<double>() - (asked_at_ + epoch_seconds()) / 2;
        log_.append({{"event", "node"},
                     {"host", host()},
                     {"address", facts.value("address", "")},
                     {"cores", whole_number(facts, "cores", 0)},
                     {"gpus", whole_number(facts, "gpus", 0)},
                     {"clock_offset_seconds", std::round(offset * 1000) / 1000},
                     {"shares_the_workspace", facts.value("sees_the_run", false)}});
        if (std::abs(offset) > 2)
            warn("the clock is " + std::to_string(std::lround(std::abs(offset))) + " s " +
                 (offset > 0 ? "ahead" : "behind") + "; the times of its metrics are wrong by as much");
    }

    void send_objects(std::string const& lacking) {
        std::vector<lacking_object> objects;
        for (json const& one : json::parse(lacking)) objects.push_back({one.at(0), one.at(1)});
        sender_.emplace(is_sending_outputs_ ? task_.outputs_store() : task_.run.snapshots(), std::move(objects));
        pour();
    }
    /// The same for what earlier attempts left, where there is something.
    void send_outputs() {
        if (task_.outputs_id.empty()) return lay_out();
        at_ = state::staging;
        is_sending_outputs_ = true;
        channel_.say({{"do", "manifest"}, {"of", "outputs"}}, task_.outputs_manifest);
    }
    void lay_out() {
        at_ = state::laying_out;
        channel_.say({{"do", "lay_out"}, {"shared", is_shared_}});
    }

    void take_list(std::string const& text) {
        for (json const& one : json::parse(text)) files_there_.push_back({one.at(0), one.at(1), one.at(2), one.at(3)});
        at_ = state::listed;
    }

    void take_piece(frame const& f) {
        if (at_ != state::bringing || next_ >= wanted_.size()) return;
        if (!f.body.empty()) files_.piece(wanted_[next_], f.head.at("offset"), f.body);
        if (!f.head.value("last", false)) return;
        host_files::brought w = wanted_[next_++];
        if (!files_.end(w) && !w.is_second_try) {  // once more, from its beginning
            w.is_second_try = true;
            wanted_.push_back(w);
            channel_.say({{"do", "get"}}, json::array({w.file.path}).dump());
        } else if (!w.is_whole) {
            warn(w.file.path + " could not be brought as it is there" +
                 (f.head.contains("failed") ? ": " + f.head["failed"].get<std::string>() : ""));
            is_brought_ = false;
        }
        if (next_ == wanted_.size()) done();
    }
    void done() { at_ = state::done; }

    /// The channel is at its end: while connecting ssh says why, later the host is lost.
    void closed() {
        if (at_ == state::lost || at_ == state::done) return;
        if (at_ != state::connecting) return lose("EST-726", "the connection to it ended");
        std::vector<std::string> const said = channel_.said();
        for (std::string const& line : said)
            if (line.find(task_.launcher) != std::string::npos)
                return lose("EST-725", "its shell says: " + line +
                                           "; install estima there, or name its estima-launch by `launcher` in the "
                                           "settings of the target");
        ssh_failure const f = why_ssh_failed(host(), said);
        double const now = monotonic_seconds();
        if (!f.may_pass || now + 0.5 > first_try_ + task_.target.connect_seconds)
            return lose(f.id, f.why + "; " + f.remedy);
        at_ = state::waiting;
        again_at_ = now + 0.5;
    }

    hosts_task const& task_;
    ssh_session const& session_;
    journal& log_;
    host_files files_;
    host_channel channel_;
    state at_ = state::waiting;
    json facts_ = json::object();
    double first_try_ = 0, again_at_ = 0, asked_at_ = 0;
    std::vector<std::pair<std::string, std::string>> problems_{};
    std::optional<store_sender> sender_{};
    std::vector<node_file> files_there_{};
    std::vector<host_files::brought> wanted_{};
    std::size_t next_ = 0;
    int untold_ = 0;
    bool is_brought_ = true, is_shared_ = false, is_sending_outputs_ = false;
};

}  // namespace estima::inline v0_1
