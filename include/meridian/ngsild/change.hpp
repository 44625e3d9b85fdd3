#pragma once

#include "meridian/base/result.hpp"
#include "meridian/ngsild/document.hpp"
#include "meridian/ngsild/entity.hpp"
#include "meridian/ngsild/parse.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::ngsild {

/// The state of an Entity that a change starts from: what the store read under its lock.
struct stored_entity {
    std::string_view id;
    timestamp created_at{};
    timestamp modified_at{};
    int version = 0;
    document_view document; ///< of living Entities only
};

/// What happened to one instance of an Attribute. `before` and `after` are expanded.
struct attribute_change {
    enum class what : std::uint8_t { created, updated, deleted };
    what happened;
    name_id attribute = 0;
    name_id dataset = 0;
    std::optional<attribute_instance> before; ///< absent when created
    std::optional<attribute_instance> after;  ///< absent when deleted
};

/// The outcome of a change of one Entity: its new document and what differs from the old one.
/// Everything that is stored or owed because of the change derives from it.
struct change {
    /// none: nothing was to be changed, nothing is written. evolution_…: instances were added to
    /// the Temporal Evolution, which was not known before or was; the current state is as it was.
    enum class what : std::uint8_t {
        none,
        created,
        updated,
        deleted,
        evolution_created,
        evolution_extended
    };
    what happened = what::none;
    std::string entity_id;
    std::string document; ///< of the state after created and updated, else empty
    timestamp created_at{};
    timestamp modified_at{};
    std::vector<name_id> types_before; ///< empty when created
    std::vector<name_id> types_after;  ///< empty when deleted
    std::vector<std::string> scopes_before;
    std::vector<std::string> scopes_after;
    std::optional<timestamp> expires_before;
    std::optional<timestamp> expires_after;
    std::vector<attribute_change> attributes;
    /// For 5.2.18 UpdateResult: expanded names of Attributes that were changed …
    std::vector<std::string> updated;
    /// … and of those that were not, each with its reason.
    std::vector<std::pair<std::string, std::string>> not_updated;

    /// The current state is as it was; instances were added to the Temporal Evolution.
    [[nodiscard]] bool is_evolution_only() const noexcept {
        return happened == what::evolution_created || happened == what::evolution_extended;
    }
};

/// What the merge functions need beside the two documents.
struct change_scope {
    const names& dictionary;
    timestamp now;         ///< the stamp of this change: the database clock under the lock
    parse_limits limits{}; ///< for values that a merge puts together
    bool is_known = false; ///< the Entity, or its Temporal Evolution, is or was here
};

enum class overwrite : bool { no, yes };
enum class delete_all : bool { no, yes };

/// 5.6.1: a new Entity. createdAt and modifiedAt of everything in it become `now`.
[[nodiscard]] change create_entity(const entity& subject, const change_scope& scope);
/// 5.6.18, 5.6.8 (replace): all Attributes anew, createdAt of the Entity kept, types replaced.
[[nodiscard]] result<change> replace_entity(const stored_entity& old, const entity& subject,
                                            const change_scope& scope);
/// 5.6.6.
[[nodiscard]] change delete_entity(const stored_entity& old, const change_scope& scope);
/// 5.6.3: new instances are added, existing ones replaced unless overwrite is no, when they are
/// not_updated; types are appended (4.16), the scope is replaced or with overwrite::no appended.
[[nodiscard]] result<change> append_attributes(const stored_entity& old,
                                               const entity_fragment& fragment, overwrite mode,
                                               const change_scope& scope);
/// 5.6.2 with the behaviour of 5.5.8: instances that exist are replaced whole and keep createdAt,
/// others are appended; Nulls delete, and those of what does not exist are not_updated. The scope
/// is replaced where there is one (5.6.2.4).
[[nodiscard]] result<change> update_attributes(const stored_entity& old,
                                               const entity_fragment& fragment,
                                               const change_scope& scope);
/// 5.6.4 with the behaviour of 5.5.8: members of the instance are replaced, a Null removes them,
/// and as its value the instance. `fragment` holds just the one Attribute. Fails with
/// resource_not_found when that instance does not exist, bad_request_data when the fragment is of
/// another kind.
[[nodiscard]] result<change> partial_update_attribute(const stored_entity& old,
                                                      const entity_fragment& fragment,
                                                      const change_scope& scope);
/// 5.6.19. Fails with resource_not_found when that instance does not exist.
[[nodiscard]] result<change> replace_attribute(const stored_entity& old,
                                               const entity_fragment& fragment,
                                               const change_scope& scope);
/// 5.6.5. `dataset_id` empty or "@none": the default instance. The Attribute may be the scope, by
/// its short or expanded name. Fails with resource_not_found.
[[nodiscard]] result<change> delete_attribute(const stored_entity& old,
                                              std::string_view attribute_name,
                                              std::string_view dataset_id, delete_all all,
                                              const change_scope& scope);
struct merge_options {
    /// Given to Attributes that are merged, have an observedAt and are not sent another.
    std::optional<timestamp> observed_at;
    std::string lang; ///< the key that a bare string replaces in a LanguageProperty
};
/// 5.6.17 with the behaviour of 5.5.12: JSON Merge Patch on all levels, with NGSI-LD Nulls.
/// Fails with bad_request_data where what comes of it is not valid.
[[nodiscard]] result<change> merge_entity(const stored_entity& old, const entity_fragment& fragment,
                                          const merge_options& options, const change_scope& scope);

} // namespace meridian::ngsild
