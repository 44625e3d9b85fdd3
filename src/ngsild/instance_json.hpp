#pragma once

#include "value_rules.hpp"

#include "meridian/base/result.hpp"
#include "meridian/ngsild/entity.hpp"

namespace meridian::ngsild {

/// Whether values are checked (again), after a merge or for input that was a fragment.
enum class verify : bool { no, yes };

/// What `to_instance` needs to say what is wrong.
struct instance_source {
    std::string_view attribute;
    const parse_limits& limits;
    verify values = verify::yes;
};

/// The kind of an expanded instance: its type, or Property for a bare value.
[[nodiscard]] attribute_kind kind_of(const json& body);

/// An expanded instance, as attribute_reader makes it, → the domain's. Takes what `body` holds.
/// Fails with bad_request_data where `values` are verified and one is missing or not valid; an
/// NGSI-LD Null is not valid then.
[[nodiscard]] result<attribute_instance> to_instance(json&& body, const instance_source& from);

/// An expanded Attribute (an instance or an array of them) → the domain's.
[[nodiscard]] result<attribute> to_attribute(std::string name, json&& body,
                                             const instance_source& from);

/// The other way, without times of the system; takes what `instance` holds.
[[nodiscard]] json to_body(attribute_instance&& instance);

} // namespace meridian::ngsild
