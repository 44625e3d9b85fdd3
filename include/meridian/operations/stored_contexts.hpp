#pragma once

#include "meridian/base/json.hpp"
#include "meridian/operations/services.hpp"
#include "meridian/store/contexts.hpp"

#include <optional>
#include <string>
#include <vector>

/// Clause 5.13: Storing, Managing and Serving @contexts. All may fail with unavailable.
///
/// CHOICE: hosted and implicitly created @contexts are of the Tenant that added them (5.5.10). To
/// whoever names no Tenant their content is served all the same, as are their terms: a client that
/// follows a Link header knows of no Tenants. Local identifiers cannot be guessed. Cached ones are
/// everybody's.
namespace meridian::operations {

/// 5.13.2 Add @context; gives the local identifier. `document` is an object; all but its member
/// `@context` is discarded. CHOICE: @contexts that it names are not downloaded before it is used.
/// Fails with invalid_request (no `@context`, as the ETSI suite has it; 5.5.4 allows both
/// readings), bad_request_data, too_complex_query.
asio::awaitable<result<std::string>> add_context(request_scope& scope, json document);

/// 5.13.3 List @contexts, without their bodies; uses are counted up to now.
asio::awaitable<result<std::vector<store::stored_context>>>
list_contexts(request_scope& scope, std::optional<store::context_kind> kind);

/// Whose content may be seen: also other Tenants', where the request names none.
enum class context_view { details, content };

/// 5.13.4 Serve @context, by local identifier or URL. A use. Built-in core @contexts count as
/// cached. Fails with resource_not_found.
asio::awaitable<result<store::stored_context>> find_context(request_scope& scope, std::string key,
                                                            context_view seen);

/// 5.13.5 Delete @context. Fails with resource_not_found, bad_request_data (a built-in one).
asio::awaitable<result<void>> delete_context(request_scope& scope, std::string key);

/// 5.13.5 with reload. Fails with resource_not_found, bad_request_data (it is not a cached one),
/// ld_context_not_available.
asio::awaitable<result<void>> reload_context(request_scope& scope, std::string key);

/// 5.13.1: the URL of an @context; where it has none (one that is inline or an array) it gets one
/// of this broker's, created implicitly where that was not done before. `own_url` is this broker's
/// scheme and authority. Fails with too_complex_query.
asio::awaitable<result<std::string>> url_of(request_scope& scope, jsonld::context_ptr context,
                                            std::string own_url);

/// The same @context under that URL.
asio::awaitable<result<jsonld::context_ptr>>
with_url(request_scope& scope, jsonld::context_ptr context, std::string own_url);

} // namespace meridian::operations
