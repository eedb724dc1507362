// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <estima/hosts/node_group.hpp>
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
        : task_{std::move(task)}, log_{log}, session_{task_.target}, epoll_{::epoll_create1(EPOLL_CLOEXEC)} {
        for (int i = 0; i < task_.configuration.node_count; ++i)
            nodes_.push_back(std::make_unique<remote_node>(task_, session_, log_,
                                                           task_.target.hosts.at(static_cast<std::size_t>(i)).name));
        staging_.emplace(task_, session_, log_, nodes_);
        watch(timer_.fd(), EPOLLIN);
    }

    int fd() const { return epoll_.get(); }

    /// Opens the ways to all hosts; has them checked and laid out.
    void begin() {
        let_open(16 * nodes_.size() + 256);
        task_.token = detail::random_hex() + detail::random_hex();
        replace_file(token_file(), task_.token);
        for (auto const& n : nodes_) n->open();
        watch_channels();
        timer_.set(beat_interval());
    }

    bool is_ready() const {
        return all([](auto const& n) { return n.at() == state::ready; });
    }
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
        epoll_event events[32];
        int const count = ::epoll_wait(epoll_.get(), events, 32, 0);
        for (int i = 0; i < count; ++i) {
            int const fd = events[i].data.fd;
            if (fd == timer_.fd()) {
                timer_.clear();
                for (auto const& n : nodes_) n->beat();
                staging_->beat();
                timer_.set(beat_interval());
                continue;
            }
            if (fd == staging_->channel().out_fd()) staging_->read();
            for (auto const& n : nodes_) {
                if (fd == n->channel().in_fd())
                    n->pour();
                else if (fd == n->channel().out_fd())
                    n->read([&](std::string const& lines) { take_journal(*n, lines); });
            }
        }
        advance();
        watch_channels();
    }

    /// To be told of each child that was reaped.
    void ended(pid_t pid) {
        for (auto const& n : nodes_)
            if (n->channel().pid() == pid) n->channel().reaped();
        if (staging_->channel().pid() == pid) staging_->channel().reaped();
    }

    /// What the launch plan has to know of the hosts, which are ready. Writes the file that mpirun reads. EST-301.
    void describe(launch_settings& s) const {
        for (auto const& n : nodes_) s.hosts.push_back(n->host());
        s.ssh_configuration = session_.configuration();
        s.launcher = task_.launcher;
        s.network = network();
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
                n->lose("EST-726", "it was not ready");
        }
        advance();
    }

    /// Ends the attendants, and waits for that; those that do not answer within `seconds` are cut off.
    void dismiss(double seconds) {
        for (auto const& n : nodes_)
            if (n->channel().is_open()) {
                if (!n->has_all_files_here())
                    warn_of_host(log_, n->host(), "not all that the run wrote was brought here; it is kept there, in " + task_.target.folder + "/runs");
                n->channel().say({{"do", "end"}, {"keep", task_.target.keep_folders || !n->has_all_files_here()},
                                  {"wanted", task_.target.keep_folders}});
            }
        double const limit = monotonic_seconds() + seconds;
        for (bool is_open = true; is_open && monotonic_seconds() < limit;) {
            is_open = false;
            for (auto const& n : nodes_) {
                n->channel().flush();
                n->read([&](std::string const& lines) { take_journal(*n, lines); });
                is_open = is_open || n->channel().is_open();
            }
            epoll_event event;
            if (is_open) ::epoll_wait(epoll_.get(), &event, 1, 20);
        }
        for (auto const& n : nodes_) n->channel().cut();
        std::error_code ignored;
        std::filesystem::remove(token_file(), ignored);
        std::filesystem::remove_all(task_.outputs_store(), ignored);
    }

private:
    using state = remote_node::state;
    enum class phase { preparing, working, listing, bringing, collected };

    /// Each host takes some descriptors, and many systems begin with 1024.
    static void let_open(rlim_t files) {
        rlimit limit{};
        if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= files) return;
        limit.rlim_cur = std::min(files, limit.rlim_max);
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    std::filesystem::path token_file() const { return task_.run.path / "shared_token"; }
    double beat_interval() const { return std::min(1.0, task_.target.silence_seconds / 5); }

    template <class Is>
    bool all(Is const& is) const {
        return std::all_of(nodes_.begin(), nodes_.end(), [&](auto const& n) { return is(*n); });
    }
    /// What the target says, else the subnet that all hosts are on; empty if there is none.
    std::string network() const { return task_.target.network.empty() ? common_network(nodes_) : task_.target.network; }

    void watch(int fd, std::uint32_t what) const {
        epoll_event event{};
        event.events = what;
        event.data.fd = fd;
        if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) != 0)
            ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
    }
    void watch_channels() {
        if (int const fd = staging_->channel().out_fd(); fd >= 0) watch(fd, EPOLLIN);
        for (auto const& n : nodes_) {
            if (n->channel().out_fd() >= 0) watch(n->channel().out_fd(), EPOLLIN);
            if (n->channel().in_fd() >= 0) watch(n->channel().in_fd(), n->channel().has_waiting() ? EPOLLOUT : 0U);
        }
    }

    void advance() {
        if (phase_ == phase::preparing) {
            for (auto const& n : nodes_)
                if (n->at() < state::checked) return;
            if (!all([](auto const& n) { return n.problems().empty(); })) return refuse();
            if (nodes_.front()->at() == state::checked) try_each_other(nodes_);
            for (auto const& n : nodes_)
                if (n->at() < state::reached) return;
            for (auto const& n : nodes_)
                if (n->at() == state::reached) n->prepare(is_shared());
            staging_->advance(network());
            if (is_ready()) phase_ = phase::working;
        } else if (phase_ == phase::working) {
            note_loss();
        } else if (phase_ == phase::listing) {
            note_loss();
            for (auto const& n : nodes_)
                if (n->at() < state::listed) return;
            bring();
        } else if (phase_ == phase::bringing) {
            note_loss();
            if (all([](auto const& n) { return n.at() >= state::done; })) phase_ = phase::collected;
        }
    }

    void refuse() {
        if (!problem_) problem_ = what_is_wrong(nodes_);
    }

    void note_loss() {
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
    ssh_session session_;
    remote_group nodes_{};
    std::optional<staging> staging_{};
    file_descriptor epoll_;
    timer timer_{};
    phase phase_ = phase::preparing;
    std::optional<run_error> problem_{};
};

}  // namespace estima::inline v0_1
