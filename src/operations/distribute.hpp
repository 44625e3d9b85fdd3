#pragma once

#include "meridian/federation/merge.hpp"
#include "meridian/federation/words.hpp"
#include "meridian/operations/provision.hpp"
#include "meridian/operations/services.hpp"
#include "meridian/query/plan.hpp"

#include <functional>
#include <string>
#include <vector>

/// What all operations of 5.6 and 5.7 begin with: the Registrations that match (4.3.6, 5.12).
namespace meridian::operations {

/// Whether any Registration may matter: none does for a local operation (5.5.13), nor where the
/// Tenant has none. Costs a look into a map.
[[nodiscard]] inline bool may_distribute(const request_scope& scope) {
    return !scope.local && scope.with.registrations.find(scope.tenant) != nullptr;
}

[[nodiscard]] timestamp moment_now();

/// The plan of a selection, by names that other brokers may have added.
asio::awaitable<result<query::query_plan>> plan_for(request_scope& scope,
                                                    query::plan_request wanted);

/// 6.3.18, 6.3.19, of the request that came in.
[[nodiscard]] federation::trigger trigger_of(const request_scope& scope);

/// The Registrations for the latest information that match, but for those whose Context Source the
/// request has passed (5.12). In order of creation.
[[nodiscard]] std::vector<federation::match> matching(const request_scope& scope,
                                                      const federation::asked& wanted,
                                                      const federation::trigger& from);

/// The words that a Context Source is spoken to in (4.3.6.6, 6.3.5).
struct spoken {
    jsonld::context_ptr context;
    std::string url;      ///< for a Link header
    bool ld_json = false; ///< payloads have their @context in them
};
/// Fails with ld_context_not_available, where the Registration names a @context.
asio::awaitable<result<spoken>> words_for(request_scope& scope,
                                          const federation::registration& source);

/// A write as it is forwarded. All names are expanded.
struct distributed_write {
    federation::operation operation = federation::operation::create_entity;
    std::string method;
    std::string path;      ///< below /ngsi-ld/v1
    std::string attribute; ///< the last segment of the path, where it names an Attribute
    federation::query_parameters parameters;
    std::string id;
    std::optional<query::type_selection> types;
    std::vector<std::string> attributes; ///< that the input is about
    bool whole_entity = false;           ///< it is about all there are
    bool sends_types = false;            ///< `types` go with it as a condition
    /// The payload with some of its Attributes and types; empty: there is none.
    std::function<json(const std::vector<std::string>& attributes,
                       const std::vector<std::string>& types, const jsonld::context& context)>
        body;
};

/// This broker's own part of a write, about those Attributes that no proxied Registration took.
using own_part =
    std::function<asio::awaitable<result<update_outcome>>(std::vector<std::string> attributes)>;

/// 5.6.x.4: exclusive Registrations first, then redirect ones, then inclusive ones and the own
/// part. Gives the outcome of the own part. Where some parts fail, `scope.distribution` says which;
/// where all fail as one the outcome is that problem (6.3.17). Fails with too_complex_query, and
/// nothing has been written, where there would be too many parts.
asio::awaitable<result<update_outcome>> distribute(request_scope& scope, distributed_write write,
                                                   own_part own);

} // namespace meridian::operations
