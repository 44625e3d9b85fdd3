#pragma once

#include "meridian/ngsild/change.hpp"
#include "meridian/ngsild/entity.hpp"
#include "meridian/ngsild/names.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::ngsild {

/// The `attr_id` under which the instances of an Entity's scope stand in the history (4.5.6).
/// 0 is never an IRI's number.
inline constexpr name_id scope_attribute = 0;

/// How the value of an instance is kept in a history row.
enum class history_value : std::uint8_t {
    none = 0,     ///< deletion markers
    integer = 1,  ///< `num`; written without a fraction
    floating = 2, ///< `num`; written as the shortest text that reads back, with a fraction
    string = 3,   ///< `txt` is the text itself: strings, URIs, the expanded IRI of a vocab
    json = 4,     ///< `txt` is JSON text; integers that no double holds also set `num`, rounded
};

/// `history.flags`, a smallint. The bits stand in stored rows and never change.
namespace history_flag {
inline constexpr std::int16_t has_observed_at = 1 << 0; ///< `ts` is the observedAt
inline constexpr std::int16_t kind_shift = 1;           ///< four bits: attribute_kind
inline constexpr std::int16_t kind_mask = 0xF << kind_shift;
inline constexpr std::int16_t value_shift = 5; ///< three bits: history_value
inline constexpr std::int16_t value_mask = 0x7 << value_shift;
inline constexpr std::int16_t deleted = 1 << 8;            ///< a deletion, at `modified_at`
inline constexpr std::int16_t from_current_state = 1 << 9; ///< not by the temporal API (5.6.11 …)
} // namespace history_flag

/// One instance in the Temporal Evolution of an Entity, as the table `history` has it. The views
/// must outlive the row.
struct history_row {
    name_id attribute = scope_attribute;
    name_id dataset = 0;
    timestamp ts{};          ///< observedAt, else modifiedAt
    timestamp modified_at{}; ///< of deletion markers: deletedAt
    timestamp created_at{};
    std::int64_t iid = 0; ///< 0: not yet given; then no instanceId is shown
    std::int16_t flags = 0;
    std::optional<double> num;
    std::string_view txt;
    std::string_view rest;    ///< the other members; empty when there are none
    std::string_view subject; ///< who made it; empty: not known, or not asked for

    /// A kind that is none (a damaged row) reads as property.
    [[nodiscard]] attribute_kind kind() const noexcept;
    [[nodiscard]] history_value value() const noexcept;
    [[nodiscard]] bool is_deleted() const noexcept;
    [[nodiscard]] bool has_observed_at() const noexcept;
};

/// A row that owns its texts, ready to be inserted. `iid` is given by the database.
struct new_history_row {
    name_id attribute = scope_attribute;
    name_id dataset = 0;
    timestamp ts{};
    timestamp modified_at{};
    timestamp created_at{};
    std::int16_t flags = 0;
    std::optional<double> num;
    std::optional<std::string> txt;  ///< NULL where absent
    std::optional<std::string> rest; ///< NULL where absent

    /// A view of it; valid as long as this row.
    [[nodiscard]] history_row view(std::int64_t iid = 0) const noexcept;
};

enum class history_origin { current_state, temporal_api };

/// An instance as a row: its createdAt, modifiedAt and observedAt as they are. `first_ts` is for
/// instances that are modified later (5.6.14): the `ts` with which they were inserted, which their
/// instanceId keeps naming. Names must be in `dictionary`.
[[nodiscard]] new_history_row to_history_row(name_id attribute, const attribute_instance& instance,
                                             history_origin origin, const names& dictionary,
                                             std::optional<timestamp> first_ts = {});

/// The marker that an instance was deleted (4.5.7, 4.5.8): `before` gives kind and createdAt.
[[nodiscard]] new_history_row to_deletion_row(name_id attribute, name_id dataset,
                                              const attribute_instance& before,
                                              timestamp deleted_at);

/// The scope as a row (4.5.6): observedAt is a copy of modifiedAt. No scopes: a deletion.
[[nodiscard]] new_history_row to_scope_row(const std::vector<std::string>& scopes,
                                           timestamp created_at, timestamp modified_at);

/// All rows that a change adds: one an Attribute instance that is created, updated or deleted, and
/// one for the scope where it differs. Stamps are `change.modified_at`.
[[nodiscard]] std::vector<new_history_row> to_history_rows(const change& of,
                                                           const names& dictionary);

/// A row as an instance again, for filters and for 5.6.14. Of a deletion marker the value is the
/// NGSI-LD Null of its kind (4.5.0).
[[nodiscard]] attribute_instance decode(const history_row& row, const names& dictionary);

/// `urn:ngsi-ld:instance:<ts>-<iid>`, both hexadecimal: the ts with which the row was inserted, in
/// µs since 1970 as 64 bits of two's complement, and its iid.
struct instance_key {
    timestamp first_ts{};
    std::int64_t iid = 0;
    bool operator==(const instance_key&) const = default;
};
[[nodiscard]] std::string to_instance_id(const instance_key& key);
/// Nothing where the text is not one of ours: then no such instance exists.
[[nodiscard]] std::optional<instance_key> parse_instance_id(std::string_view text) noexcept;
/// The key of a stored row; reads a first ts kept in `rest`.
[[nodiscard]] instance_key key_of(const history_row& row);

/// The scopes that a row of the scope tells; none where it is a deletion.
[[nodiscard]] std::vector<std::string> scopes_of(const history_row& row, const names& dictionary);

} // namespace meridian::ngsild
