#pragma once

#include "meridian/api/worker.hpp"
#include "meridian/http/server.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace meridian::api {

class metrics;

/// What the api of all threads shares.
struct broker_state {
    broker_state();
    ~broker_state();
    broker_state(const broker_state&) = delete;
    broker_state& operator=(const broker_state&) = delete;

    std::string alias = "meridian";    ///< 5.2.40 contextSourceAlias
    std::atomic<bool> draining{false}; ///< SIGTERM has come: `/q/ready` says so
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
    std::unique_ptr<metrics> counted;
};

/// Adds figures to `/metrics`: `more` appends lines in Prometheus' text format, on whichever
/// thread the request came in.
void add_metrics(broker_state& state, std::function<void(std::string& out)> more);

/// The handler of one I/O thread: all routes of clause 6, and the broker's own. `with` must
/// outlive it.
[[nodiscard]] http::handler make_handler(worker& with);

} // namespace meridian::api
