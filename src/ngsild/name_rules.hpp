#pragma once

#include "meridian/ngsild/entity.hpp"
#include "meridian/ngsild/parse.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace meridian::ngsild {

/// Longest id, datasetId or expanded name, in bytes (architecture page, decision 11).
inline constexpr std::size_t name_bytes = 2'048;

/// 4.18: the Scope with its leading slash, which input may leave out; nothing where `text` is none.
[[nodiscard]] std::optional<std::string> parse_scope(std::string_view text);

/// An RFC 5646 language tag by its shape, or "@none" (4.6.5).
[[nodiscard]] bool is_language_tag(std::string_view text) noexcept;

/// What a member of an Attribute is by its short name.
enum class member_role : std::uint8_t {
    type,
    value,    ///< one of the members that hold a kind's value; see `kinds`
    previous, ///< output only: the value before (4.5.2.2 …)
    dataset_id,
    observed_at,
    expires_at,
    unit_code,
    value_type,
    object_type,
    proof,
    sealed, ///< entityIdSealed, entityTypeSealed: within ngsildproof alone
    system, ///< 5.2.2 and output only: ignored
    linked, ///< entity, entityList: output only on Relationships
    context,
    reserved, ///< other terms that cannot name an Attribute (4.5.1)
};
struct member_rule {
    member_role role;
    std::uint16_t kinds; ///< bit set by attribute_kind: where the member may stand
};
/// The rule of a member; null for what names an Attribute of the Attribute.
[[nodiscard]] const member_rule* find_member_rule(std::string_view name) noexcept;

[[nodiscard]] constexpr bool allows(const member_rule& rule, attribute_kind kind) noexcept {
    return (rule.kinds >> static_cast<unsigned>(kind) & 1U) != 0;
}

/// Whether an expanded name is that of a non-reified term of the core @context, which shall not
/// name an Attribute (4.5.1), written as `ngsi-ld:createdAt` or in full.
[[nodiscard]] bool is_reserved_iri(std::string_view iri) noexcept;

} // namespace meridian::ngsild
