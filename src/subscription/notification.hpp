#pragma once

#include "meridian/net/http_client.hpp"
#include "meridian/net/mqtt_client.hpp"
#include "meridian/ngsild/representation.hpp"
#include "subscription/definition.hpp"

#include <string>
#include <string_view>

namespace meridian::subscription {

/// What a notification (5.3.1) says beside its Entities.
struct envelope {
    std::string id; ///< of the notification, a URI
    timestamp notified_at{};
    std::string_view tenant; ///< name; empty: the default Tenant (6.3.14)
    const jsonld::context& context;
};

/// A new `urn:ngsi-ld:<kind>:<uuid>`. Safe on every thread.
[[nodiscard]] std::string make_urn(std::string_view kind);

/// The notification as JSON. `entities` are Entities as JSON, joined by commas.
[[nodiscard]] std::string render_notification(const definition& of, std::string_view entities,
                                              const envelope& around);

/// 6.3.8: the POST that carries it.
[[nodiscard]] net::request make_post(const definition& of, std::string body, const envelope& around,
                                     std::chrono::milliseconds timeout);

/// 7.2: the message that carries it, `{"metadata": …, "body": …}`.
[[nodiscard]] net::mqtt_message make_message(const definition& of, std::string_view body,
                                             const envelope& around,
                                             std::chrono::milliseconds timeout);

} // namespace meridian::subscription
