#pragma once

#include "attribute_reader.hpp"
#include "place.hpp"

#include "meridian/ngsild/entity.hpp"

#include <optional>
#include <string>
#include <unordered_set>

namespace meridian::ngsild {

/// bad_request_data, with the place as its pointer.
[[nodiscard]] problem refuse(std::string detail, const place& at);

/// The members of an Entity that are no Attributes, as a payload holds them.
struct entity_reader {
    const attribute_reader& attributes;
    nulls mode;
    place root{};
    entity_fragment out{};
    std::unordered_set<std::string> seen{}; ///< expanded names of Attributes

    /// Reads one member; gives it back in `name` where it is an Attribute's.
    result<bool> is_attribute(const std::string& name, const json& value);
    /// The fully qualified name of an Attribute; refuses one that was there before.
    result<std::string> attribute_name(const std::string& name, const place& at);

private:
    std::optional<problem> id(const json& value, const place& at);
    std::optional<problem> types(const json& value, const place& at);
    std::optional<problem> one_type(const json& value, const place& at);
    std::optional<problem> scopes(const json& value, const place& at);
    std::optional<problem> one_scope(const json& value, const place& at);
    std::optional<problem> expires_at(const json& value, const place& at);
};

} // namespace meridian::ngsild
