#pragma once

#include "api/call.hpp"
#include "api/paging.hpp"
#include "api/representation_parameters.hpp"
#include "meridian/ngsild/representation.hpp"
#include "meridian/operations/distributed_consumption.hpp"
#include "meridian/operations/provision.hpp"

#include <optional>
#include <string>

/// Answers to operations that other Context Sources took part in (4.3.6, 6.3.17).
namespace meridian::api {

/// 6.3.17: the NGSILD-Warnings of an operation, the first 20.
void add_warnings(http::response& answer, const operations::request_scope& scope);

/// 207 with a BatchOperationResult (5.2.16) where parts of a write on one Entity failed.
[[nodiscard]] std::optional<http::response> partial_answer(const operations::request_scope& scope,
                                                           const std::string& id);

/// The answer to a write on Attributes: 204 where all was done, else 207 with an UpdateResult
/// (5.2.18) in fully qualified names (6.3.6).
[[nodiscard]] http::response update_answer(const operations::request_scope& scope,
                                           const operations::update_outcome& outcome);

/// The same of what was done here alone.
[[nodiscard]] http::response update_answer(const operations::update_outcome& outcome);

/// How merged Entities are to be shown.
struct merged_representation {
    ngsild::representation how; ///< as read for Entities of here
    projection_texts shown;
    media_type type;
    jsonld::context_ptr context;
    bool joins = false; ///< linked Entities are wanted too, which is refused
};

/// 5.7.1 where Registrations match; nothing where none does. A problem that warnings belong to is
/// an answer already.
[[nodiscard]] asio::awaitable<result<std::optional<http::response>>>
retrieve_distributed(call& request, operations::request_scope& scope, std::string id,
                     operations::expected_types types, std::vector<std::string> attributes,
                     merged_representation shown);

/// 5.7.2 likewise.
[[nodiscard]] asio::awaitable<result<std::optional<http::response>>>
query_distributed(call& request, operations::request_scope& scope, query::plan_request wanted,
                  paging asked, merged_representation shown);

} // namespace meridian::api
