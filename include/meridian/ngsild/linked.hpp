#pragma once

#include "meridian/ngsild/representation.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

/// 4.5.23 Linked Entity retrieval: which Entities belong to an answer, and how they are written
/// into it. Pure: the caller loads what is `wanted`.
namespace meridian::ngsild {

enum class join_form : std::uint8_t {
    none,
    flat,   ///< linked Entities follow the linking ones in one array
    nested, ///< `join=inline`: they stand within the Relationships
};

/// `join`, `joinLevel` and `containedBy` (tables 6.4.3.2-1, 6.5.3.1-1).
struct linking {
    join_form form = join_form::none;
    std::uint32_t levels = 1; ///< above zero
    std::vector<std::string> contained_by;
};

/// The Entities that are linked with those of an answer, level by level. `how` and `dictionary`
/// must outlive it, and the bytes of the rows that are added.
///
/// CHOICE: every Relationship of an Entity that is shown is followed, with or without objectType,
/// to what is stored here; Relationships of Attributes are not. An Entity stands once in a flat
/// answer; in an inline one at each Relationship that leads to it, but never within itself. What
/// `contained_by` names is never joined.
class linked_entities {
public:
    linked_entities(const representation& how, linking how_far, const names& dictionary,
                    timestamp now);

    /// The linking Entities; first of all, and once.
    void start(std::span<const entity_row> rows);

    /// Goes on to the next level on which something is not known yet, and gives its URIs. Empty:
    /// there is nothing more to load. To be answered by `add`.
    [[nodiscard]] std::vector<std::string> wanted();
    /// Those of the wanted Entities that exist.
    void add(std::span<const entity_row> found);

    /// As if nothing were linked.
    void forget();

    /// How many linked Entities an answer holds, counted up to `enough`.
    [[nodiscard]] std::size_t count(std::size_t enough) const;

    /// An Entity of a flat answer, and what is shown of it.
    struct member {
        const entity_row* row = nullptr;
        const projection* shown = nullptr;
    };
    /// The linked Entities of a flat answer in the order in which they were met.
    [[nodiscard]] std::vector<member> flat() const;

    /// The Entity, or nullptr where it does not exist or is not to be joined.
    [[nodiscard]] const entity_row* find(std::string_view uri) const;
    [[nodiscard]] const linking& how_far() const noexcept { return how_far_; }

private:
    /// An Entity on the edge of what is known, with what is shown of it.
    struct edge {
        std::string_view uri;
        const projection* shown = nullptr;
        bool operator==(const edge&) const = default;
    };
    struct edge_hash {
        std::size_t operator()(const edge& one) const noexcept;
    };
    class counter;
    void advance();

    const representation& how_;
    linking how_far_;
    const names& dictionary_;
    timestamp now_;
    std::unordered_set<std::string_view> excluded_; ///< views of `how_far_`
    std::vector<entity_row> linking_rows_;
    std::unordered_map<std::string_view, entity_row> known_;
    std::unordered_set<std::string_view> asked_; ///< ever wanted
    std::vector<edge> edges_;                    ///< of the level that was loaded last
    std::vector<edge> targets_;                  ///< of the next one
    std::unordered_set<edge, edge_hash> visited_;
    std::vector<edge> met_; ///< in order
    std::uint32_t level_ = 0;
};

/// What is shown of the Entities that a Relationship leads to.
[[nodiscard]] const projection& linked_projection_of(const projection& of, name_id relationship);

/// Appends the one linking Entity and what is linked with it: inline within it, flat as an array
/// of all or a FeatureCollection (5.7.1.5).
void append_joined_entity(std::string& out, const entity_row& row, const representation& how,
                          const linked_entities& linked, compacted_names& names, timestamp now);

/// Appends the linking Entities and what is linked with them (5.7.2.5).
void append_joined_entities(std::string& out, const std::vector<entity_row>& rows,
                            const representation& how, const linked_entities& linked,
                            compacted_names& names, timestamp now);

/// Writes the Entities of a notification one by one, with what is linked with them (5.8.6).
class joined_notification {
public:
    /// All must outlive it; `linked` has been started with the Entities that are not deleted.
    joined_notification(const representation& how, const linked_entities& linked,
                        compacted_names& names, timestamp now);
    joined_notification(const joined_notification&) = delete;
    joined_notification& operator=(const joined_notification&) = delete;
    ~joined_notification();

    /// As append_notified_entity (representation.hpp), with what is linked inline.
    void append(std::string& out, const entity_row& row, const shown_changes& changes);
    /// The same of an Entity as it is stored.
    void append(std::string& out, const entity_row& row);
    /// The linked Entities of a flat notification, each with a comma before it.
    void append_flat(std::string& out);

private:
    class writer;
    std::unique_ptr<writer> writer_;
};

} // namespace meridian::ngsild
