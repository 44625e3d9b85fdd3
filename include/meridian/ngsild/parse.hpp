#pragma once

#include "meridian/base/result.hpp"
#include "meridian/jsonld/context.hpp"
#include "meridian/ngsild/entity.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace meridian::ngsild {

/// How the members of a payload are to be read (4.5.0): normalized and concise are told apart by
/// themselves; simplified must be asked for (6.3.7 `format=simplified`).
enum class input_format { normalized_or_concise, simplified };

/// The geometry and other limits of the architecture page, decision 11.
struct parse_limits {
    std::size_t geometry_vertices = 10'000;
    std::size_t attribute_depth = 16;
};

/// 5.5.4, 5.2.4: a JSON object → a valid, expanded Entity. `@context` in the payload is ignored:
/// the caller has made `context` of it. Timestamps (createdAt, modifiedAt) are not set.
/// Fails with bad_request_data or invalid_request; the detail names the member at fault by its
/// fully qualified name (6.3.6), the pointer by its place in the payload.
[[nodiscard]] result<entity> parse_entity(const json& payload, const jsonld::context& context,
                                          const parse_limits& limits = {});

/// 5.4: a JSON object → an Entity Fragment, NGSI-LD Nulls allowed.
[[nodiscard]] result<entity_fragment> parse_entity_fragment(const json& payload,
                                                            const jsonld::context& context,
                                                            input_format format,
                                                            const parse_limits& limits = {});

/// 5.4: the fragment of the one Attribute called `expanded_name` (5.6.4, 5.6.19): gives an
/// entity_fragment with just that Attribute. Value members may be missing (5.5.8).
[[nodiscard]] result<entity_fragment> parse_attribute_fragment(const json& payload,
                                                               std::string_view expanded_name,
                                                               const jsonld::context& context,
                                                               const parse_limits& limits = {});

/// The expanded name of the Scope, where it is treated as an Attribute (5.6.5, 5.6.13).
inline constexpr std::string_view scope_iri = "https://uri.etsi.org/ngsi-ld/scope";

/// 4.6.2: a name of letters, digits and `_` that begins with a letter, perhaps with such a prefix;
/// or a URI, which 5.2.4 allows in its place.
[[nodiscard]] bool is_name(std::string_view name) noexcept;

/// All IRIs that a document made of it will hold as numbers: types, Attribute names on all levels,
/// datasetIds. They must be in the dictionary before `encode` or a merge.
[[nodiscard]] std::vector<std::string> names_of(const entity& subject);
[[nodiscard]] std::vector<std::string> names_of(const entity_fragment& subject);

} // namespace meridian::ngsild
