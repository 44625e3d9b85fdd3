#pragma once

#include "meridian/jsonld/context.hpp"
#include "meridian/ngsild/change.hpp"
#include "meridian/ngsild/document.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace meridian::ngsild {

/// The names of one @context as JSON text by number, compacted once (5.5.7): `"temperature":`.
/// Filled as names are asked for; one a thread and @context, not safe to share between threads.
class compacted_names {
public:
    compacted_names(std::shared_ptr<const jsonld::context> context, const names& dictionary);
    /// `"short name":` with quotes and colon. Valid until the next call.
    [[nodiscard]] std::string_view member(name_id id);
    /// `"short name"` with quotes. Valid until the next call.
    [[nodiscard]] std::string_view text(name_id id);
    /// The same of an IRI that need not be in the dictionary: vocabularies, datatypes.
    [[nodiscard]] std::string_view text(std::string_view iri);
    [[nodiscard]] const jsonld::context& context() const noexcept { return *context_; }
    [[nodiscard]] const names& dictionary() const noexcept { return *dictionary_; }

private:
    std::shared_ptr<const jsonld::context> context_;
    const names* dictionary_;
    struct text_hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    std::vector<std::string> members_; ///< by number; empty: not yet made
    std::unordered_map<std::string, std::string, text_hash, std::equal_to<>> iris_;
};

enum class representation_format : std::uint8_t { normalized, concise, simplified };

struct linked_projection;

/// Which Attributes and entity members an answer shows (4.21, and `attrs` of 6.4.3.2).
/// Members: "id", "type", "scope", "createdAt", "modifiedAt", "expiresAt" are named as themselves.
struct projection {
    enum class mode : std::uint8_t { all, only, except } how = mode::all;
    std::vector<name_id> attributes; ///< unknown names are left out by the caller
    bool id = true;                  ///< whether these entity members are shown
    bool type = true;
    bool scope = true;
    bool created_at = true; ///< further subject to sys_attrs, unless picked by name
    bool modified_at = true;
    bool expires_at = true;
    bool created_at_picked = false; ///< shown without sys_attrs
    bool modified_at_picked = false;
    bool expires_at_picked = false;
    /// What braces say of linked Entities; they are shown whole where no braces say otherwise.
    std::vector<linked_projection> linked;
};

/// The braces behind the name of a Relationship (4.21).
struct linked_projection {
    name_id relationship = 0;
    projection shown;
};

/// How an Entity is written.
struct representation {
    representation_format format = representation_format::normalized;
    bool sys_attrs = false;
    bool geojson = false;           ///< 4.5.16
    name_id geometry_attribute = 0; ///< of `geometryProperty`; 0: location
    bool geometry_unknown = false;  ///< geometryProperty is no name that is known: null
    std::string geometry_dataset;   ///< datasetId that selects the geometry, "" the default
    projection shown;
    std::string lang;                     ///< 4.15; empty: languageMaps as they are
    std::vector<std::string> dataset_ids; ///< only these instances ("@none": the default one)
    std::string context_member;           ///< JSON text of `@context` to add; empty: none
};

/// A row of the store, ready to be written.
struct entity_row {
    std::string_view id;
    timestamp created_at{};
    timestamp modified_at{};
    document_view document;
};

/// Appends one Entity as JSON (4.5.1–4.5.4, 4.5.16–4.5.22, 4.5.24). Copies spans of the document.
/// Instances whose expiresAt is not after `now` are left out (4.22).
void append_entity(std::string& out, const entity_row& row, const representation& how,
                   compacted_names& names, timestamp now);

/// What a notification tells beside the state of an Entity (5.8.6, 5.2.14).
struct shown_changes {
    std::span<const attribute_change> attributes; ///< of the change, deleted ones included
    timestamp at{};                               ///< deletedAt of what is deleted
    bool previous_values = false;                 ///< `showChanges`; not with the simplified format
    bool entity_deleted = false;  ///< then the row's document is the one before the deletion
    bool lost_attributes = false; ///< of a deleted Entity: its deleted Attributes are told too
};

/// Appends the Entity of a notification: as `append_entity`, and deleted Attributes as NGSI-LD
/// Nulls (the name alone, or an object where a datasetId, sys_attrs or previous values belong to
/// it), previousValue, previousObject … of those that were updated or deleted. Of a deleted Entity
/// id, type and deletedAt, and its Attributes only with previous values or `lost_attributes`.
void append_notified_entity(std::string& out, const entity_row& row, const shown_changes& changes,
                            const representation& how, compacted_names& names, timestamp now);

/// Appends many: a JSON array, or a FeatureCollection (4.5.16.3).
void append_entities(std::string& out, const std::vector<entity_row>& rows,
                     const representation& how, compacted_names& names, timestamp now);

} // namespace meridian::ngsild
