#pragma once

#include "meridian/base/config.hpp"
#include "meridian/ngsild/representation.hpp"
#include "meridian/operations/services.hpp"
#include "meridian/subscription/service.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <unordered_map>

namespace meridian::api {

/// What the api shares among all threads besides its routes.
struct broker_state;
class metrics;

/// What one I/O thread answers requests with. `app` makes one for each thread; it lives as long as
/// the server. Used on its thread only.
class worker {
public:
    worker(operations::services& available, subscription::service& subscriptions,
           const config& options, broker_state& state);
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;

    operations::services& services;
    subscription::service& subscriptions;
    const config& options;
    broker_state& broker;

    /// The short names of a @context as this thread has compacted them so far.
    [[nodiscard]] ngsild::compacted_names& names_of(const jsonld::context_ptr& context);

    [[nodiscard]] static timestamp now() noexcept {
        return std::chrono::time_point_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now());
    }

private:
    std::unordered_map<const jsonld::context*, std::unique_ptr<ngsild::compacted_names>> names_;
};

} // namespace meridian::api
