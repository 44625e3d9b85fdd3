#pragma once

#include "meridian/jsonld/context.hpp"

#include <optional>
#include <string_view>

namespace meridian::jsonld {

/// JSON-LD 1.1, 1.7.
[[nodiscard]] bool is_keyword(std::string_view name) noexcept;
/// `@` and letters: reserved, and ignored where it is no keyword.
[[nodiscard]] bool is_keyword_like(std::string_view name) noexcept;
/// A member of a @context object that defines no term.
[[nodiscard]] bool is_context_keyword(std::string_view name) noexcept;
/// Scheme, colon and something after it.
[[nodiscard]] bool is_iri_like(std::string_view text) noexcept;

/// Coercion by the expanded `@type` of a term definition.
[[nodiscard]] coercion coercion_of(std::string_view type_iri) noexcept;
/// JSON-LD 1.1, 9.15.1: what `@container` may hold; nothing where it is not valid. Of several
/// containers the one that is not `@set`, and `@graph` before what it is combined with.
[[nodiscard]] std::optional<container> container_of(const json& value);

} // namespace meridian::jsonld
