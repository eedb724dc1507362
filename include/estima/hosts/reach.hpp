// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <estima/hosts/node_network.hpp>
#include <estima/system/event_loop.hpp>

namespace estima::inline v0_1 {

namespace detail {
inline sockaddr_in socket_address(std::uint32_t address, int port) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(address);
    place.sin_port = htons(static_cast<std::uint16_t>(port));
    return place;
}
inline int new_socket() { return ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }
}  // namespace detail

/// A port of this host that answers whoever tries to reach it, for as long as this object lives.
class reachable_port {
public:
    explicit reachable_port(std::uint32_t address) : fd_{detail::new_socket()} {
        sockaddr_in place = detail::socket_address(address, 0);
        socklen_t size = sizeof place;
        auto* const plain = reinterpret_cast<sockaddr*>(&place);
        if (::bind(fd_.get(), plain, size) == 0 && ::listen(fd_.get(), SOMAXCONN) == 0 &&
            ::getsockname(fd_.get(), plain, &size) == 0)
            port_ = ntohs(place.sin_port);
    }
    int port() const { return port_; }  ///< 0: there is none
    int fd() const { return fd_.get(); }

private:
    file_descriptor fd_;
    int port_ = 0;
};

/// Those of the places, "address:port", that are not reached within so many seconds, with the reason.
inline std::vector<std::pair<std::string, std::string>> unreached(std::vector<std::string> const& places,
                                                                  double seconds) {
    std::vector<std::pair<std::string, std::string>> failed;
    std::vector<file_descriptor> sockets;
    std::vector<std::string> waiting;
    for (std::string const& place : places) {
        std::size_t const colon = place.rfind(':');
        auto const address = ipv4_from(place.substr(0, colon));
        file_descriptor fd{detail::new_socket()};
        sockaddr_in const to = detail::socket_address(address.value_or(0), std::atoi(place.c_str() + colon + 1));
        int const code = ::connect(fd.get(), reinterpret_cast<sockaddr const*>(&to), sizeof to) == 0 ? 0 : errno;
        if (code == EINPROGRESS)
            sockets.push_back(std::move(fd)), waiting.push_back(place);
        else if (code != 0)
            failed.emplace_back(place, std::strerror(code));
    }
    double const limit = monotonic_seconds() + seconds;
    for (std::size_t i = 0; i < sockets.size(); ++i) {
        pollfd one{sockets[i].get(), POLLOUT, 0};
        int const left = static_cast<int>(std::max(limit - monotonic_seconds(), 0.0) * 1000);
        int code = ETIMEDOUT;
        socklen_t size = sizeof code;
        if (::poll(&one, 1, left) > 0) ::getsockopt(one.fd, SOL_SOCKET, SO_ERROR, &code, &size);
        if (code != 0) failed.emplace_back(waiting[i], std::strerror(code));
    }
    return failed;
}

/// What keeps this host from reaching others, by their places, as MPI and the backends will have to: sentences.
inline std::vector<std::string> problems_with_reaching(std::map<std::string, std::string> const& others) {
    std::vector<std::string> places, problems;
    for (auto const& [place, name] : others) places.push_back(place);
    for (auto const& [place, why] : unreached(places, 5))
        problems.push_back("it does not reach " + others.at(place) + " at " + place + ": " + why +
                           "; open the ports between the hosts, or set `network` of the target");
    return problems;
}

}  // namespace estima::inline v0_1
