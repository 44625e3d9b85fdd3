#pragma once

#include "meridian/base/json.hpp"

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace meridian::ngsild {

/// A version of the NGSI-LD specification, major and minor (4.3.6.8).
struct specification_version {
    int major = 1;
    int minor = 9;
    auto operator<=>(const specification_version&) const = default;
};
/// What this broker speaks.
inline constexpr specification_version newest_version{1, 9};

/// `1.5`; nothing where `text` is not of that form.
[[nodiscard]] std::optional<specification_version> parse_version(std::string_view text);
[[nodiscard]] std::string to_text(specification_version version);

/// 4.3.6.8: amends an Entity, in any of the representations of 4.5.2 to 4.5.4, by the fallbacks of
/// tables 4.3.6.8-1 to -3, so that who knows `version` alone understands it. Gives whether anything
/// had to be changed.
bool amend_entity(json& entity, specification_version version);

/// The same of a Feature or FeatureCollection (4.5.16), whose properties are amended.
bool amend_feature(json& feature, specification_version version);

/// The same of a temporal evolution (4.5.7, 4.5.9). CHOICE: the tables are about Entities; of an
/// evolution instances, datasetId and observedAt stay, without which there would be none.
bool amend_temporal_entity(json& entity, specification_version version);

} // namespace meridian::ngsild
