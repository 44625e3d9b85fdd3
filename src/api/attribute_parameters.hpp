#pragma once

#include "api/call.hpp"
#include "meridian/operations/provision.hpp"

#include <string>
#include <string_view>

namespace meridian::api {

/// 4.6.2: the short name or IRI of an Attribute in a path, expanded. Fails with bad_request_data.
[[nodiscard]] result<std::string> attribute_name(std::string_view text,
                                                 const jsonld::context& context);

/// `datasetId` and `deleteAll` of tables 6.7.3.2-1 and 6.21.3.1-1: which instances of the Attribute
/// called `expanded_name` are deleted. Fails with bad_request_data.
[[nodiscard]] result<operations::attribute_selector>
read_attribute_deletion(const call& request, std::string expanded_name);

} // namespace meridian::api
