#pragma once

#include "meridian/base/result.hpp"
#include "meridian/jsonld/context.hpp"
#include "meridian/ngsild/change.hpp"
#include "meridian/ngsild/parse.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace meridian::ngsild {

/// 5.2.20 EntityTemporal, or a Fragment of it, expanded and valid. Unlike those of an Entity, the
/// instances of an Attribute may share a datasetId: they are what it was at different times. Their
/// createdAt and modifiedAt are not set.
struct entity_temporal {
    std::string id;                           ///< empty in a Fragment that does not tell it
    std::vector<std::string> types;           ///< of a Fragment maybe none
    std::vector<attribute> attributes;        ///< names are unique
    std::vector<attribute_instance> scopes{}; ///< 4.5.6: the value is a Scope or an array of them
};

/// 5.5.4: a whole EntityTemporal, in the temporal (4.5.6) or simplified temporal (4.5.9)
/// representation; an Attribute may be a single instance. Fails as parse_entity.
[[nodiscard]] result<entity_temporal> parse_temporal_entity(const json& payload,
                                                            const jsonld::context& context,
                                                            const parse_limits& limits = {});
/// A Fragment (5.6.12): id and type may be missing.
[[nodiscard]] result<entity_temporal> parse_temporal_fragment(const json& payload,
                                                              const jsonld::context& context,
                                                              const parse_limits& limits = {});
/// 5.6.14: the one instance of the Attribute called `expanded_name`: a Fragment with just that, or
/// CHOICE: the instance itself, as other operations on one Attribute have it.
[[nodiscard]] result<attribute_instance> parse_temporal_instance(const json& payload,
                                                                 std::string_view expanded_name,
                                                                 const jsonld::context& context,
                                                                 const parse_limits& limits = {});

/// All IRIs that rows made of it will hold as numbers.
[[nodiscard]] std::vector<std::string> names_of(const entity_temporal& subject);
[[nodiscard]] std::vector<std::string> names_of(std::string_view attribute,
                                                const attribute_instance& instance);

/// 5.6.11, 5.6.12: instances for the Temporal Evolution of the Entity `id`. Its current state stays
/// as it is (CHOICE: the clauses speak of the Temporal Evolution alone). createdAt and modifiedAt
/// of the instances become `scope.now`.
[[nodiscard]] change record_evolution(std::string id, const entity_temporal& subject,
                                      const change_scope& scope);

} // namespace meridian::ngsild
