#pragma once

#include "meridian/base/json.hpp"
#include "meridian/federation/registry.hpp"
#include "meridian/operations/services.hpp"
#include "meridian/query/ast.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Clauses 5.9 and 5.10: Context Source Registration and Discovery. All may fail with unavailable
/// and internal_error.
namespace meridian::operations {

/// 5.9.2; gives the Registration's id. `payload` is without its @context.
/// Fails with bad_request_data, already_exists, conflict.
asio::awaitable<result<std::string>> create_registration(request_scope& scope, json payload);

/// 5.9.3 with the behaviour of 5.5.8. Fails as create_registration, and with resource_not_found.
asio::awaitable<result<void>> update_registration(request_scope& scope, std::string id,
                                                  json fragment);

/// 5.9.4. Fails with resource_not_found.
asio::awaitable<result<void>> delete_registration(request_scope& scope, std::string id);

/// 5.10.1. Fails with resource_not_found.
asio::awaitable<result<federation::registration_ptr>> retrieve_registration(request_scope& scope,
                                                                            std::string id);

/// What 5.10.2 asks for.
struct registration_query {
    federation::asked entities; ///< with the Attributes of `q` and `geo`
    std::optional<query::geo_query> geo;
    std::optional<query::scope_selection> scopes;
    std::optional<query::temporal_query> temporal;
    std::optional<query::q_expression> csf;
    std::size_t offset = 0;
    std::size_t limit = 0;
};
struct registration_page {
    std::vector<federation::match> found;
    bool more = false;
    std::size_t count = 0; ///< of all that match
};
/// 5.10.2, in order of creation.
asio::awaitable<result<registration_page>> query_registrations(request_scope& scope,
                                                               registration_query wanted);

} // namespace meridian::operations
