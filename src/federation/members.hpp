#pragma once

#include "meridian/base/json.hpp"
#include "meridian/base/result.hpp"
#include "meridian/jsonld/context.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Reading members of a Registration. All fail with bad_request_data, whose detail names the member
/// by `where`, its path: `information.entities.type`.
namespace meridian::federation {

[[nodiscard]] problem bad_member(std::string_view where, std::string_view what);

/// A text that is not empty.
[[nodiscard]] result<std::string> read_text(const json& value, std::string_view where);
/// Above zero, and at most a thousand million.
[[nodiscard]] result<double> read_positive(const json& value, std::string_view where);
/// A text, or an array of texts that is not empty.
[[nodiscard]] result<std::vector<std::string>> read_texts(const json& value,
                                                          std::string_view where);
/// An array of Entity Type or Attribute names that is not empty, expanded (5.5.7).
[[nodiscard]] result<std::vector<std::string>> read_names(const json& value, std::string_view where,
                                                          const jsonld::context& context);
/// RFC 7230 3.2: whether it may be a header's name, and its value.
[[nodiscard]] bool is_token(std::string_view text) noexcept;
[[nodiscard]] bool is_field_value(std::string_view text) noexcept;

} // namespace meridian::federation
