#pragma once

#include "meridian/base/json.hpp"
#include "meridian/base/result.hpp"
#include "meridian/jsonld/context.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Reading members of a payload. All fail with bad_request_data, whose detail names the member by
/// `where`, its path: `notification.endpoint.uri`.
namespace meridian::subscription {

[[nodiscard]] problem bad_member(std::string_view where, std::string_view what);

[[nodiscard]] result<std::string> read_text(const json& value, std::string_view where);
[[nodiscard]] result<bool> read_flag(const json& value, std::string_view where);
/// Above zero, and at most a thousand million.
[[nodiscard]] result<double> read_positive(const json& value, std::string_view where);
/// An array of texts that is not empty.
[[nodiscard]] result<std::vector<std::string>> read_texts(const json& value,
                                                          std::string_view where);
/// An array of Attribute names that is not empty, expanded (5.5.7).
[[nodiscard]] result<std::vector<std::string>> read_names(const json& value, std::string_view where,
                                                          const jsonld::context& context);

} // namespace meridian::subscription
