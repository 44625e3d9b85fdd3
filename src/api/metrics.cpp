#include "api/metrics.hpp"

#include <fmt/format.h>

#include <iterator>

namespace meridian::api {

metrics::series& metrics::series_of(std::string_view route, std::string_view method,
                                    unsigned status) {
    const std::lock_guard lock(mutex_);
    for (auto& known : series_)
        if (known.status == status && known.method == method && known.route == route)
            return known;
    auto& added = series_.emplace_back();
    added.route = route;
    added.method = method;
    added.status = status;
    return added;
}

void metrics::count(std::string_view route, std::string_view method, unsigned status,
                    std::chrono::nanoseconds took) {
    // Each thread remembers the series that it met: one comparison of literals' addresses a
    // request, no lock.
    struct met {
        const metrics* of;
        const char* route;
        const char* method;
        unsigned status;
        series* counted;
    };
    thread_local std::vector<met> known;
    series* counted = nullptr;
    for (const auto& entry : known)
        if (entry.of == this && entry.route == route.data() && entry.status == status &&
            entry.method == method.data())
            counted = entry.counted;
    if (!counted) {
        counted = &series_of(route, method, status);
        known.push_back({this, route.data(), method.data(), status, counted});
    }
    counted->requests.fetch_add(1, std::memory_order_relaxed);
    counted->nanoseconds.fetch_add(static_cast<std::uint64_t>(took.count()),
                                   std::memory_order_relaxed);
    const double seconds = std::chrono::duration<double>(took).count();
    for (std::size_t i = 0; i < bounds.size(); ++i)
        if (seconds <= bounds[i]) {
            counted->buckets[i].fetch_add(1, std::memory_order_relaxed);
            break;
        }
}

void metrics::add_source(source more) {
    const std::lock_guard lock(mutex_);
    sources_.push_back(std::move(more));
}

std::string metrics::render() const {
    const std::lock_guard lock(mutex_);
    std::string out = "# HELP meridian_http_requests_total Requests answered.\n"
                      "# TYPE meridian_http_requests_total counter\n";
    const auto to = std::back_inserter(out);
    const auto labels = [](const series& of) {
        return fmt::format(R"(route="{}",method="{}",status="{}")", of.route, of.method, of.status);
    };
    for (const auto& each : series_)
        fmt::format_to(to, "meridian_http_requests_total{{{}}} {}\n", labels(each),
                       each.requests.load(std::memory_order_relaxed));
    out += "# HELP meridian_http_request_duration_seconds From the head's arrival to the answer.\n"
           "# TYPE meridian_http_request_duration_seconds histogram\n";
    for (const auto& each : series_) {
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < bounds.size(); ++i) {
            sum += each.buckets[i].load(std::memory_order_relaxed);
            fmt::format_to(to, "meridian_http_request_duration_seconds_bucket{{{},le=\"{}\"}} {}\n",
                           labels(each), bounds[i], sum);
        }
        const auto requests = each.requests.load(std::memory_order_relaxed);
        fmt::format_to(to, "meridian_http_request_duration_seconds_bucket{{{},le=\"+Inf\"}} {}\n",
                       labels(each), requests);
        fmt::format_to(to, "meridian_http_request_duration_seconds_sum{{{}}} {}\n", labels(each),
                       static_cast<double>(each.nanoseconds.load(std::memory_order_relaxed)) / 1e9);
        fmt::format_to(to, "meridian_http_request_duration_seconds_count{{{}}} {}\n", labels(each),
                       requests);
    }
    for (const auto& more : sources_)
        more(out);
    return out;
}

} // namespace meridian::api
