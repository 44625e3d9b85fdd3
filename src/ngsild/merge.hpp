#pragma once

#include "instance_json.hpp"

#include <string_view>

namespace meridian::ngsild {

/// How an instance's members meet those of a fragment.
enum class depth : bool {
    members, ///< 5.5.8: each member is replaced
    values,  ///< 5.5.12: values and Attributes of Attributes are merged too
};

/// RFC 7396 with the NGSI-LD Null in the place of null. JSON-LD typed values and JSON literals are
/// one value and replaced whole.
void merge_value(json& target, const json& patch);

/// Whether an expanded instance of a fragment asks for the deletion of what it stands for (4.5.0).
[[nodiscard]] bool is_deletion(const json& body);

/// Merges an expanded instance of a fragment into an expanded instance. The outcome is for
/// `to_instance` to check. `lang`: see merge_options.
void merge_instance(json& target, const json& patch, depth how, std::string_view lang);

/// What an instance of a fragment is by itself: its Nulls left out.
/// With depth::members those within the value stay, and are not valid then (5.5.4).
[[nodiscard]] json new_instance(const json& patch, depth how);

/// Gives `instance` and all in it `now` as times of the system.
void stamp(attribute_instance& instance, timestamp now);
/// The times of an instance that takes the place of `before`: createdAt is kept, and so are both
/// times of Attributes in it where nothing in them changed (4.8).
void stamp(attribute_instance& instance, const attribute_instance& before, timestamp now);

} // namespace meridian::ngsild
