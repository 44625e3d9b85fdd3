#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::api {

/// What `/metrics` shows of requests: how many by route, method and status, and how long they
/// took. Counting takes no lock but at a combination's first request.
class metrics {
public:
    /// Of what `render` gives.
    static constexpr const char* media_type = "text/plain; version=0.0.4; charset=utf-8";

    /// Upper bounds of the latency histogram, in seconds.
    static constexpr std::array<double, 12> bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                   0.05,   0.1,   0.25,   0.5,   1,    5};

    void count(std::string_view route, std::string_view method, unsigned status,
               std::chrono::nanoseconds took);

    /// Further figures, asked for when they are shown: each appends lines in Prometheus' text
    /// format (0.0.4).
    using source = std::function<void(std::string& out)>;
    void add_source(source more);

    /// All of it as Prometheus' text format.
    [[nodiscard]] std::string render() const;

private:
    struct series {
        std::string route;
        std::string method;
        unsigned status = 0;
        std::atomic<std::uint64_t> requests{0};
        std::atomic<std::uint64_t> nanoseconds{0};
        std::array<std::atomic<std::uint64_t>, bounds.size()> buckets{};
    };
    series& series_of(std::string_view route, std::string_view method, unsigned status);

    mutable std::mutex mutex_;
    std::deque<series> series_; ///< only grows; elements never move
    std::vector<source> sources_;
};

} // namespace meridian::api
