#pragma once

#include "meridian/base/result.hpp"
#include "meridian/store/blocking_pool.hpp"
#include "meridian/store/database.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>

namespace meridian::store {

/// Who makes changes (table `subject`), by name; the history holds their numbers. The last ones
/// asked for are kept in memory. Thread-safe; one a process.
class subjects {
public:
    explicit subjects(blocking_pool& pool, std::size_t most_kept = 10'000)
        : pool_(pool), most_kept_(most_kept) {}

    /// From memory alone: ask this first, it needs no await.
    [[nodiscard]] std::optional<subject_id> known(std::string_view name) const;

    /// The number of a name, which must be valid UTF-8 without U+0000; a new name gets one in a
    /// transaction of its own. Fails with unavailable.
    asio::awaitable<result<subject_id>> find_or_create(std::string name);

private:
    void remember(const std::string& name, subject_id id);

    blocking_pool& pool_;
    std::size_t most_kept_;
    mutable std::shared_mutex mutex_;
    std::map<std::string, subject_id, std::less<>> known_;
};

} // namespace meridian::store
