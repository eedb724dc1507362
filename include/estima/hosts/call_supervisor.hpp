// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>

#include <estima/hosts/node_network.hpp>
#include <estima/hosts/reach.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/host.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// A connection to a place, "address:port", or none; errno says why.
inline file_descriptor connected_to(std::string const& place, int milliseconds) {
    std::size_t const colon = place.rfind(':');
    sockaddr_in const to =
        socket_address(ipv4_from(place.substr(0, colon)).value_or(0), std::atoi(place.c_str() + colon + 1));
    file_descriptor fd{new_socket()};
    int code = ::connect(fd.get(), reinterpret_cast<sockaddr const*>(&to), sizeof to) == 0 ? 0 : errno;
    if (code == EINPROGRESS) {
        pollfd answer{fd.get(), POLLOUT, 0};
        socklen_t size = sizeof code;
        code = ETIMEDOUT;
        if (::poll(&answer, 1, milliseconds) > 0) ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &code, &size);
    }
    if (code != 0) fd.reset();
    errno = code;
    return fd;
}
}  // namespace detail

/// Of an attendant that was started with others, by one step of a job: standard input says where the supervisor
/// listens, and a word that only its own know. The connection to it becomes standard input and output. False if there
/// is none; then standard error has the reason.
inline bool call_supervisor() {
    std::string line, place, last;
    for (char c = 0; line.size() < 65536 && ::read(0, &c, 1) == 1 && c != '\n';) line += c;
    std::string const key = line.substr(line.rfind(' ') + 1);
    char const* const node = std::getenv("SLURMD_NODENAME");
    std::string const greeting = (node != nullptr ? std::string{node} : host_name()) + " " + key + "\n";
    for (std::istringstream places{line.substr(0, line.size() - key.size())}; places >> place;) {
        file_descriptor const connection = detail::connected_to(place, 5000);
        if (connection && ::send(connection.get(), greeting.data(), greeting.size(), MSG_NOSIGNAL) ==
                              static_cast<ssize_t>(greeting.size())) {
            int const at_once = 1;
            ::setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
            return ::dup2(connection.get(), 0) == 0 && ::dup2(connection.get(), 1) == 1;
        }
        last += (last.empty() ? "" : ", ") + place + " (" + std::strerror(errno) + ")";
    }
    std::fprintf(stderr, "it does not reach the job's first node at %s; open the ports between the nodes\n",
                 last.c_str());
    return false;
}

}  // namespace estima::inline v0_1
