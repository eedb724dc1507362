// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/hosts/node_network.hpp>
#include <estima/hosts/reach.hpp>
#include <estima/hosts/way_to_hosts.hpp>
#include <estima/launcher/plan_text.hpp>
#include <estima/launcher/run_environment.hpp>
#include <estima/launcher/start_program.hpp>
#include <estima/system/process_tree.hpp>
#include <estima/system/random_hex.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

/// The way to the nodes of the Slurm job that this process is in: one step of the job starts an attendant on each of
/// the others, and these call. On this node no step is needed.
class job_steps final : public way_to_hosts {
public:
    explicit job_steps(std::string own_node) : own_node_{std::move(own_node)} {}
    ~job_steps() override {
        if (srun_) ::syscall(SYS_pidfd_send_signal, srun_.get(), SIGTERM, nullptr, 0U);
    }

    /// EST-406, EST-410 where srun cannot be started.
    void begin(std::size_t hosts, std::string const& launcher, std::string const& network) override {
        if (hosts < 2) return;
        port_.emplace(INADDR_ANY);
        key_ = detail::random_hex() + detail::random_hex() + detail::random_hex() + detail::random_hex();
        int in[2], out[2];
        if (::pipe2(in, O_CLOEXEC) != 0) throw_no_pipe();
        file_descriptor const input{in[0]}, to_input{in[1]};
        if (::pipe2(out, O_CLOEXEC) != 0) throw_no_pipe();
        file_descriptor const to_output{out[1]};
        output_.reset(out[0]);
        ::fcntl(output_.get(), F_SETFL, O_NONBLOCK);
        epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
        watch(port_->fd());
        watch(output_.get());
        std::string const said = places(network) + key_ + "\n", count = "=" + std::to_string(hosts - 1);
        (void)!::write(to_input.get(), said.data(), said.size());
        // It takes nothing of what the ranks are to get, and needs no MPI. A task says all on one of srun's two
        // streams: its last line is to come last.
        pid_t const pid = start_program(
            {.argv = {"sh", "-c", "exec \"$@\" 2>&1", "sh", "srun", "--overlap", "--relative=1", "--nodes" + count,
                      "--ntasks" + count, "--ntasks-per-node=1", "--mem=0", "--mpi=none", "--cpu-bind=none", "--label",
                      "--quiet", "sh", "-c",
                      "exec 2>&1; " + command(shell_quoted(launcher) + " attend --call") +
                          "; echo \"estima: $SLURMD_NODENAME ended\""},
             .environment = environment_with({}),
             .directory = "/",
             .output = {},
             .error_output = "/dev/null",
             .input_fd = input.get(),
             .output_fd = to_output.get()});
        srun_ = open_pidfd(pid);
    }
    bool is_called_from(std::string const& host) const override { return host != own_node_; }
    int fd() const override { return epoll_.get(); }

    std::vector<call> calls() override {
        std::vector<call> news;
        epoll_event events[64];
        int const count = epoll_ ? ::epoll_wait(epoll_.get(), events, 64, 0) : 0;
        for (int i = 0; i < count; ++i) {
            int const fd = events[i].data.fd;
            if (fd == output_.get())
                read_output(news);
            else if (fd == port_->fd())
                take_callers();
            else
                hear(fd, news);
        }
        return news;
    }

    std::vector<std::string> argv(std::string const&, std::string line, bool) const override {
        return {"sh", "-c", command(line)};
    }

    way_failure why_failed(std::string const&, std::vector<std::string> const& said,
                           std::string const& launcher) const override {
        if (auto const failure = failure_of_launcher(said, launcher)) return *failure;
        std::string last;
        for (std::string const& line : said)
            if (!line.empty()) last = line;
        return {std::string{id_of_unreached()}, last.empty() ? "srun ended without a word" : last,
                "look whether the node and its slurmd run (sinfo -R)"};
    }
    std::string_view id_of_unreached() const override { return "EST-762"; }
    std::string_view id_of_lost() const override { return "EST-762"; }

private:
    [[noreturn]] static void throw_no_pipe() {
        throw error{"EST-406", {.what = "cannot make a pipe", .why = std::strerror(errno)}};
    }
    static std::string command(std::string const& line) { return "unset SSH_CONNECTION; " + line; }  // the submitter's

    /// Where this node is to be called, on the network that is wanted first.
    std::string places(std::string const& network) const {
        std::string first, others;
        auto const wanted = interface_for(network);
        for (network_interface const& i : network_interfaces()) {
            if (i.address >> 24U == 127) continue;
            bool const is_first = wanted && wanted->address == i.address;
            (is_first ? first : others) += ipv4_text(i.address) + ":" + std::to_string(port_->port()) + " ";
        }
        return first + others;
    }

    void watch(int fd) const {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = fd;
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
    }

    void take_callers() {
        for (;;) {
            file_descriptor one{::accept4(port_->fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
            if (!one) return;
            int const at_once = 1;
            ::setsockopt(one.get(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
            int const fd = one.get();
            watch(fd);
            callers_[fd] = {std::move(one), ""};
        }
    }
    /// A caller's first line is a node's name and the word. What comes after it is not touched.
    void hear(int fd, std::vector<call>& news) {
        auto const caller = callers_.find(fd);
        if (caller == callers_.end()) return;
        auto& [connection, line] = caller->second;
        char c = 0;
        ssize_t n = 0;
        while ((n = ::read(fd, &c, 1)) == 1 && c != '\n' && line.size() < 1000) line += c;
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
        if (n == 1 && line.ends_with(" " + key_))
            news.push_back({line.substr(0, line.size() - key_.size() - 1), std::move(connection), {}});
        callers_.erase(caller);
    }

    void read_output(std::vector<call>& news) {
        char buffer[65536];
        ssize_t n = 0;
        while ((n = ::read(output_.get(), buffer, sizeof buffer)) > 0)
            text_.append(buffer, static_cast<std::size_t>(n));
        for (std::size_t end = 0; (end = text_.find('\n')) != std::string::npos; text_.erase(0, end + 1))
            take_line(text_.substr(0, end), news);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
        // It has ended: nobody calls any more.
        std::vector<std::string> last = std::move(said_[""]);
        if (!text_.empty()) last.push_back(shown(text_));
        news.push_back({"", {}, std::move(last)});
        callers_.clear();
        output_.reset();
        epoll_.reset();
    }
    /// srun puts the task's number in front of what a task says, "3: ".
    void take_line(std::string const& line, std::vector<call>& news) {
        constexpr std::string_view begin = "estima: ", end = " ended";
        std::size_t const at = line.find_first_not_of("0123456789 ");
        bool const is_tasks = at != std::string::npos && at > 0 && line.compare(at, 2, ": ") == 0;
        std::string const text = is_tasks ? line.substr(at + 2) : line;
        auto& said = said_[is_tasks ? line.substr(0, at) : ""];
        if (is_tasks && text.starts_with(begin) && text.ends_with(end)) {
            std::string node = text.substr(begin.size(), text.size() - begin.size() - end.size());
            news.push_back({std::move(node), {}, std::exchange(said, {})});
        } else if (said.size() < 100) {
            said.push_back(shown(text.substr(0, 500)));
        }
    }

    std::string own_node_, key_{}, text_{};
    std::optional<reachable_port> port_{};
    file_descriptor output_{}, epoll_{}, srun_{};
    std::map<int, std::pair<file_descriptor, std::string>> callers_{};
    std::map<std::string, std::vector<std::string>> said_{};  // by the tasks' numbers; srun's own by ""
};

}  // namespace estima::inline v0_1
