// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/journal.hpp>
#include <estima/hosts/attendant_mark.hpp>
#include <estima/hosts/earlier_outputs.hpp>
#include <estima/hosts/frame.hpp>
#include <estima/hosts/frame_line.hpp>
#include <estima/hosts/node_check.hpp>
#include <estima/hosts/node_files.hpp>
#include <estima/hosts/node_path.hpp>
#include <estima/hosts/node_relay.hpp>
#include <estima/hosts/node_samples.hpp>
#include <estima/hosts/node_uploads.hpp>
#include <estima/hosts/reach.hpp>
#include <estima/launcher/bury.hpp>
#include <estima/launcher/host_facts.hpp>
#include <estima/launcher/lay_out.hpp>
#include <estima/run_configuration/json.hpp>
#include <estima/snapshot/store_receiver.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/system/process.hpp>

namespace estima::inline v0_1 {

/// The supervisor's hands on one host, at the other end of ssh: checks the host, lays the run out, tells what grows,
/// gives the outputs, and ends what is left. When the supervisor is gone or says nothing for too long, it ends the
/// processes of the run here and leaves the files, if the run was laid out.
class attendant {
public:
    attendant() { line_.say({{"say", "hello"}}); }

    /// Until it is told to end or the supervisor is gone; the exit code.
    int run() {
        while (!is_over_) {
            wait();
            line_.read([this](frame const& message) { obey(message); });
            if (!line_.is_open() || monotonic_seconds() > line_.heard() + silence_) {
                end_processes();
                remove_unused();
                return 1;
            }
            if (samples_) samples_->look();
            if (relay_ && line_.room() > 0 && (relay_is_due_ || relay_->fd() < 0)) look();
            while (files_ && !files_->is_idle() && line_.room() > 0) line_.add(files_->next());
            line_.flush();
        }
        line_.flush_all();
        return 0;
    }

private:
    void say(json head, std::string_view body = {}) { line_.say(std::move(head), body); }
    void warn(std::string text) { say({{"say", "warning"}, {"message", std::move(text)}}); }

    void wait() {
        bool const has_more = relay_is_due_ || (files_ && !files_->is_idle());
        pollfd sources[]{
            {0, POLLIN, 0}, {line_.has_waiting() ? 1 : -1, POLLOUT, 0}, {relay_ ? relay_->fd() : -1, POLLIN, 0}};
        double left = line_.heard() + silence_ - monotonic_seconds();
        if (samples_) left = std::min(left, samples_->seconds_left());
        int const looks = relay_ && relay_->fd() < 0 ? 250 : 3'600'000;
        ::poll(sources, 3,
               has_more && line_.room() > 0 ? 0 : std::min(looks, static_cast<int>(std::max(left, 0.0) * 1000) + 1));
        if (sources[2].revents != 0) relay_is_due_ = true;
    }

    void look() {
        relay_is_due_ = relay_->look(line_.room());
        std::vector<node_uploads::upload> uploads;
        auto const collect = [&] { uploads = uploads_->look(before_, [this](std::string w) { warn(std::move(w)); }); };
        if (uploads_->has_requests()) line_.while_beating(collect);
        for (auto const& one : uploads) say({{"say", "uploads"}, {"name", one.name}}, texts_of(one.files));
    }

    static std::string texts_of(std::vector<node_file> const& files) {
        json list = json::array();
        for (node_file const& f : files) list.push_back(to_json(f));
        return list.dump();
    }

    void obey(frame const& message) {
        std::string const what = message.head.value("do", "");
        if (what == "beat")
            say({{"say", "beat"}, {"asked", message.head.value("asked", 0.0)}, {"clock", epoch_seconds()}});
        else if (what == "begin")
            begin(message.head);
        else if (what == "reach")
            say({{"say", "reached"}, {"problems", problems_with_reaching(message.head.at("others"))}});
        else if (what == "manifest")
            receive_manifest(message);
        else if (what == "put" && receiver_)
            receiver_->put(message.body);
        else if (what == "staged" && receiver_)
            end_receiving();
        else if (what == "take_up")
            take_up();
        else if (what == "lay_out")
            lay_it_out(message.head.value("shared", false), message.head.value("clock_offset", 0.0));
        else if (what == "journal")
            take_journal(message.body);
        else if (what == "end_processes")
            end_processes();
        else if (what == "list")
            list();
        else if (what == "get")
            get(message.body);
        else if (what == "end")
            end(message.head.value("keep", false), message.head.value("wanted", false),
                message.head.value("goes_on", false));
    }

    void begin(json const& told) {
        silence_ = told.value("silence_seconds", silence_);
        snapshot_id_ = told.value("snapshot_id", "");
        outputs_id_ = told.value("outputs_id", "");
        sample_seconds_ = told.value("sample_seconds", 0.0);
        configuration_ = run_configuration_from_json(told.at("configuration"));
        std::string const id = told.at("run_id");
        supervisor_pid_ = whole_number(told, "supervisor_pid", 0);
        supervisor_start_ = whole_number(told, "supervisor_start_ticks", std::uint64_t{0});
        shared_ = run_directory{told.at("shared_run").get<std::string>()};
        std::error_code ignored;
        std::filesystem::path const token = shared_.path / "shared_token";
        bool const sees_it =
            std::filesystem::is_regular_file(token, ignored) && read_file(token) == told.value("token", "");
        std::filesystem::path const folder = node_path(told.at("folder").get<std::string>());
        run_ = run_directory{folder / "runs" / id};
        mark_.emplace(sees_it ? shared_.path : run_.path);
        if (mark_->end_earlier()) end_processes();
        if (::access(run_.journal().c_str(), F_OK) != 0) unused_ = run_.path;  // else there may be outputs in it
        try {
            mark_->set();
        } catch (error const&) {  // what is wrong with the folder is found below
        }
        if (!sees_it) remove_left_folders(folder / "runs", run_.run_id(), told.value("left_folder_days", 7.0));
        node_needs const needs{.version = told.value("version", ""),
                               .mpi_version = told.value("mpi_version", ""),
                               .network = told.value("network", ""),
                               .with_mpi4py = told.value("with_mpi4py", false),
                               .imports = told.value("imports", std::vector<std::string>{}),
                               .is_alone = told.value("is_alone", false),
                               .bytes = sees_it ? 0 : whole_number(told, "snapshot_bytes", std::uint64_t{0})};
        json facts;
        line_.while_beating([&] {  // an interpreter may be slow
            facts = node_facts(configuration_, needs, sees_it ? shared_.path : folder, whole_number(told, "ports", 0));
        });
        facts.update({{"say", "facts"}, {"sees_the_run", sees_it}, {"has_snapshot", has_snapshot()},
                      {"with_supervisor", is_with_supervisor()}});
        if (auto const i = interface_for(needs.network)) {
            port_.emplace(i->address);
            facts["listens"] = port_->port();
        }
        say(std::move(facts));
    }

    bool has_snapshot() const { return ::access(store_layout{run_.snapshots()}.tree(snapshot_id_).c_str(), R_OK) == 0; }

    /// `node` is this host's name in the settings of the target, by which estima-agent calls it too.
    void receive_manifest(frame const& message) {
        bool const is_of_outputs = message.head.value("of", "") == "outputs";
        if (!is_of_outputs) {
            make_directories(run_.path);  // where the supervisor is too, nothing else has made it
            replace_file(run_.path / node_name_file, message.head.value("node", ""));
        }
        receiver_ = std::make_unique<store_receiver>(run_.snapshots(), is_of_outputs ? outputs_id_ : snapshot_id_,
                                                     message.body);
        json lacking = json::array();
        for (lacking_object const& o : receiver_->lacking()) lacking.push_back({o.digest, o.size});
        say({{"say", "lacks"}}, lacking.dump());
    }
    void end_receiving() {
        receiver_->finish();
        receiver_.reset();
        say({{"say", "staged"}});
    }
    /// estima-agent has brought the snapshot.
    void take_up() {
        receiver_.reset();
        if (!has_snapshot())
            throw error{"EST-208",
                        {.what = "the snapshot " + snapshot_id_ + " is not here, although it was brought",
                         .remedy = "submit again"}};
        say({{"say", "staged"}});
    }

    /// `is_shared`: all hosts see the run's own folder, and work in it.
    void lay_it_out(bool is_shared, double offset) {
        is_shared_ = is_shared;
        port_.reset();
        if (is_shared) {
            run_ = shared_;
        } else {
            make_directories(run_.path);
            replace_file(run_.run_configuration(), to_json(configuration_).dump(2) + "\n");
            std::error_code ignored;
            std::filesystem::remove(run_.journal(), ignored);  // of an earlier attempt
            journal::create(
                run_.journal(),
                {{"event", "created"}, {"run_id", run_.run_id()}, {"host", host_name()}, {"relayed", true}});
            before_ = earlier_.lay_out(run_, snapshot_id_, outputs_id_);
            uploads_ = std::make_unique<node_uploads>(run_);
            relay_ = std::make_unique<node_relay>(
                run_, [this](json head, std::string_view body) { say(std::move(head), body); });
        }
        replace_file(clock_offset_file(run_.path), std::to_string(offset));
        if (!is_with_supervisor()) samples_.emplace(run_, sample_seconds_);
        unused_.clear(), say({{"say", "ready"}});
    }

    void take_journal(std::string const& lines) {
        if (!is_shared_) append_relayed(run_, lines);
        say({{"say", "told"}});
    }

    void list() {
        if (relay_) relay_->look(SIZE_MAX);
        std::vector<node_file> files;
        std::vector<std::string> warnings;
        auto const take = [&warnings](std::string w) { warnings.push_back(std::move(w)); };
        if (!is_shared_) line_.while_beating([&] { files = list_node_files(run_, before_, take); });
        std::erase_if(files, [this](node_file const& f) { return earlier_.has(f); });
        for (std::string& w : warnings) warn(std::move(w));
        relay_.reset();
        say({{"say", "listed"}}, texts_of(files));
    }

    void get(std::string const& wanted) {
        if (!files_) files_ = std::make_unique<node_file_sender>(run_);
        for (json const& one : json::parse(wanted)) files_->ask(one.at(0), one.at(1));
    }

    /// `keep` the folder; `wants_folder`: for ever, because the target's settings say so; `goes_on`: the run does,
    /// without this process.
    void end(bool keep, bool wants_folder, bool goes_on) {
        if (!goes_on) end_processes();
        samples_.reset();
        relay_.reset();
        std::error_code ignored;
        if (is_shared_ && !goes_on) std::filesystem::remove(clock_offset_file(run_.path), ignored);
        if (!is_shared_ && !keep && !run_.path.empty()) std::filesystem::remove_all(run_.path, ignored);
        if (mark_ && (is_shared_ || wants_folder || !keep)) mark_->remove();
        say({{"say", "ended"}});
        is_over_ = true;
    }

    /// Where nothing of the run was worked on, nothing of it stays.
    void remove_unused() const {
        std::error_code ignored;
        if (!unused_.empty()) std::filesystem::remove_all(unused_, ignored), mark_->remove();
    }

    bool is_with_supervisor() const {
        return supervisor_start_ != 0 && process_start_ticks(supervisor_pid_) == supervisor_start_;
    }
    /// Where the supervisor lives, which is one of the run's processes, it ends the others itself.
    void end_processes() const {
        if (!run_.path.empty() && !is_with_supervisor()) end_processes_of(run_.run_id());
    }

    frame_line line_{};
    bool is_over_ = false, is_shared_ = false, relay_is_due_ = false;
    std::filesystem::path unused_{};  // the run's folder, before something is laid out in it
    double silence_ = 60, sample_seconds_ = 0;
    run_configuration configuration_{};
    std::string snapshot_id_{}, outputs_id_{};
    earlier_outputs earlier_{};
    run_directory run_{}, shared_{};  // on this host; as the supervisor has it
    std::optional<attendant_mark> mark_{};
    pid_t supervisor_pid_ = 0;
    std::uint64_t supervisor_start_ = 0;
    outputs_before before_{};
    std::optional<reachable_port> port_{};
    std::unique_ptr<store_receiver> receiver_{};
    std::unique_ptr<node_relay> relay_{};
    std::unique_ptr<node_uploads> uploads_{};
    std::optional<node_samples> samples_{};
    std::unique_ptr<node_file_sender> files_{};
};

}  // namespace estima::inline v0_1
