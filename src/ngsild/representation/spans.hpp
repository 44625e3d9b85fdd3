#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace meridian::ngsild {

/// One past the JSON value that begins at `start` of `text`, which is valid compact JSON as the
/// broker writes it. Never leaves `text`.
[[nodiscard]] std::size_t end_of_value(std::string_view text, std::size_t start) noexcept;

/// A member of an object: its name as it stands between the quotes, and its value's text.
struct member_span {
    std::string_view name;
    std::string_view value;
};

/// Walks over the members of a JSON object without parsing what is in them.
class member_reader {
public:
    explicit member_reader(std::string_view object) noexcept : text_(object) {}
    [[nodiscard]] std::optional<member_span> next() noexcept;

private:
    std::string_view text_;
    std::size_t position_ = 1;
};

/// Walks over the elements of a JSON array.
class element_reader {
public:
    explicit element_reader(std::string_view array) noexcept : text_(array) {}
    [[nodiscard]] std::optional<std::string_view> next() noexcept;

private:
    std::string_view text_;
    std::size_t position_ = 1;
};

/// Whether a Property with this value must keep its `{"value": …}` in the concise representation:
/// a bare object that looks like an Attribute or a geometry would be read as one (4.5.2.3, 4.7.3),
/// and a bare array with objects in it as instances (4.5.5).
[[nodiscard]] bool looks_like_attribute(std::string_view value) noexcept;

} // namespace meridian::ngsild
