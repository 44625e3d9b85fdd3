#pragma once

#include "meridian/base/json.hpp"
#include "meridian/base/result.hpp"
#include "meridian/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reading the members of Subscriptions and Context Source Registrations, whose data types (5.2.9,
/// 5.2.12) share most of their kinds of member. All fail with bad_request_data, whose detail names
/// the member by `where`, its path (`notification.endpoint.uri`), and whose JSON pointer leads to
/// it.
namespace meridian::ngsild {

/// Whether a payload is the whole of a data type or a Fragment of it (5.5.8).
enum class payload_kind : std::uint8_t { whole, fragment };

[[nodiscard]] problem bad_member(std::string_view where, std::string_view what);

/// CHOICE: JSON's null removes as the NGSI-LD Null does (5.5.8).
[[nodiscard]] bool removes_member(const json& value);

/// The member `type`, or `@type`: `name`, or its IRI in the core @context. A Fragment may lack it.
[[nodiscard]] result<void> check_data_type(const json& payload, payload_kind kind,
                                           std::string_view name);

/// The member `id`, or `@id`, where it is there: a valid URI.
[[nodiscard]] result<std::optional<std::string>> read_id(const json& payload);

/// A text that is not empty.
[[nodiscard]] result<std::string> read_text(const json& value, std::string_view where);
[[nodiscard]] result<bool> read_flag(const json& value, std::string_view where);
/// Above zero, and at most a thousand million.
[[nodiscard]] result<double> read_positive(const json& value, std::string_view where);
/// An array of texts that is not empty.
[[nodiscard]] result<std::vector<std::string>> read_texts(const json& value,
                                                          std::string_view where);
/// A text, or an array of texts that is not empty.
[[nodiscard]] result<std::vector<std::string>> read_one_or_more_texts(const json& value,
                                                                      std::string_view where);
/// 4.6.3.
[[nodiscard]] result<timestamp> read_date_time(const json& value, std::string_view where);
/// `expiresAt`: a DateTime after `now`.
[[nodiscard]] result<timestamp> read_expiry(const json& value, timestamp now);
/// `datasetId`: one or more valid URIs or "@none".
[[nodiscard]] result<std::vector<std::string>> read_datasets(const json& value);

} // namespace meridian::ngsild
