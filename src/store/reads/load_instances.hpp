#pragma once

#include "meridian/store/history.hpp"
#include "store/pg/result.hpp"
#include "store/reads/selection.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <vector>

namespace meridian::store {

/// An answer that several values view.
using shared_result = std::shared_ptr<const pg::result>;
[[nodiscard]] asio::awaitable<result<shared_result>> load(reader& on, composed_statement statement);

/// Fills in the instances, or what is made of them, that `request` asks for, and learns the names
/// in them. `heads` are in order of eid.
/// Mostly one statement. With lastN a second one looks among folded instances, where the others
/// are not enough.
asio::awaitable<result<void>> load_instances(reader& on, std::vector<evolution>& heads,
                                             const temporal_request& request, history_edges& edges);

} // namespace meridian::store
