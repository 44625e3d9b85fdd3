#pragma once

#include "meridian/federation/forwarder.hpp"
#include "meridian/federation/index.hpp"
#include "meridian/jsonld/context.hpp"
#include "meridian/ngsild/entity.hpp"
#include "meridian/query/evaluate.hpp"

#include <string>
#include <utility>
#include <vector>

/// Requests in the words that a Context Source is to be spoken to (4.3.6.6). Pure.
namespace meridian::federation {

using query_parameters = std::vector<std::pair<std::string, std::string>>;

/// `path` with its parameters, percent-encoded.
[[nodiscard]] std::string target_of(std::string path, const query_parameters& parameters);

/// An Entity in normalized form with those of its Attributes, and those of its types, that are
/// named; no types: all. Without its @context.
[[nodiscard]] json render_entity(const ngsild::entity& subject,
                                 const std::vector<std::string>& attributes,
                                 const std::vector<std::string>& types,
                                 const jsonld::context& context);

/// An Entity Fragment (5.4) in normalized form, or as it was sent where it is simplified.
[[nodiscard]] json render_fragment(const ngsild::entity_fragment& fragment,
                                   const std::vector<std::string>& attributes,
                                   const jsonld::context& context);

/// 4.3.6.1: the parameters of a query of 5.7.2 that ask for no more than the Registration offers.
/// `filters::removed`: of split Entities, whose filters are applied to the whole (5.7.2.4).
enum class filters : std::uint8_t { kept, removed };
[[nodiscard]] query_parameters narrowed(const query::entity_selection& selection,
                                        const std::vector<std::string>& dataset_ids,
                                        const match& by, const jsonld::context& context,
                                        filters how);

/// Parameters of a query of 5.7.2 as the Query (5.2.23) of one by POST; options, limit, offset and
/// local are no members of it and stay in `parameters`.
[[nodiscard]] json to_query(query_parameters& parameters);

/// What of the Attributes asked for the Registration offers; with none asked for, what it offers;
/// empty: all.
[[nodiscard]] std::vector<std::string> narrowed_attributes(const std::vector<std::string>& wanted,
                                                           const match& by);

/// A type selection (4.17) in short names.
[[nodiscard]] std::string to_type_text(const query::type_selection& types,
                                       const jsonld::context& context);

} // namespace meridian::federation
