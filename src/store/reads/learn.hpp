#pragma once

#include "meridian/ngsild/unknown_names.hpp"
#include "meridian/store/dictionary.hpp"

#include <vector>

namespace meridian::store {

/// The names in `rows` that the reader's dictionary does not know. `append(to, row, dictionary)`
/// appends those of a row.
template <typename Rows, typename Append>
std::vector<ngsild::name_id> unknown_names(const reader& on, const Rows& rows, Append append) {
    std::vector<ngsild::name_id> unknown;
    if (on.names() != nullptr)
        for (const auto& row : rows)
            append(unknown, row, *on.names());
    return unknown;
}

/// Makes the reader's dictionary know every name in `rows`, with one statement for all that another
/// broker on the database added and none where all are known. Fails with unavailable,
/// internal_error.
template <typename Rows, typename Append>
asio::awaitable<result<void>> learn_names(reader& on, const Rows& rows, Append append) {
    auto unknown = unknown_names(on, rows, append);
    if (unknown.empty())
        co_return result<void>{};
    auto asking = on.names()->look_up_ids(std::move(unknown));
    co_return co_await std::move(asking);
}

} // namespace meridian::store
