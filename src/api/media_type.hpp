#pragma once

#include "meridian/base/result.hpp"

#include <string_view>

namespace meridian::api {

/// The media types that answers can have: those of clause 6.3.4, and CSV of temporal evolutions.
enum class media_type { json, ld_json, geo_json, csv };

[[nodiscard]] std::string_view name_of(media_type type) noexcept;

/// Which answers an operation has: GeoJSON is for Entities only (6.3.4).
enum class geo_json_answers : bool { no, yes };
enum class csv_answers : bool { no, yes };

/// 6.3.4: the media type of the answer by the Accept header (empty: application/json): the one
/// with the greatest weight, the first of the clause's list among equals.
/// Fails with not_acceptable, whose detail is the body of the answer: the available media types as
/// a JSON array.
[[nodiscard]] result<media_type> negotiate(std::string_view accept, geo_json_answers geo_json,
                                           csv_answers csv = csv_answers::no);

/// 6.3.4: what a body is sent as. Fails with unsupported_media_type unless it is application/json,
/// application/ld+json or, where `merge_patch` allows it, application/merge-patch+json (= json).
enum class merge_patch_bodies : bool { no, yes };
[[nodiscard]] result<media_type> body_media_type(std::string_view content_type,
                                                 merge_patch_bodies merge_patch);

} // namespace meridian::api
