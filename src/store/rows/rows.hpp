#pragma once

#include "meridian/ngsild/change.hpp"
#include "meridian/ngsild/document.hpp"
#include "meridian/ngsild/history.hpp"
#include "meridian/ngsild/names.hpp"
#include "meridian/query/value_index.hpp"
#include "meridian/store/attribute_indexes.hpp"
#include "meridian/store/database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a write transaction stores, derived from documents and changes without a database: one
/// function a table family, one file a subject.
namespace meridian::store::rows {

/// One Entity from the state under the lock to the state at COMMIT, whatever number of changes lay
/// between. The documents' bytes must outlive it.
struct transition {
    tenant_id tenant = 0;
    std::int64_t eid = 0;
    std::string_view uri;
    bool is_new = false; ///< the table `entity` has no row of this URI
    bool was_living = false;
    bool is_living = false;
    bool is_evolution = false;    ///< known by its Temporal Evolution alone: no state, no deletion
    ngsild::document_view before; ///< empty unless was_living
    ngsild::document_view after;  ///< empty unless is_living
    timestamp created_at{};
    timestamp modified_at{};
    int version = 1; ///< afterwards
};

/// Table `entity`.
struct entity {
    tenant_id tenant;
    std::int64_t eid;
    std::string_view uri;
    std::optional<std::string_view> document;
    timestamp created_at;
    timestamp modified_at;
    std::optional<timestamp> deleted_at;
    int version;
};

/// Tables `entity_type`, `search` (by key), `history_type`.
struct type_key {
    tenant_id tenant;
    ngsild::name_id type;
    std::int64_t eid;
    auto operator<=>(const type_key&) const = default;
};

/// A whole `kv`, or the difference to the old one: `removed` are its keys joined by commas.
struct search {
    type_key key;
    std::string values;
    std::string removed;
};

struct scope {
    type_key key;
    std::string path;
    auto operator<=>(const scope&) const = default;
};

struct geometry {
    type_key key;
    ngsild::name_id attribute;
    ngsild::name_id dataset;
    std::string_view geojson; ///< of deletions empty
};

/// Tables `attr_num` and `attr_txt`; of deletions the key is read only.
struct number {
    type_key key;
    ngsild::name_id attribute;
    std::int16_t kind; ///< query::index_kind
    std::int32_t n;    ///< counts the Entity's values of that kind
    double value;
};
struct text {
    type_key key;
    ngsild::name_id attribute;
    std::int16_t kind;
    std::int32_t n;
    std::string value;
};

/// Table `expiry`; attribute 0 is the Entity.
struct expiry {
    std::int64_t eid;
    ngsild::name_id attribute;
    ngsild::name_id dataset;
    timestamp expires_at;
};

struct use {
    tenant_id tenant;
    ngsild::name_id type; ///< 0: each Entity once
    ngsild::name_id attribute;
    std::int16_t kind;
    int delta;
};

struct history_attribute {
    std::int64_t eid;
    ngsild::name_id attribute;
    auto operator<=>(const history_attribute&) const = default;
};

struct history {
    std::int64_t eid;
    std::optional<subject_id> subject;
    ngsild::new_history_row row;
};

/// Table `entity_past`: what the head of an Entity was until a change.
struct past_head {
    std::int64_t eid;
    timestamp until;
    timestamp created_at;
    std::optional<timestamp> expires_at;
    std::string types; ///< as text of an array
};

/// Everything of one transaction.
struct batch {
    std::vector<entity> inserted;
    std::vector<entity> updated;
    std::vector<type_key> types_added;
    std::vector<type_key> types_removed;
    std::vector<search> searches_set;
    std::vector<search> searches_patched;
    std::vector<scope> scopes_added;
    std::vector<scope> scopes_removed;
    std::vector<geometry> geometries_set;
    std::vector<geometry> geometries_removed;
    std::vector<number> numbers_set;
    std::vector<number> numbers_removed;
    std::vector<text> texts_set;
    std::vector<text> texts_removed;
    std::vector<expiry> expiries_set;
    std::vector<expiry> expiries_removed;
    std::vector<use> uses;
    std::vector<history> instances;
    std::vector<type_key> history_types;
    std::vector<history_attribute> history_attributes;
    std::vector<past_head> past_heads;
};

void append_entity(batch& to, const transition& of);
void append_types(batch& to, const transition& of);
void append_search(batch& to, const transition& of, const ngsild::names& dictionary);
void append_scopes(batch& to, const transition& of);
void append_geometries(batch& to, const transition& of);
void append_expiries(batch& to, const transition& of);
void append_uses(batch& to, const transition& of);
/// Rows of the Attributes that `indexes` names, where they changed.
void append_index_rows(batch& to, const transition& of, const ngsild::names& dictionary,
                       const index_set& indexes);
/// All of the above.
void append(batch& to, const transition& of, const ngsild::names& dictionary,
            const index_set& indexes);

/// All rows of one index for a document, which has none yet.
void append_index_rows(batch& to, tenant_id tenant, std::int64_t eid,
                       const ngsild::document_view& document, const attribute_index& index,
                       const ngsild::names& dictionary);

/// The instances that one change adds to the Temporal Evolution.
void append_history(batch& to, tenant_id tenant, std::int64_t eid, const ngsild::change& of,
                    subject_id by, const ngsild::names& dictionary);

/// What the head of a living Entity was, where this change ends it: the types or expiresAt become
/// others, or the Entity is deleted. `created_at` is that before the change.
void append_past_head(batch& to, std::int64_t eid, timestamp created_at, const ngsild::change& of);

/// The instances of one Attribute in a document.
struct attribute_span {
    ngsild::name_id attribute = 0;
    std::size_t first = 0;
    std::size_t count = 0;
};
[[nodiscard]] std::vector<attribute_span> attribute_spans(const ngsild::document_view& of);
/// The types of a document, sorted.
[[nodiscard]] std::vector<ngsild::name_id> types(const ngsild::document_view& of);

} // namespace meridian::store::rows
