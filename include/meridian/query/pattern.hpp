#pragma once

#include "meridian/base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace meridian::query {

/// A regular expression of q (`~=`, 4.9) or idPattern (5.2.8), compiled once. POSIX syntax
/// (IEEE 1003.2), unanchored (CHOICE: as grep and PostgreSQL do), in linear time. Immutable, safe
/// to share between threads; copies share the compiled expression.
class pattern {
public:
    /// At most 512 bytes. Fails with bad_request_data naming `parameter`.
    [[nodiscard]] static result<pattern> create(std::string_view text, std::string_view parameter);

    [[nodiscard]] bool matches(std::string_view subject) const;
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    bool operator==(const pattern& other) const noexcept { return text_ == other.text_; }

private:
    pattern(std::string text, std::shared_ptr<const re2::RE2> compiled);
    std::string text_;
    std::shared_ptr<const re2::RE2> compiled_;
};

} // namespace meridian::query
