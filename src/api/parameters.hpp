#pragma once

#include "meridian/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace meridian::api {

/// The query parameters of a request, decoded. A name that comes twice is refused, as is one that
/// the operation does not have (6.3.20).
class parameters {
public:
    /// Fails with invalid_request: bad percent-encoding, a repeated name, a name that is none of
    /// the words of `known`.
    [[nodiscard]] static result<parameters> parse(std::string_view query_string,
                                                  std::string_view known);

    [[nodiscard]] const std::string* find(std::string_view name) const noexcept;
    [[nodiscard]] bool has(std::string_view name) const noexcept { return find(name) != nullptr; }
    /// The value, or an empty text.
    [[nodiscard]] std::string_view text(std::string_view name) const noexcept;
    /// `true` or `false`; false where absent. Fails with bad_request_data for anything else.
    [[nodiscard]] result<bool> flag(std::string_view name) const;
    /// A number ≥ 0. Fails with bad_request_data.
    [[nodiscard]] result<std::optional<std::uint64_t>> number(std::string_view name) const;
    /// A comma-separated list without empty elements. Fails with bad_request_data.
    [[nodiscard]] result<std::vector<std::string>> list(std::string_view name) const;

private:
    std::vector<std::pair<std::string, std::string>> values_;
};

} // namespace meridian::api
