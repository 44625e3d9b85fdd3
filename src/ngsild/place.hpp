#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace meridian::ngsild {

/// Where in a payload a check stands: a chain on the stack, made into a JSON pointer only when a
/// check fails. The parent and the name must outlive it.
class place {
public:
    place() = default;
    place(const place& parent, std::string_view name) : parent_(&parent), name_(name) {}
    place(const place& parent, std::size_t index)
        : parent_(&parent), index_(index), is_index_(true) {}

    /// Whether it is the payload itself.
    [[nodiscard]] bool is_root() const noexcept { return parent_ == nullptr; }
    /// RFC 6901.
    [[nodiscard]] std::string pointer() const;

private:
    const place* parent_ = nullptr;
    std::string_view name_;
    std::size_t index_ = 0;
    bool is_index_ = false;
};

} // namespace meridian::ngsild
