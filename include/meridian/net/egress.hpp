#pragma once

#include <boost/asio/ip/address.hpp>

namespace meridian::net {

/// Which addresses may be called (architecture page, decision 12). It is asked about the resolved
/// address that is then connected to, for redirects as for first addresses.
/// Link-local addresses, the metadata services of clouds, unspecified, multicast and broadcast
/// addresses are never allowed; an IPv4 address wrapped in IPv6 counts as that IPv4 address.
struct egress_policy {
    bool allow_private = true;  ///< 10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7
    bool allow_loopback = true; ///< 127/8, ::1

    [[nodiscard]] bool allows(const boost::asio::ip::address& address) const noexcept;
};

} // namespace meridian::net
