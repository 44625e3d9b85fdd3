#pragma once

#include "place.hpp"

#include "meridian/base/problem.hpp"
#include "meridian/ngsild/entity.hpp"
#include "meridian/ngsild/parse.hpp"

#include <optional>
#include <string_view>

namespace meridian::ngsild {

/// Whether NGSI-LD Nulls may stand in what is checked: in fragments (5.4), not in what is stored.
enum class nulls : bool { refused, allowed };

/// Whether `value` is the NGSI-LD Null string (4.5.0).
[[nodiscard]] bool is_null_text(const json& value) noexcept;
/// Whether `value`, of an Attribute's value member, is one of the encodings of the NGSI-LD Null:
/// the string, an array of just it (also `[{"object": it}]`), `{"@none": it}` in a languageMap.
[[nodiscard]] bool is_null_value(const json& value) noexcept;

/// The moment of an expiresAt (4.22); nothing where `value` is no DateTime. The one moment that
/// stands for none in stored documents, 1970-01-01T00:00:00Z, becomes the microsecond after it.
[[nodiscard]] std::optional<timestamp> parse_expires_at(const json& value) noexcept;

/// The checks of one payload.
struct value_check {
    nulls mode;
    const parse_limits& limits;
    std::string_view attribute; ///< expanded name, for the detail of problems

    /// Checks the value of an Attribute of that kind and brings it into the stored form (geometry
    /// text parsed, objectList of objects). Gives bad_request_data where it is not valid.
    [[nodiscard]] std::optional<problem> operator()(attribute_kind kind, json& value,
                                                    const place& at) const;
    /// A bad_request_data about this Attribute.
    [[nodiscard]] problem fault(std::string_view what, const place& at) const;

private:
    [[nodiscard]] std::optional<problem> check_plain(const json& value, const place& at) const;
    [[nodiscard]] std::optional<problem> check_geometry(json& value, const place& at) const;
    [[nodiscard]] std::optional<problem> check_object(const json& value, const place& at) const;
    [[nodiscard]] std::optional<problem> check_object_list(json& value, const place& at) const;
    [[nodiscard]] std::optional<problem> check_language_map(const json& value,
                                                            const place& at) const;
    [[nodiscard]] std::optional<problem> check_vocab(const json& value, const place& at) const;
};

} // namespace meridian::ngsild
