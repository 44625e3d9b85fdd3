#pragma once

#include "meridian/net/mqtt_client.hpp"
#include "meridian/ngsild/linked.hpp"
#include "meridian/query/evaluate.hpp"
#include "meridian/store/subscriptions.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace meridian::subscription {

/// What changes trigger a notification (notificationTrigger), as bits.
namespace trigger {
inline constexpr unsigned entity_created = 1;
inline constexpr unsigned entity_deleted = 2;
inline constexpr unsigned attribute_created = 4;
inline constexpr unsigned attribute_updated = 8;
inline constexpr unsigned attribute_deleted = 16;
inline constexpr unsigned entity_updated =
    attribute_created | attribute_updated | attribute_deleted;
inline constexpr unsigned usual = attribute_created | attribute_updated;
} // namespace trigger

enum class accepted : std::uint8_t { json, ld_json, geo_json };

/// 5.2.15, ready to be called.
struct endpoint {
    std::string uri;
    bool is_mqtt = false;
    std::string host; ///< with the port: what the limit of notifications under way counts by
    accepted accept = accepted::json;
    std::chrono::milliseconds timeout{0};  ///< 0: the broker's
    std::chrono::milliseconds cooldown{0}; ///< 0: none
    std::vector<std::pair<std::string, std::string>> receiver_info;
    bool prefers_json_body = false; ///< receiverInfo has Prefer: body=json
    net::mqtt_version version = net::mqtt_version::v5_0;
    int quality = 0;
};

/// A stored Subscription, compiled: immutable, shared by all threads.
struct definition {
    std::int32_t number = 0;
    store::tenant_id tenant = 0;
    std::string id;
    bool is_active = true;
    std::optional<timestamp> expires_at;
    timestamp modified_at{};

    /// EntitySelectors: ids, types and idPattern; one of them is to match. Empty: any Entity.
    std::vector<query::entity_selection> entities;
    std::vector<std::string> watched; ///< expanded; empty: any Attribute
    unsigned triggers = trigger::usual;
    query::entity_selection conditions; ///< q, geo and scopes
    std::chrono::microseconds throttling{0};
    std::chrono::microseconds interval{0}; ///< timeInterval; 0: none

    subscription::endpoint endpoint;
    ngsild::representation_format format = ngsild::representation_format::normalized;
    bool sys_attrs = false;
    bool show_changes = false;
    std::vector<std::string> attributes; ///< expanded; empty: all
    query::projection_list pick;
    query::projection_list omit;
    ngsild::linking join; ///< Linked Entity retrieval (4.5.23)
    std::vector<std::string> dataset_ids;
    std::string lang;
    std::string context; ///< JSON text of the @context that notifications are written with

    /// "active", "paused" or "expired" (table 5.2.12-2).
    [[nodiscard]] bool is_active_at(timestamp now) const noexcept {
        return is_active && (!expires_at || *expires_at > now);
    }
};
using definition_ptr = std::shared_ptr<const definition>;

/// Compiles a stored Subscription. Fails with internal_error where the row is damaged.
[[nodiscard]] result<definition_ptr> compile(store::tenant_id tenant,
                                             const store::subscription_row& row);

/// How the Entities of its notifications are written. Names that the dictionary does not know
/// select nothing.
[[nodiscard]] ngsild::representation representation_of(const definition& of,
                                                       const ngsild::names& dictionary);

/// The last run of a periodic Subscription is over: when the next one is due.
[[nodiscard]] timestamp next_run(const definition& of, timestamp now) noexcept;

} // namespace meridian::subscription
