#include "meridian/net/mqtt_client.hpp"

#include "meridian/base/await.hpp"
#include "net/mqtt_link.hpp"

#include <boost/asio/post.hpp>
#include <mosquitto.h>

#include <algorithm>
#include <mutex>

namespace meridian::net {

namespace {

using clock = std::chrono::steady_clock;

/// libmosquitto's own state, once a process.
void start_library() {
    static const int started = mosquitto_lib_init();
    (void)started;
}

/// What the call and its completion share; touched on the caller's executor only.
struct delivery {
    explicit delivery(const asio::any_io_executor& executor) : wake(executor) {}
    asio::steady_timer wake;
    bool done = false;
    std::optional<problem> failure;
};

std::string pool_key(const mqtt_url& broker, mqtt_version version) {
    std::string key = broker.tls ? "s" : "p";
    key += version == mqtt_version::v5_0 ? '5' : '3';
    for (const auto* part : {&broker.host, &broker.user, &broker.password}) {
        key.append(std::to_string(part->size())).append(":").append(*part);
    }
    return key.append(std::to_string(broker.port));
}

bool is_text_pair(const std::pair<std::string, std::string>& pair) noexcept {
    constexpr std::size_t longest = 65'535;
    const auto good = [](const std::string& text) {
        return text.size() <= longest && text.find('\0') == std::string::npos;
    };
    return good(pair.first) && good(pair.second);
}

} // namespace

class mqtt_client::implementation {
public:
    explicit implementation(mqtt_settings settings) : settings_(std::move(settings)) {
        start_library();
    }
    ~implementation() {
        for (auto& [key, each] : links_)
            each.link->close("the broker is shutting down");
        links_.clear();
        workers_.join();
    }

    [[nodiscard]] const mqtt_settings& settings() const noexcept { return settings_; }

    /// The connection for a message; another that is unused makes room for it.
    std::shared_ptr<mqtt_link> link_to(const mqtt_url& broker, mqtt_version version) {
        const std::lock_guard lock(mutex_);
        std::erase_if(links_, [](const auto& entry) { return entry.second.link->is_over(); });
        auto& entry = links_[pool_key(broker, version)];
        entry.used = clock::now();
        if (!entry.link)
            entry.link = std::make_shared<mqtt_link>(workers_, broker, version, settings_);
        auto wanted = entry.link;
        if (links_.size() > settings_.connections) {
            const auto older = [](const auto& left, const auto& right) {
                return left.second.used < right.second.used;
            };
            const auto oldest = std::min_element(links_.begin(), links_.end(), older);
            oldest->second.link->close("its connection was needed for another broker");
            links_.erase(oldest);
        }
        return wanted;
    }

private:
    struct kept {
        std::shared_ptr<mqtt_link> link;
        clock::time_point used;
    };
    mqtt_settings settings_;
    std::mutex mutex_;
    std::map<std::string, kept> links_;
    asio::thread_pool workers_{2}; ///< name look-ups, connecting and closing block
};

mqtt_client::mqtt_client(mqtt_settings settings)
    : parts_(std::make_shared<implementation>(std::move(settings))) {}
mqtt_client::~mqtt_client() = default;

asio::awaitable<result<void>> mqtt_client::publish(mqtt_message message) {
    MERIDIAN_CO_TRY(auto broker, parse_mqtt_url(message.uri));
    if (message.quality < 0 || message.quality > 2)
        co_return problem(problem_kind::bad_request_data, "MQTT-QoS is not 0, 1 or 2");
    if (!std::all_of(message.user_properties.begin(), message.user_properties.end(), is_text_pair))
        co_return problem(problem_kind::bad_request_data, "an MQTT user property cannot be sent");
    const auto executor = co_await asio::this_coro::executor;
    const auto shared = std::make_shared<delivery>(executor);
    mqtt_link::job job;
    job.topic = broker.topic;
    job.payload = std::move(message.payload);
    job.quality = message.quality;
    job.user_properties = std::move(message.user_properties);
    job.done = [shared, executor](std::optional<problem> failure) {
        asio::post(executor, [shared, failure = std::move(failure)]() mutable {
            shared->done = true;
            shared->failure = std::move(failure);
            shared->wake.cancel();
        });
    };
    const auto limit =
        message.timeout.count() > 0 ? message.timeout : parts_->settings().publish_timeout;
    shared->wake.expires_after(limit);
    parts_->link_to(broker, message.version)->submit(std::move(job));
    (void)co_await shared->wake.async_wait(base::await);
    if (!shared->done)
        co_return problem(problem_kind::gateway_timeout,
                          "MQTT broker " + broker.host + ": no acknowledgement in time");
    if (shared->failure)
        co_return std::move(*shared->failure);
    co_return result<void>();
}

} // namespace meridian::net
