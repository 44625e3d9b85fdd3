#pragma once

#include "meridian/base/json.hpp"
#include "meridian/base/time.hpp"
#include "meridian/query/pattern.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The query languages of clauses 4.9 (q), 4.10 (geo), 4.11 (time), 4.17 (types), 4.19 (scopes),
/// 4.21 (projection) and 4.23 (order) as values. All names in them are expanded IRIs. Every type
/// compares; `to_text` (print.hpp) writes each in a canonical form that `parse_…` reads back.
namespace meridian::query {

// ---- 4.9 q ------------------------------------------------------------------------------------

struct date_time {
    timestamp at;
    bool operator==(const date_time&) const = default;
};
struct date {
    timestamp day; ///< the moment at which it begins
    bool operator==(const date&) const = default;
};
struct time_of_day {
    std::chrono::microseconds since_midnight;
    bool operator==(const time_of_day&) const = default;
};

/// A value in q. Whole numbers that fit are std::int64_t, others double, never a double that is
/// whole and fits. Quoted strings, URIs and bare words (`gender==Male`) are all strings: what
/// `expandValues` names is expanded already.
using literal = std::variant<bool, std::int64_t, double, std::string, date_time, date, time_of_day>;

/// What of an Attribute (or, with an empty path, of the Entity) is looked at.
enum class member : std::uint8_t {
    value,       ///< the target value or object
    observed_at, ///< of Attributes
    created_at,  ///< of Attributes and Entities
    modified_at, ///< of Attributes and Entities
    expires_at,  ///< of Attributes and Entities
    unit_code,   ///< of Attributes
    dataset_id,  ///< of Attributes
};

/// 4.9 ValuePath: `address.city[a.b]`.
struct value_path {
    /// Expanded Attribute names: the top one, then Attributes of Attributes. Empty only for
    /// createdAt, modifiedAt and expiresAt of the Entity.
    std::vector<std::string> names;
    member what = member::value;
    /// The member names in square brackets, as sent. One name may be a language tag, should the
    /// Attribute be a LanguageProperty; `*` alone is any language.
    std::vector<std::string> trailing;

    bool operator==(const value_path&) const = default;
};

/// One step `name{Type1,Type2:` into a linked Entity.
struct link_step {
    std::string name;               ///< the Relationship, expanded
    std::vector<std::string> types; ///< hint: the linked Entity has one of them; may be empty
    bool operator==(const link_step&) const = default;
};

/// 4.9 Attribute.
struct attribute_path {
    std::vector<link_step> links; ///< from the Entity outwards; mostly none
    value_path path;              ///< in the last linked Entity, or the Entity itself
    bool operator==(const attribute_path&) const = default;
};

enum class comparison : std::uint8_t {
    exists,
    equal,
    unequal,
    greater,
    greater_equal,
    less,
    less_equal,
    matches,     ///< ~=
    matches_not, ///< !~=
};

/// `low..high`, both included; both literals are of one type (numbers count as one).
struct value_range {
    literal low;
    literal high;
    bool operator==(const value_range&) const = default;
};

using value_list = std::vector<literal>; ///< one value or several

/// 4.9 QueryTerm. What `operand` holds follows from `how`:
///   exists: nothing; equal, unequal: value_list (at least one) or value_range;
///   greater, greater_equal, less, less_equal: value_list of one, not a boolean;
///   matches, matches_not: pattern.
struct q_term {
    attribute_path target;
    comparison how = comparison::exists;
    std::variant<std::monostate, value_list, value_range, pattern> operand;
    bool operator==(const q_term&) const = default;
};

/// 4.9 Query: a term, or a conjunction or disjunction of at least two expressions. A conjunction
/// never holds conjunctions directly, nor a disjunction disjunctions.
struct q_expression {
    enum class node : std::uint8_t { term, all_of, any_of } kind = node::term;
    q_term term;                        ///< only where kind is term
    std::vector<q_expression> operands; ///< only where it is not
    bool operator==(const q_expression&) const = default;
};

// ---- 4.17 entity types ------------------------------------------------------------------------

/// In disjunctive normal form: an Entity is selected when it has all types of one of the lists.
/// Lists are sorted, without repetition, and none contains another. No list at all selects every
/// Entity (`*`, table 6.4.3.2-1).
struct type_selection {
    std::vector<std::vector<std::string>> any_of;
    bool operator==(const type_selection&) const = default;
};

// ---- 4.19 scopes ------------------------------------------------------------------------------

/// `/Madrid/+/Gardens/#`.
struct scope_pattern {
    std::vector<std::string> levels; ///< `+` stands for any one level
    bool and_below = false;          ///< ended in `/#`; with no levels: any scope
    auto operator<=>(const scope_pattern&) const = default;
};

/// In disjunctive normal form, as type_selection.
struct scope_selection {
    std::vector<std::vector<scope_pattern>> any_of;
    bool operator==(const scope_selection&) const = default;
};

// ---- 4.10 geo ---------------------------------------------------------------------------------

enum class geo_relation : std::uint8_t {
    near_max, ///< at most `distance` metres away
    near_min, ///< at least `distance` metres away
    within,
    contains,
    intersects,
    equals,
    disjoint,
    overlaps,
};

struct geo_query {
    geo_relation relation = geo_relation::within;
    double distance = 0;     ///< metres; near_max and near_min only, above zero
    json geometry;           ///< valid GeoJSON (RFC 7946), never a GeometryCollection
    std::string geoproperty; ///< expanded; location where none was given
    bool operator==(const geo_query&) const = default;
};

// ---- 4.11 time --------------------------------------------------------------------------------

enum class time_property : std::uint8_t { observed_at, created_at, modified_at, deleted_at };

/// 4.11, 5.2.21: before sets `until`, after sets `from`, between both.
struct temporal_query {
    std::optional<timestamp> from;  ///< included
    std::optional<timestamp> until; ///< excluded
    time_property property = time_property::observed_at;
    std::optional<std::uint32_t> last_n; ///< above zero
    bool operator==(const temporal_query&) const = default;
};

// ---- 4.21 projection --------------------------------------------------------------------------

/// One term of pick or omit.
struct projection_term {
    /// An expanded Attribute name, or where `of_entity` one of id, type, scope, createdAt,
    /// modifiedAt, expiresAt as themselves.
    std::string name;
    bool of_entity = false;
    std::vector<projection_term> linked; ///< what is shown of the linked Entity; empty: no braces
    bool operator==(const projection_term&) const = default;
};
using projection_list = std::vector<projection_term>;

// ---- 4.23 order -------------------------------------------------------------------------------

struct order_term {
    enum class subject : std::uint8_t { path, id, type, scope } of = subject::path;
    value_path path; ///< only where `of` is path
    enum class key : std::uint8_t { value, distance } by = key::value;
    bool descending = false;
    bool operator==(const order_term&) const = default;
};

struct ordering {
    std::vector<order_term> terms;
    std::string collation; ///< ICU, as RFC 6067 names it; empty: root
    json from;             ///< GeoJSON geometry of orderFrom; null where absent
    bool operator==(const ordering&) const = default;
};

} // namespace meridian::query
