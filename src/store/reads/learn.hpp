#pragma once

#include "meridian/ngsild/unknown_names.hpp"
#include "meridian/store/dictionary.hpp"

#include <vector>

namespace meridian::store {

/// Makes the reader's dictionary know every name in `rows`, with one statement for all that another
/// broker on the database added and none where all are known. `append(to, row, dictionary)` appends
/// the unknown names of a row. Fails with unavailable, internal_error.
template <typename Rows, typename Append>
asio::awaitable<result<void>> learn_names(reader& on, const Rows& rows, Append append) {
    if (on.names() == nullptr)
        co_return result<void>{};
    std::vector<ngsild::name_id> unknown;
    for (const auto& row : rows)
        append(unknown, row, *on.names());
    if (unknown.empty())
        co_return result<void>{};
    auto asking = on.names()->look_up_ids(std::move(unknown));
    co_return co_await std::move(asking);
}

} // namespace meridian::store
