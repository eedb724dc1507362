// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <estima/hosts/channel_watch.hpp>
#include <estima/hosts/job_steps.hpp>
#include <estima/hosts/node_census.hpp>
#include <estima/hosts/node_group.hpp>
#include <estima/hosts/ssh_session.hpp>
#include <estima/hosts/staging.hpp>
#include <estima/launcher/launch_plan.hpp>
#include <estima/launcher/mpirun_hosts.hpp>
#include <estima/launcher/run_errors.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/system/random_hex.hpp>

namespace estima::inline v0_1 {

/// The hosts of a run, an attendant on each. Everything happens in step(), to be called when fd() is readable.
class remote_nodes {
public:
    /// EST-301.
    remote_nodes(hosts_task task, journal& log)
        : task_{std::move(task)}, log_{log}, way_{way_of(task_)} {
        for (int i = 0; i < task_.configuration.node_count; ++i)
            nodes_.push_back(std::make_unique<remote_node>(task_, *way_, log_, census_,
                                                           task_.target.hosts.at(static_cast<std::size_t>(i)).name));
        staging_.emplace(task_, *way_, log_, nodes_, census_);
        watch_.add(timer_.fd(), timer_place());
    }

    int fd() const { return watch_.fd(); }

    /// Opens the ways to all hosts; has them checked and laid out.
    void begin() {
        let_open(16 * nodes_.size() + 256);
        task_.token = detail::random_hex() + detail::random_hex();
        replace_file(token_file(), task_.token);
        way_->begin(nodes_.size(), task_.launcher, task_.target.network);
        watch_.add(way_->fd(), way_place());
        for (auto const& n : nodes_) n->open();
        see_channels();
        timer_.set(beat_interval());
    }

    /// The hosts are only checked: what a batch system gave is not held by attendants while the run goes on.
    bool are_only_checked() const { return task_.is_batch_job; }
    bool is_ready() const { return census_.of(state::ready) == nodes_.size(); }
    /// Nothing more comes of any host.
    bool is_collected() const { return phase_ == phase::collected; }
    /// Those that the run can do no better than to go on without.
    std::vector<std::string> lost_hosts() const {
        std::vector<std::string> names;
        for (auto const& n : nodes_)
            if (n->is_gone()) names.push_back(n->host());
        return names;
    }
    /// All hosts work in the run's own folder.
    bool is_shared() const { return see_the_run(nodes_); }
    /// What keeps the run from going on: hosts that cannot take part, or one that was lost.
    std::optional<run_error> const& problem() const { return problem_; }

    void step() {
        watch_.wait(0, [this](std::size_t place, bool takes_more) {
            if (place == timer_place()) return beat();
            if (place == staging_place()) return takes_more ? void() : staging_->read();
            if (place == way_place()) return take_calls();
            hear(place, takes_more);
        });
        advance();
        watch_.see(staging_->channel(), staging_place());
    }

    /// To be told of each child that was reaped.
    void ended(pid_t pid) { watch_.ended(pid); }

    /// What the launch plan has to know of the hosts, which are ready. Writes the file that mpirun reads. EST-301.
    void describe(launch_settings& s) const {
        for (auto const& n : nodes_) s.hosts.push_back(n->host());
        s.ssh_configuration = way_->configuration();
        s.launcher = task_.launcher;
        s.network = network_;
        replace_file(task_.run.host_file(), host_file_text(s.hosts, task_.configuration.process_count_per_node()));
        if (!is_shared()) s.node_run_directory = task_.target.folder + "/runs/" + task_.run.run_id();
        run_configuration const& c = task_.configuration;
        int const per_node = c.process_count_per_node();
        for (int i = 0; i < rendezvous_count(c); ++i) {
            json const& facts = nodes_[static_cast<std::size_t>(i / per_node)]->facts();
            s.rendezvous.push_back(facts.at("address").get<std::string>() + ":" +
                                   facts.at("ports").at(static_cast<std::size_t>(i % per_node)).dump());
        }
    }

    /// The run is to end within `grace` seconds: into the journals of the hosts, which have their own where they share
    /// no file system. `is_first`: it was not said before.
    void forward_end(double grace, bool is_first) {
        json event{{"event", "grace"}, {"grace_seconds", grace}};
        if (is_first) event.update({{"event", "status"}, {"status", to_string(run_status::cancel_requested)}});
        for (auto const& n : nodes_) n->forward(event);
    }
    /// Whether all hosts have written down what was forwarded.
    bool are_told() const {
        return all([](auto const& n) { return n.is_told(); });
    }

    /// The script is over, or given up: what is left of it on the hosts is ended, and its files are brought here.
    void collect() {
        phase_ = phase::listing;
        staging_->channel().cut();
        for (auto const& n : nodes_) {
            if (n->at() == state::ready)
                n->list();
            else if (n->at() != state::lost)
                n->lose(std::string{way_->id_of_lost()}, "it was not ready");
        }
        advance();
    }

    /// Ends the attendants, and waits for that; those that do not answer within `seconds` are cut off.
    void dismiss(double seconds) {
        for (auto const& n : nodes_)
            if (n->channel().is_open()) {
                if (!n->has_all_files_here())
                    warn_of_host(log_, n->host(),
                                 "not all that the run wrote was brought here; it is kept there, in " +
                                     task_.target.folder + "/runs");
                n->channel().say({{"do", "end"}, {"keep", task_.target.keep_folders || !n->has_all_files_here()},
                                  {"wanted", task_.target.keep_folders}, {"goes_on", task_.is_batch_job}});
            }
        double const limit = monotonic_seconds() + seconds;
        std::size_t open = 0;
        for (auto const& n : nodes_) open += n->channel().is_open();
        while ((open > 0 || way_->fd() >= 0) && monotonic_seconds() < limit)
            watch_.wait(20, [&](std::size_t place, bool takes_more) {
                if (place == timer_place()) return timer_.clear();
                if (place == way_place()) return void(way_->calls());
                if (place >= nodes_.size() || !nodes_[place]->channel().is_open()) return;
                hear(place, takes_more);
                open -= !nodes_[place]->channel().is_open();
            });
        for (auto const& n : nodes_) n->channel().cut();
        std::error_code ignored;
        std::filesystem::remove(token_file(), ignored);
        std::filesystem::remove_all(task_.outputs_store(), ignored);
    }

private:
    using state = remote_node::state;
    enum class phase { preparing, working, listing, bringing, collected };

    static std::unique_ptr<way_to_hosts> way_of(hosts_task const& task) {
        if (task.is_batch_job) return std::make_unique<job_steps>(task.target.hosts.front().name);
        return std::make_unique<ssh_session>(task.target);
    }
    std::filesystem::path token_file() const { return task_.run.path / "shared_token"; }
    double beat_interval() const { return std::min(1.0, task_.target.silence_seconds / 5); }

    template <class Is>
    bool all(Is const& is) const {
        return std::all_of(nodes_.begin(), nodes_.end(), [&](auto const& n) { return is(*n); });
    }
    std::size_t timer_place() const { return nodes_.size(); }
    std::size_t staging_place() const { return nodes_.size() + 1; }
    std::size_t way_place() const { return nodes_.size() + 2; }
    void see_channels() {
        for (std::size_t i = 0; i < nodes_.size(); ++i) watch_.see(nodes_[i]->channel(), i);
    }
    void beat() {
        timer_.clear();
        for (auto const& n : nodes_) n->beat();
        staging_->beat();
        see_channels();
        timer_.set(beat_interval());
    }
    /// Attendants that one step of a job has started, or has not.
    void take_calls() {
        for (auto& call : way_->calls())
            for (auto const& n : nodes_) {
                bool const is_meant = call.host.empty() || call.host == n->host();
                if (!is_meant || n->at() != state::connecting || n->channel().is_open()) continue;
                if (!call.connection) n->channel().note(call.said), n->read([](std::string const&) {});
                else n->channel().take(std::move(call.connection));
            }
        see_channels();
    }
    /// What one host said, or that it takes more.
    void hear(std::size_t place, bool takes_more) {
        remote_node& n = *nodes_[place];
        if (!n.channel().is_open()) return;
        if (takes_more) n.pour();
        else n.read([&](std::string const& lines) { take_journal(n, lines); });
    }

    void advance() {
        if (phase_ == phase::preparing) {
            if (census_.least() < state::checked) return;
            if (census_.has_problem()) return refuse();
            if (census_.of(state::checked) > 0) try_each_other(nodes_);
            if (census_.least() < state::reached) return;
            if (census_.of(state::reached) > 0) prepare();
            staging_->advance(network_);
            if (is_ready()) phase_ = phase::working;
        } else if (phase_ == phase::working) {
            note_loss();
        } else if (phase_ == phase::listing) {
            note_loss();
            if (census_.least() >= state::listed) bring();
        } else if (phase_ == phase::bringing) {
            note_loss();
            if (census_.least() >= state::done) phase_ = phase::collected;
        }
    }

    /// All hosts have reached each other.
    void prepare() {
        network_ = task_.target.network.empty() ? common_network(nodes_) : task_.target.network;
        bool const shares = is_shared();
        for (auto const& n : nodes_)
            if (n->at() == state::reached) n->prepare(shares);
    }

    void refuse() {
        if (!problem_) problem_ = what_is_wrong(nodes_);
    }

    void note_loss() {
        if (census_.of(state::lost) == 0 || problem_) return;
        for (auto const& n : nodes_) {
            if (n->at() != state::lost || problem_) continue;
            auto const& [id, why] = n->problems().back();
            std::string text = "the host " + n->host() + " was lost during the run: " + why;
            for (std::string const& line : n->channel().said()) text += "; ssh said: " + line;
            problem_ = run_error{.id = id, .message = std::move(text)};
            problem_->host = n->host();
        }
    }

    void take_journal(remote_node const& from, std::string const& lines) {
        std::vector<json> events;
        for (std::size_t at = 0; at < lines.size();) {
            std::size_t const end = std::min(lines.find('\n', at), lines.size());
            json event = json::parse(lines.substr(at, end - at), nullptr, false);
            at = end + 1;
            if (!event.is_object()) continue;
            // Parameter servers end when the workers have, wherever these are.
            if (task_.configuration.has_roles() && event.value("event", "") == "rank_exit")
                for (auto const& n : nodes_)
                    if (n.get() != &from) n->forward(event);
            events.push_back(std::move(event));
        }
        for (json& event : events) log_.append(std::move(event));
    }

    void bring() {
        phase_ = phase::bringing;
        std::vector<std::vector<node_file>> files;
        std::vector<std::string> hosts;
        for (auto const& n : nodes_) {
            files.push_back(n->at() == state::listed ? n->files() : std::vector<node_file>{});
            hosts.push_back(n->host());
        }
        auto const say = [&](std::string const& path, int owners) {
            log_.append(
                {{"event", "warning"},
                 {"message", (path.starts_with("code/") ? path.substr(5) : path) + " was written on " +
                                 std::to_string(owners) +
                                 " hosts with different contents; each is kept in a folder with its host's name"}});
        };
        std::vector<std::vector<host_files::brought>> wanted(nodes_.size());
        for (auto& one : host_files{task_.run}.plan(files, hosts, say)) wanted[one.host].push_back(std::move(one));
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            if (nodes_[i]->at() == state::listed) nodes_[i]->bring(std::move(wanted[i]));
        advance();
    }

    hosts_task task_;
    journal& log_;
    std::unique_ptr<way_to_hosts> way_;
    node_census census_{};
    channel_watch watch_{};
    remote_group nodes_{};
    std::optional<staging> staging_{};
    timer timer_{};
    std::string network_{};  ///< that the target says, else the subnet that all hosts are on; empty if there is none
    phase phase_ = phase::preparing;
    std::optional<run_error> problem_{};
};

}  // namespace estima::inline v0_1
