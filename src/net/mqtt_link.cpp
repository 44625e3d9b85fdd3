#include "net/mqtt_link.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <sys/socket.h>

#include <cassert>
#include <limits>

namespace meridian::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr int keep_alive_seconds = 60;

/// A list of MQTT 5.0 properties.
class property_list {
public:
    property_list() = default;
    ~property_list() { mosquitto_property_free_all(&first_); }
    property_list(const property_list&) = delete;
    property_list& operator=(const property_list&) = delete;

    bool add_user_property(const std::string& name, const std::string& value) {
        return mosquitto_property_add_string_pair(&first_, MQTT_PROP_USER_PROPERTY, name.c_str(),
                                                  value.c_str()) == MOSQ_ERR_SUCCESS;
    }
    [[nodiscard]] const mosquitto_property* get() const noexcept { return first_; }

private:
    mosquitto_property* first_ = nullptr;
};

/// The address that a connected socket has reached.
std::optional<asio::ip::address> peer_address(int socket) {
    asio::ip::tcp::endpoint endpoint;
    auto size = static_cast<socklen_t>(endpoint.capacity());
    if (::getpeername(socket, endpoint.data(), &size) != 0)
        return std::nullopt;
    endpoint.resize(size);
    return endpoint.address();
}

} // namespace

/// What libmosquitto calls, on its thread. The link outlives that thread (`end` joins it).
struct mqtt_link::callbacks {
    static mqtt_link& of(void* link) noexcept { return *static_cast<mqtt_link*>(link); }

    static void connected(mosquitto*, void* link, int code, int, const mosquitto_property*) {
        auto self = of(link).weak_from_this();
        asio::post(of(link).strand_, [self, code] {
            if (const auto held = self.lock())
                held->connected(code);
        });
    }
    static void disconnected(mosquitto*, void* link, int code, const mosquitto_property*) {
        auto self = of(link).weak_from_this();
        asio::post(of(link).strand_, [self, code] {
            if (const auto held = self.lock())
                held->end(std::string("the connection ended: ") + mosquitto_strerror(code));
        });
    }
    /// A TLS handshake that fails is told in the log alone; the library then tries again for ever.
    static void logged(mosquitto*, void* link, int level, const char* text) {
        if (level != MOSQ_LOG_ERR)
            return;
        auto self = of(link).weak_from_this();
        asio::post(of(link).strand_, [self, why = std::string(text)] {
            const auto held = self.lock();
            if (held && held->phase_ == phase::connecting)
                held->end(why);
        });
    }
    static void published(mosquitto*, void* link, int id, int code, const mosquitto_property*) {
        auto self = of(link).weak_from_this();
        asio::post(of(link).strand_, [self, id, code] {
            if (const auto held = self.lock())
                held->published(id, code);
        });
    }
};

mqtt_link::mqtt_link(asio::thread_pool& workers, mqtt_url broker, mqtt_version version,
                     const mqtt_settings& settings)
    : strand_(asio::make_strand(workers)), connect_timer_(strand_), broker_(std::move(broker)),
      version_(version), settings_(settings) {}

mqtt_link::~mqtt_link() {
    assert(handle_ == nullptr);
}

void mqtt_link::submit(job added) {
    asio::post(strand_, [self = shared_from_this(), added = std::move(added)]() mutable {
        switch (self->phase_) {
        case phase::fresh:
            self->waiting_.push_back(std::move(added));
            self->connect();
            return;
        case phase::connecting:
            self->waiting_.push_back(std::move(added));
            return;
        case phase::connected:
            self->send(std::move(added));
            return;
        case phase::over:
            added.done(self->failure("the connection ended"));
        }
    });
}

void mqtt_link::close(std::string why) {
    over_ = true;
    asio::post(strand_, [self = shared_from_this(), why = std::move(why)] { self->end(why); });
}

problem mqtt_link::failure(const std::string& why, problem_kind kind) const {
    return problem(kind,
                   "MQTT broker " + broker_.host + ":" + std::to_string(broker_.port) + ": " + why);
}

void mqtt_link::connect() {
    phase_ = phase::connecting;
    auto failed = configure();
    if (!failed)
        failed = reach();
    if (failed)
        return end(failed->detail());
    connect_timer_.expires_after(settings_.connect_timeout);
    connect_timer_.async_wait([self = weak_from_this()](const error_code& error) {
        const auto held = self.lock();
        if (!error && held && held->phase_ == phase::connecting)
            held->end("no connection in time", problem_kind::gateway_timeout);
    });
}

std::optional<problem> mqtt_link::configure() {
    handle_ = mosquitto_new(nullptr, true, this);
    if (handle_ == nullptr)
        return problem(problem_kind::internal_error, "no memory");
    const int protocol = version_ == mqtt_version::v5_0 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311;
    int code = mosquitto_int_option(handle_, MOSQ_OPT_PROTOCOL_VERSION, protocol);
    if (code == MOSQ_ERR_SUCCESS && !broker_.user.empty())
        code = mosquitto_username_pw_set(handle_, broker_.user.c_str(), broker_.password.c_str());
    if (code == MOSQ_ERR_SUCCESS && broker_.tls) {
        if (settings_.ca_file.empty())
            code = mosquitto_int_option(handle_, MOSQ_OPT_TLS_USE_OS_CERTS, 1);
        else
            code = mosquitto_tls_set(handle_, settings_.ca_file.c_str(), nullptr, nullptr, nullptr,
                                     nullptr);
        if (code == MOSQ_ERR_SUCCESS && !settings_.verify_tls) {
            mosquitto_tls_opts_set(handle_, 0, nullptr, nullptr);
            code = mosquitto_tls_insecure_set(handle_, true);
        }
    }
    if (code != MOSQ_ERR_SUCCESS)
        return problem(problem_kind::bad_gateway, mosquitto_strerror(code));
    mosquitto_connect_v5_callback_set(handle_, &callbacks::connected);
    mosquitto_disconnect_v5_callback_set(handle_, &callbacks::disconnected);
    mosquitto_log_callback_set(handle_, &callbacks::logged);
    mosquitto_publish_v5_callback_set(handle_, &callbacks::published);
    return std::nullopt;
}

/// Looks the broker up (this is a worker thread, which may block), asks the egress policy and
/// starts the connection. Without TLS the address that was asked about is the one connected to;
/// with TLS the library needs the name, so `connected` asks again about what was reached.
std::optional<problem> mqtt_link::reach() {
    asio::io_context lookups;
    asio::ip::tcp::resolver resolver(lookups);
    error_code error;
    const auto found = resolver.resolve(broker_.host, std::to_string(broker_.port), error);
    if (error)
        return problem(problem_kind::bad_gateway, error.message());
    std::string why = "it has no address that may be called (egress policy)";
    for (const auto& each : found) {
        const auto address = each.endpoint().address();
        if (!settings_.egress.allows(address)) {
            if (broker_.tls)
                return problem(problem_kind::bad_gateway, why);
            continue;
        }
        const auto host = broker_.tls ? broker_.host : address.to_string();
        const int code =
            mosquitto_connect_async(handle_, host.c_str(), broker_.port, keep_alive_seconds);
        if (code == MOSQ_ERR_SUCCESS) {
            mosquitto_loop_start(handle_);
            return std::nullopt;
        }
        why = mosquitto_strerror(code);
    }
    return problem(problem_kind::bad_gateway, why);
}

void mqtt_link::connected(int code) {
    if (phase_ != phase::connecting)
        return;
    connect_timer_.cancel();
    if (code != 0)
        return end(version_ == mqtt_version::v5_0 ? mosquitto_reason_string(code)
                                                  : mosquitto_connack_string(code));
    const auto reached = peer_address(mosquitto_socket(handle_));
    if (!reached || !settings_.egress.allows(*reached))
        return end("its address may not be called (egress policy)");
    phase_ = phase::connected;
    auto jobs = std::exchange(waiting_, {});
    for (auto& each : jobs)
        send(std::move(each));
}

void mqtt_link::send(job&& added) {
    if (phase_ != phase::connected)
        return added.done(failure("the connection ended"));
    property_list properties;
    if (version_ == mqtt_version::v5_0)
        for (const auto& [name, value] : added.user_properties)
            if (!properties.add_user_property(name, value))
                return added.done(problem(problem_kind::bad_request_data,
                                          "the user property \"" + name + "\" cannot be sent"));
    if (added.payload.size() > MQTT_MAX_PAYLOAD)
        return added.done(problem(problem_kind::bad_request_data, "the MQTT payload is too large"));
    int id = 0;
    const int code = mosquitto_publish_v5(
        handle_, &id, added.topic.c_str(), static_cast<int>(added.payload.size()),
        added.payload.data(), added.quality, false, properties.get());
    if (code != MOSQ_ERR_SUCCESS)
        return added.done(failure(mosquitto_strerror(code)));
    in_flight_.emplace(id, std::move(added.done));
}

void mqtt_link::published(int id, int code) {
    auto entry = in_flight_.extract(id);
    if (entry.empty())
        return;
    // 5.0 says in the acknowledgement where it refuses; 16 (no subscribers) is a success
    if (code >= 0x80)
        entry.mapped()(failure(mosquitto_reason_string(code)));
    else
        entry.mapped()(std::nullopt);
}

void mqtt_link::end(const std::string& why, problem_kind kind) {
    if (phase_ == phase::over)
        return;
    phase_ = phase::over;
    over_ = true;
    connect_timer_.cancel();
    if (handle_ != nullptr) {
        mosquitto_disconnect(handle_);
        mosquitto_loop_stop(handle_, false);
        mosquitto_destroy(handle_);
        handle_ = nullptr;
    }
    auto jobs = std::exchange(waiting_, {});
    for (auto& each : jobs)
        each.done(failure(why, kind));
    auto flying = std::exchange(in_flight_, {});
    for (auto& [id, done] : flying)
        done(failure(why, kind));
}

} // namespace meridian::net
