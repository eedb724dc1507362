// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace estima::inline v0_1 {

/// An IPv4 network, "10.0.0.0/24".
struct subnet {
    std::uint32_t address = 0;  ///< in this machine's byte order, its host part is 0
    int bits = 32;
    bool contains(std::uint32_t other) const { return ((other ^ address) & mask(bits)) == 0; }
    static constexpr std::uint32_t mask(int bits) {
        return bits == 0 ? 0 : ~std::uint32_t{0} << static_cast<unsigned>(32 - bits);
    }
};

inline std::optional<std::uint32_t> ipv4_from(std::string const& text) {
    in_addr address{};
    if (::inet_pton(AF_INET, text.c_str(), &address) != 1) return std::nullopt;
    return ntohl(address.s_addr);
}
inline std::string ipv4_text(std::uint32_t address) {
    in_addr const a{htonl(address)};
    char text[INET_ADDRSTRLEN]{};
    ::inet_ntop(AF_INET, &a, text, sizeof text);
    return text;
}

/// Nothing if it is none.
inline std::optional<subnet> subnet_from(std::string const& text) {
    std::size_t const slash = text.find('/');
    if (slash == std::string::npos) return std::nullopt;
    std::optional<std::uint32_t> const address = ipv4_from(text.substr(0, slash));
    int bits = -1;
    char const* const end = text.data() + text.size();
    auto const [at, code] = std::from_chars(text.data() + slash + 1, end, bits);
    if (!address || code != std::errc{} || at != end || bits < 0 || bits > 32) return std::nullopt;
    return subnet{*address & subnet::mask(bits), bits};
}
inline std::string to_string(subnet const& net) { return ipv4_text(net.address) + "/" + std::to_string(net.bits); }

/// A network interface of this machine that is up, with its IPv4 address.
struct network_interface {
    std::string name;
    std::uint32_t address = 0;
    int bits = 32;
    subnet network() const { return {address & subnet::mask(bits), bits}; }
};

inline std::vector<network_interface> network_interfaces() {
    ifaddrs* list = nullptr;
    std::vector<network_interface> found;
    if (::getifaddrs(&list) != 0) return found;
    std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> const owner{list, ::freeifaddrs};
    constexpr unsigned is_up = 1;  // IFF_UP of netdevice(7)
    auto of = [](sockaddr const* a) { return ntohl(reinterpret_cast<sockaddr_in const*>(a)->sin_addr.s_addr); };
    for (ifaddrs const* i = list; i != nullptr; i = i->ifa_next)
        if (i->ifa_addr != nullptr && i->ifa_netmask != nullptr && i->ifa_addr->sa_family == AF_INET &&
            (i->ifa_flags & is_up) != 0)
            found.push_back({i->ifa_name, of(i->ifa_addr), std::popcount(of(i->ifa_netmask))});
    return found;
}

/// The interface that a setting means, a name or a subnet. Left out: the one with the address that ssh arrived on.
inline std::optional<network_interface> interface_for(std::string const& setting) {
    std::optional<std::uint32_t> arrived;
    if (char const* const connection = std::getenv("SSH_CONNECTION"); connection != nullptr && setting.empty()) {
        std::string_view text{connection};  // "client port server port"
        for (int i = 0; i < 2; ++i) text.remove_prefix(std::min(text.find(' ') + 1, text.size()));
        arrived = ipv4_from(std::string{text.substr(0, text.find(' '))});
    }
    std::optional<subnet> const net = subnet_from(setting);
    for (network_interface const& i : network_interfaces())
        if (arrived ? i.address == *arrived : net ? net->contains(i.address) : i.name == setting) return i;
    return std::nullopt;
}

/// The name of the interface whose network has that address; empty if there is none.
inline std::string interface_towards(std::string const& address) {
    std::optional<std::uint32_t> const wanted = ipv4_from(address);
    for (network_interface const& i : network_interfaces())
        if (wanted && i.network().contains(*wanted)) return i.name;
    return "";
}

}  // namespace estima::inline v0_1
