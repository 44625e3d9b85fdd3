#pragma once

#include "meridian/ngsild/change.hpp"
#include "subscription/definition.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace meridian::subscription {

/// A Tenant's Subscriptions, indexed for matching. Immutable once made; pure.
///
/// What is asked first costs least: the Entity's types (an index), status, triggers and watched
/// Attributes, id; the Entity itself is looked at only for q, geoQ and scopeQ.
class matcher {
public:
    matcher() = default;
    explicit matcher(std::vector<definition_ptr> all);

    /// 5.8.6: the Subscriptions that a change notifies. An Attribute that was written without any
    /// of its members becoming different has not changed.
    [[nodiscard]] std::vector<const definition*> find(const ngsild::change& what,
                                                      const ngsild::names& dictionary) const;

    /// By the number of its row; null where there is none.
    [[nodiscard]] definition_ptr find(std::int32_t number) const;
    [[nodiscard]] bool empty() const noexcept { return by_number_.empty(); }

private:
    struct text_hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    using list = std::vector<const definition*>;

    [[nodiscard]] list candidates(const ngsild::change& what,
                                  const ngsild::names& dictionary) const;

    std::unordered_map<std::int32_t, definition_ptr> by_number_;
    /// Of each alternative of a type selection the first type: an Entity has all of them.
    std::unordered_map<std::string, list, text_hash, std::equal_to<>> by_type_;
    list any_type_;
};

/// Whether an Attribute's instance became different in any of its members (5.8.6), createdAt and
/// modifiedAt apart.
[[nodiscard]] bool differs(const ngsild::attribute_change& change);

/// The Entity that a change deleted, as it was before.
[[nodiscard]] ngsild::entity deleted_entity(const ngsild::change& what,
                                            const ngsild::names& dictionary);

} // namespace meridian::subscription
