#pragma once

#include "meridian/base/result.hpp"
#include "meridian/net/egress.hpp"
#include "meridian/net/url.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace meridian::net {

/// Clause 7.2, MQTT-Version: `mqtt3.1.1` or `mqtt5.0`, which is the default.
enum class mqtt_version { v3_1_1, v5_0 };

struct mqtt_settings {
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds publish_timeout{30'000};
    std::size_t connections = 64; ///< each has a thread; the one unused longest gives way
    egress_policy egress;
    bool verify_tls = true;
    std::string ca_file; ///< PEM; empty: the system's
};

/// One message to `mqtt[s]://[user[:password]@]host[:port]/topic` (7.2).
struct mqtt_message {
    mqtt_message() = default;
    mqtt_message(std::string to, std::string text) : uri(std::move(to)), payload(std::move(text)) {}

    std::string uri;
    std::string payload;
    mqtt_version version = mqtt_version::v5_0;
    int quality = 0; ///< 0 at most once, 1 at least once, 2 exactly once
    std::vector<std::pair<std::string, std::string>> user_properties; ///< MQTT 5.0 only
    std::chrono::milliseconds timeout{0};                             ///< 0: the client's
};

/// Publishes over kept connections, one for each host, port, user, version and security. A
/// connection that broke is made anew by the next message; what was under way on it fails.
/// One serves a whole process: `publish` may be called from every thread. It must outlive its
/// calls; the destructor waits for the connections' threads.
class mqtt_client {
public:
    explicit mqtt_client(mqtt_settings settings);
    ~mqtt_client();
    mqtt_client(const mqtt_client&) = delete;
    mqtt_client& operator=(const mqtt_client&) = delete;

    /// Success means: handed to the socket (quality 0), acknowledged by the broker (1 and 2).
    /// Resumes on the caller's executor, which must be single-threaded.
    /// Fails with bad_request_data (URI, quality, properties), bad_gateway (refused, broken, egress
    /// policy) or gateway_timeout; after the latter the message may still arrive.
    boost::asio::awaitable<result<void>> publish(mqtt_message message);

private:
    class implementation;
    std::shared_ptr<implementation> parts_;
};

} // namespace meridian::net
