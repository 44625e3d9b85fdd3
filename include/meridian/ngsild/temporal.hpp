#pragma once

#include "meridian/ngsild/history.hpp"
#include "meridian/ngsild/representation.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::ngsild {

/// The Temporal Property that a temporal query is about (4.11).
enum class time_property : std::uint8_t { observed_at, created_at, modified_at, deleted_at };
/// "observedAt" …; nothing where `text` is none of the four.
[[nodiscard]] std::optional<time_property> parse_time_property(std::string_view text) noexcept;

/// The aggregation methods of 4.5.19.1, in the order in which they are written.
enum class aggregation_method : std::uint8_t {
    total_count,
    distinct_count,
    sum,
    avg,
    min,
    max,
    stddev,
    sumsq
};
/// "totalCount" … (A `to_text` here would hide the one of JSON, which converts to anything.)
[[nodiscard]] std::string_view method_member(aggregation_method method) noexcept;
[[nodiscard]] std::optional<aggregation_method>
parse_aggregation_method(std::string_view text) noexcept;

enum class temporal_format : std::uint8_t { normalized, simplified };

/// How a Temporal Evolution is written.
struct temporal_representation {
    temporal_format format = temporal_format::normalized;
    time_property property = time_property::observed_at; ///< second element in simplified arrays
    bool sys_attrs = false;               ///< 6.3.11: createdAt, modifiedAt, deletedAt
    bool modified_by = false;             ///< an extension: who made each instance
    bool instance_ids = true;             ///< 4.5.7
    projection shown;                     ///< createdAt … of it as in `representation`
    std::string lang;                     ///< 4.15
    std::vector<std::string> dataset_ids; ///< only these instances ("@none": the default one)
    std::string context_member;           ///< JSON text of `@context` to add; empty: none
};

/// An Attribute that has instances, of which none is in this part of the answer (6.3.10).
struct held_back_attribute {
    name_id attribute = scope_attribute;
    attribute_kind kind = attribute_kind::property; ///< of the first that is held back
};

/// The head of an Entity's Temporal Evolution: its row and the types that it ever had or has.
struct temporal_head {
    std::string_view id;
    std::vector<name_id> types;
    timestamp created_at{};
    timestamp modified_at{};
    std::optional<timestamp> deleted_at;
    std::vector<held_back_attribute> held_back;
};

/// Appends one Temporal Evolution (4.5.6–4.5.9). `rows` must be grouped by Attribute, in the order
/// in which the instances are shown; those of scope_attribute, if any, stand anywhere as one group.
/// The deletedAt of an instance is shown under sys_attrs, and where it is the queried property.
void append_temporal_entity(std::string& out, const temporal_head& head,
                            std::span<const history_row> rows, const temporal_representation& how,
                            compacted_names& names);

/// One period of an aggregation.
struct aggregated_period {
    timestamp start{};
    timestamp end{};
    std::string value; ///< JSON text
};
struct aggregated_series {
    aggregation_method method;
    std::vector<aggregated_period> periods;
};
/// The computed buckets of one Attribute.
struct aggregated_attribute {
    name_id attribute = scope_attribute;
    attribute_kind kind = attribute_kind::property;
    std::vector<aggregated_series> series; ///< one a method, in the order of the request
};

/// Appends one Entity in the aggregated temporal representation (4.5.19).
void append_aggregated_entity(std::string& out, const temporal_head& head,
                              std::span<const aggregated_attribute> attributes,
                              const temporal_representation& how, compacted_names& names);

} // namespace meridian::ngsild
