#pragma once

#include "meridian/base/result.hpp"
#include "meridian/query/parse.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace meridian::query {

/// A place in the text of a parameter: what the parsers by hand read from.
class cursor {
public:
    /// Fails with bad_request_data when the text is empty, too long, not UTF-8 or holds U+0000.
    [[nodiscard]] static result<cursor> open(std::string_view text, std::string_view parameter,
                                             const parse_limits& limits);

    [[nodiscard]] bool done() const noexcept { return at_ == text_.size(); }
    [[nodiscard]] std::string_view rest() const noexcept { return text_.substr(at_); }
    [[nodiscard]] bool next_is(std::string_view token) const noexcept {
        return rest().starts_with(token);
    }
    /// Goes behind `token` if it stands here.
    bool take(std::string_view token) noexcept;
    /// Goes on by `bytes`, which are left.
    void skip(std::size_t bytes) noexcept { at_ += bytes; }
    void skip_blanks() noexcept;
    /// A problem of this parameter at this place.
    [[nodiscard]] problem error(std::string_view what) const;
    /// 5.5.2 TooComplexQuery: well formed as far as it was read, but more than a limit allows.
    [[nodiscard]] problem too_complex(std::string_view what) const;
    [[nodiscard]] std::string_view parameter() const noexcept { return parameter_; }

private:
    cursor(std::string_view text, std::string_view parameter)
        : text_(text), parameter_(parameter) {}
    std::string_view text_;
    std::string_view parameter_;
    std::size_t at_ = 0;
};

/// A name as it was written, and whether it was an `<IRI>`.
struct written_name {
    std::string_view text;
    bool is_iri = false;
};
/// 4.6.2 name without its prefix, or `<IRI>` in the canonical form.
[[nodiscard]] result<written_name> read_name_part(cursor& from, name_form form);
/// 4.6.2 name, with prefix or without, or `<IRI>`.
[[nodiscard]] result<written_name> read_name(cursor& from, name_form form);
/// As `read_name`, or any URI up to one of `ends`.
[[nodiscard]] result<written_name> read_name_or_uri(cursor& from, name_form form,
                                                    std::string_view ends);
/// 5.5.7.
[[nodiscard]] std::string expand(const written_name& name, const jsonld::context& context);

/// A JSON string (RFC 8259) with its quotes → what it says.
[[nodiscard]] result<std::string> read_quoted(cursor& from);

} // namespace meridian::query
