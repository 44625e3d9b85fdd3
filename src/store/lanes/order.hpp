#pragma once

#include "meridian/store/write_lanes.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace meridian::store {

/// One change on its way through a lane.
struct item {
    explicit item(entity_change change) : what(std::move(change)) {}
    entity_change what;
    std::optional<result<committed>> answer;
};

using answers = std::vector<result<committed>>;

/// Who waits for an order; told once, on its own executor.
class customer {
public:
    virtual ~customer() = default;
    virtual void complete(answers given) = 0;
};

/// What one `commit` or one chunk of `commit_batch` asks of a lane.
struct order {
    std::vector<entity_change> changes;
    bool is_batch = false;                          ///< a transaction of its own
    std::chrono::steady_clock::time_point deadline; ///< for a database that is away
    std::unique_ptr<customer> who;

    [[nodiscard]] std::size_t weight() const noexcept {
        std::size_t sum = 0;
        for (const entity_change& change : changes)
            sum += change.weight;
        return sum;
    }
};

} // namespace meridian::store
