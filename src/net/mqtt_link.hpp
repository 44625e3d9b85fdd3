#pragma once

#include "meridian/net/mqtt_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct mosquitto;

namespace meridian::net {

/// One connection to a broker. libmosquitto's own thread does its I/O; its callbacks only post to
/// the strand, where all state lives, so no lock of ours is held while the library holds its own.
class mqtt_link : public std::enable_shared_from_this<mqtt_link> {
public:
    /// Called on the strand, once, with nothing on success.
    using completion = std::function<void(std::optional<problem>)>;
    struct job {
        std::string topic;
        std::string payload;
        int quality = 0;
        std::vector<std::pair<std::string, std::string>> user_properties;
        completion done;
    };

    mqtt_link(boost::asio::thread_pool& workers, mqtt_url broker, mqtt_version version,
              const mqtt_settings& settings);
    ~mqtt_link();

    /// Connects if that has not begun and publishes when connected. Any thread.
    void submit(job added);
    /// Ends the connection and its thread; what waits fails. Any thread.
    void close(std::string why);
    /// Whether no more may be submitted.
    [[nodiscard]] bool is_over() const noexcept { return over_; }

private:
    struct callbacks;
    friend struct callbacks;
    enum class phase { fresh, connecting, connected, over };

    void connect();
    [[nodiscard]] std::optional<problem> configure();
    [[nodiscard]] std::optional<problem> reach();
    void connected(int code);
    void published(int id, int code);
    void send(job&& added);
    void end(const std::string& why, problem_kind kind = problem_kind::bad_gateway);
    [[nodiscard]] problem failure(const std::string& why,
                                  problem_kind kind = problem_kind::bad_gateway) const;

    boost::asio::strand<boost::asio::thread_pool::executor_type> strand_;
    boost::asio::steady_timer connect_timer_;
    mqtt_url broker_;
    mqtt_version version_;
    const mqtt_settings& settings_;
    mosquitto* handle_ = nullptr;
    phase phase_ = phase::fresh;
    std::vector<job> waiting_;            ///< for the connection
    std::map<int, completion> in_flight_; ///< by the library's message id
    std::atomic<bool> over_{false};
};

} // namespace meridian::net
