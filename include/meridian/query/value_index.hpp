#pragma once

#include "meridian/ngsild/entity.hpp"
#include "meridian/ngsild/names.hpp"
#include "meridian/query/ast.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// Index rows (design page store.md, `attr_num` and `attr_txt`): the values of an Attribute as
/// sorted scalars, and which ranges of them a term of q (4.9) is about. Pure: no SQL.
namespace meridian::query {

/// What a row's value is. Equality looks into arrays, `<` and its like do not; a Relationship's
/// objects equal values and lie in no range.
enum class index_kind : std::int16_t {
    scalar = 0, ///< a number in attr_num, a string in attr_txt
    member = 1, ///< the same within an array
    object = 2, ///< of a Relationship
    date_time = 3,
    date_time_member = 4,
    date = 5,
    date_member = 6,
    time = 7,
    time_member = 8,
    many = 15, ///< more values than have rows: may be anything
};

/// An Attribute with more values than this has one row of kind `many` in both tables.
inline constexpr std::size_t most_index_values = 256;
/// Strings are cut to at most this many bytes, at the end of a character.
inline constexpr std::size_t longest_index_text = 256;

struct index_number {
    index_kind kind = index_kind::scalar;
    double value = 0; ///< times: seconds since 1970, or since midnight
    auto operator<=>(const index_number&) const = default;
};
struct index_text {
    index_kind kind = index_kind::scalar;
    std::string value;
    auto operator<=>(const index_text&) const = default;
};

/// Sorted, none twice.
struct index_values {
    std::vector<index_number> numbers;
    std::vector<index_text> texts;
    bool operator==(const index_values&) const = default;
};

/// The rows of all instances of an Attribute.
[[nodiscard]] index_values make_index_values(const std::vector<ngsild::attribute_instance>& of);

/// low ≤ value < high.
struct number_range {
    index_kind kind = index_kind::scalar;
    double low = 0;
    double high = 0;
    bool operator==(const number_range&) const = default;
};
struct text_range {
    index_kind kind = index_kind::scalar;
    std::string low;
    std::string high;
    bool operator==(const text_range&) const = default;
};

/// A conjunct of q as ranges of one Attribute's rows: every Entity that meets it has a row in one
/// of them. Either `numbers` or `texts` is empty; a range of kind `many` is always among the other.
struct index_condition {
    ngsild::name_id attribute = 0;
    std::vector<number_range> numbers;
    std::vector<text_range> texts;
    /// How well it narrows down, by its form: the lower the better.
    enum class form : std::uint8_t { points, bounded, half_open } narrowing = form::points;
    /// Entities with a row of any kind but `many` in them do meet the conjunct …
    bool exact = true;
    /// … which is all of q.
    bool whole = false;
    bool operator==(const index_condition&) const = default;
};

/// The conjuncts of `q` that index rows can decide, best form first: comparisons of a top-level
/// Attribute's value with numbers, times or strings of less than 253 bytes by all operators but
/// `!=` and patterns.
[[nodiscard]] std::vector<index_condition> index_conditions(const q_expression& q,
                                                            const ngsild::names& dictionary);

} // namespace meridian::query
