#pragma once

#include "meridian/base/config.hpp"
#include "meridian/base/time.hpp"
#include "meridian/ngsild/representation.hpp"
#include "meridian/operations/services.hpp"

#include <chrono>
#include <memory>
#include <unordered_map>

namespace meridian::api {

struct broker_state;

/// What one I/O thread answers requests with. `app` makes one for each thread; it lives as long as
/// the server. Used on its thread only.
class worker {
public:
    worker(operations::services& available, const config& chosen, broker_state& shared)
        : services(available), options(chosen), broker(shared) {}
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;

    operations::services& services;
    const config& options;
    broker_state& broker;

    /// The short names of a @context as this thread has compacted them so far. The reference is
    /// valid until the next call.
    [[nodiscard]] ngsild::compacted_names& names_of(const jsonld::context_ptr& context);

    [[nodiscard]] static timestamp now() noexcept {
        return std::chrono::time_point_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now());
    }

private:
    /// Keyed by address: compacted_names keeps its @context alive, so that none is ever reused.
    std::unordered_map<const jsonld::context*, std::unique_ptr<ngsild::compacted_names>> names_;
};

} // namespace meridian::api
