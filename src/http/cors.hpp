#pragma once

#include "meridian/http/response.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace meridian::http {

/// The Fetch standard's CORS protocol for a list of origins.
class cors_policy {
public:
    explicit cors_policy(std::vector<std::string> origins);

    [[nodiscard]] bool enabled() const noexcept { return any_ || !origins_.empty(); }
    /// Appends the header lines of an answer to a request with this Origin (may be empty).
    void append_lines(std::string& out, std::string_view origin) const;
    /// The answer to a preflight; its allow lines come from `append_lines` as everywhere.
    [[nodiscard]] response preflight(std::string_view origin, std::string_view headers) const;

private:
    [[nodiscard]] bool allows(std::string_view origin) const noexcept;
    std::vector<std::string> origins_;
    bool any_ = false;
};

} // namespace meridian::http
