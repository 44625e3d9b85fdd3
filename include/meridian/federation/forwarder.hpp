#pragma once

#include "meridian/base/result.hpp"
#include "meridian/federation/registration.hpp"
#include "meridian/federation/turns.hpp"
#include "meridian/net/http_client.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace meridian::federation {

namespace asio = boost::asio;

/// Where a request comes from, as far as what it triggers must know (6.3.18, 6.3.19).
struct trigger {
    std::string own_alias;        ///< of this broker and Tenant (5.2.40)
    std::vector<std::string> via; ///< Context Sources that it has passed, in their order
    /// The value of a header of the request that came in; empty where it is absent.
    std::function<std::string(std::string_view name)> header;

    /// Whether it has been here before.
    [[nodiscard]] bool has_passed(std::string_view alias) const noexcept;
};

/// The pseudonym of a Tenant of a broker: a token of RFC 7230 3.2.6, or host and port.
[[nodiscard]] std::string alias_of(std::string_view broker, std::string_view tenant);
/// The pseudonyms of a Via header's value.
[[nodiscard]] std::vector<std::string> parse_via(std::string_view value);

/// One request for one Context Source.
struct outgoing {
    registration_ptr source;
    std::string method;
    std::string target;      ///< below /ngsi-ld/v1, percent-encoded, with its query
    std::string body;        ///< JSON; empty: none
    std::string context_url; ///< of the Link header; empty: none
    bool ld_json = false;    ///< the body has its @context in it
};

/// A value for a query: percent-encodes what may not stand there.
[[nodiscard]] std::string encode_query_value(std::string_view text);

/// How a forwarder goes about it.
struct forwarder_settings {
    std::chrono::milliseconds timeout{5'000}; ///< where the Registration names none
    turn_limits turns;
    std::size_t most = 1'000; ///< Registrations that one operation is distributed to
};

/// Sends requests to Context Sources, as many at once as its turns allow. One per I/O thread, used
/// on it alone.
class forwarder {
public:
    forwarder(net::http_client& client, forwarder_settings settings)
        : client_(client), settings_(settings), turns_(settings.turns) {}

    /// Fails with too_complex_query where that many Registrations are too many for one operation.
    [[nodiscard]] result<void> check_number(std::size_t registrations) const;

    /// The answers in the order of the requests, whatever their status. Each fails with
    /// gateway_timeout (also in a Registration's cooldown, 5.2.34, and where it had no turn in
    /// time), bad_gateway, unavailable, too_many_requests.
    asio::awaitable<std::vector<result<net::response>>> send_all(std::vector<outgoing> requests,
                                                                 const trigger& from);

private:
    asio::awaitable<result<net::response>> send(outgoing request, net::header_list headers);

    net::http_client& client_;
    forwarder_settings settings_;
    turns turns_;
};

} // namespace meridian::federation
