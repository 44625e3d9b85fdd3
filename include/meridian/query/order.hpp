#pragma once

#include "meridian/base/result.hpp"
#include "meridian/ngsild/entity.hpp"
#include "meridian/ngsild/names.hpp"
#include "meridian/query/ast.hpp"

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// 4.23 Entity ordering in memory.
namespace meridian::query {

/// 4.23.2: in which order values of different types come.
enum class value_rank : std::uint8_t {
    distance, ///< a GeoProperty, where ordered by distance
    number,
    string,
    object,
    array,
    boolean,
    time,
    date,
    date_time,
    null,
    absent,
};

/// What one term sees of an Entity.
struct sort_value {
    value_rank rank = value_rank::absent;
    /// A distance: metres. A number: std::int64_t where it is whole and fits, else double. A
    /// string: its bytes in the order of the collation. An object: its JSON text. Times:
    /// microseconds. null and absent: nothing.
    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<sort_value>>
        value;
};

/// What an ordering sees of an Entity, a value for each term.
using sort_key = std::vector<sort_value>;

/// Where SQL finds what one term sees of an Entity, so that its document need not be read.
struct order_source {
    enum class column : std::uint8_t {
        id,     ///< the URI
        moment, ///< `key` of `search.kv`, seconds
        value,  ///< the Attribute whose keys of `search.kv` begin with `key`, where it is a scalar
    } from = column::id;
    std::string key;
    /// Keys of which one is there where an Attribute on the way has several instances: then only
    /// the document decides.
    std::vector<std::string> several;
    bool operator==(const order_source&) const = default;
};

/// The sources of an ordering's terms; nothing where one of them needs documents (distances,
/// members of values, languages, types, scopes, unitCode …) or names what `dictionary` does not
/// know.
[[nodiscard]] std::optional<std::vector<order_source>>
order_sources(const ordering& by, const ngsild::names& dictionary);

/// What SQL found there.
struct order_cell {
    bool several = false;                       ///< one of the keys of that name is there
    std::string_view id;                        ///< column::id
    std::optional<std::int64_t> moment;         ///< column::moment: microseconds since 1970
    std::optional<ngsild::attribute_kind> kind; ///< column::value; none: no such Attribute
    std::optional<std::string_view> value;      ///< JSON text; none: it is no scalar
};

/// An ordering made ready. Not to be shared between threads.
class entity_order {
public:
    /// Fails with bad_request_data where ICU does not know the collation.
    [[nodiscard]] static result<entity_order> create(ordering by);
    entity_order(entity_order&&) noexcept;
    entity_order& operator=(entity_order&&) noexcept;
    ~entity_order();

    /// `subject` needs no more than the Attributes of `attributes()`; instances that have expired
    /// are left out by the caller.
    ///
    /// CHOICE: a string that is a DateTime, Date or Time counts as one, as in q. Of several
    /// instances the default one counts; where there is none, the one that comes first. A
    /// languageMap is an object; `name[en]` orders by one language. Types and vocabulary are
    /// ordered by their IRIs.
    [[nodiscard]] sort_key key_of(const ngsild::entity& subject) const;

    /// The same from what SQL found at the ordering's sources; nothing where only the document
    /// tells.
    [[nodiscard]] std::optional<sort_key> key_of(std::span<const order_cell> cells) const;

    /// The expanded names of the Attributes that are looked at.
    [[nodiscard]] std::vector<std::string> attributes() const;

    /// Whether the first comes before the second (less), behind it, or the terms leave it open.
    /// CHOICE: null and what is absent come last in either direction ("null values last"), as does
    /// what is no GeoProperty where ordered by distance.
    [[nodiscard]] std::weak_ordering compare(const sort_key& left,
                                             const sort_key& right) const noexcept;

private:
    struct state;
    explicit entity_order(std::unique_ptr<state> made) noexcept;
    std::unique_ptr<state> state_;
};

} // namespace meridian::query
