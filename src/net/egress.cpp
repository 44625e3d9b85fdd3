#include "meridian/net/egress.hpp"

#include <array>
#include <cstdint>

namespace meridian::net {
namespace {

using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

constexpr bool within(std::uint32_t address, std::uint32_t network, int bits) noexcept {
    return (address >> (32 - bits)) == (network >> (32 - bits));
}

constexpr std::uint32_t ipv4(std::uint32_t a, std::uint32_t b, std::uint32_t c,
                             std::uint32_t d) noexcept {
    return a << 24 | b << 16 | c << 8 | d;
}

/// Metadata services outside the link-local range: Alibaba, Oracle, Azure.
constexpr std::array<std::uint32_t, 3> metadata{ipv4(100, 100, 100, 200), ipv4(192, 0, 0, 192),
                                                ipv4(168, 63, 129, 16)};

bool allows_v4(const egress_policy& policy, std::uint32_t address) noexcept {
    if (within(address, ipv4(169, 254, 0, 0), 16) || within(address, 0, 8) ||
        within(address, ipv4(224, 0, 0, 0), 4) || address == ipv4(255, 255, 255, 255))
        return false;
    for (const auto each : metadata)
        if (address == each)
            return false;
    if (within(address, ipv4(127, 0, 0, 0), 8))
        return policy.allow_loopback;
    const bool is_private =
        within(address, ipv4(10, 0, 0, 0), 8) || within(address, ipv4(172, 16, 0, 0), 12) ||
        within(address, ipv4(192, 168, 0, 0), 16) || within(address, ipv4(100, 64, 0, 0), 10);
    return !is_private || policy.allow_private;
}

/// The IPv4 address that bytes `at`… of an IPv6 address spell.
std::uint32_t embedded(const address_v6::bytes_type& bytes, std::size_t at) noexcept {
    return ipv4(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

bool allows_v6(const egress_policy& policy, const address_v6& address) noexcept {
    const auto bytes = address.to_bytes();
    if (address.is_v4_mapped())
        return allows_v4(policy, embedded(bytes, 12));
    static constexpr std::array<std::uint8_t, 12> nat64{0x00, 0x64, 0xff, 0x9b};
    if (std::equal(nat64.begin(), nat64.end(), bytes.begin()))
        return allows_v4(policy, embedded(bytes, 12));
    if (bytes[0] == 0x20 && bytes[1] == 0x02) // 6to4
        return allows_v4(policy, embedded(bytes, 2));
    if (address.is_loopback())
        return policy.allow_loopback;
    if (address.is_unspecified() || address.is_multicast() || address.is_link_local())
        return false;
    if (address.to_string() == "fd00:ec2::254") // Amazon's metadata service
        return false;
    static constexpr std::array<std::uint8_t, 12> v4_compatible{};
    if (std::equal(v4_compatible.begin(), v4_compatible.end(), bytes.begin()))
        return false;
    return (bytes[0] & 0xfe) != 0xfc || policy.allow_private;
}

} // namespace

bool egress_policy::allows(const boost::asio::ip::address& address) const noexcept {
    return address.is_v4() ? allows_v4(*this, address.to_v4().to_uint())
                           : allows_v6(*this, address.to_v6());
}

} // namespace meridian::net
