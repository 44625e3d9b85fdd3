#pragma once

#include "meridian/base/json.hpp"
#include "meridian/base/result.hpp"
#include "meridian/base/time.hpp"
#include "meridian/federation/operation_names.hpp"
#include "meridian/jsonld/context.hpp"
#include "meridian/ngsild/entity.hpp"
#include "meridian/ngsild/members.hpp"
#include "meridian/query/pattern.hpp"
#include "meridian/store/registrations.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace meridian::federation {

/// 4.3.6.2, 4.3.6.3.
enum class mode : std::uint8_t { inclusive, exclusive, redirect, auxiliary };

/// 5.2.8 EntityInfo; `id` takes precedence over `id_pattern`.
struct entity_info {
    std::vector<std::string> types; ///< expanded, at least one
    std::string id;                 ///< may be empty
    std::optional<query::pattern> id_pattern;
};

/// 5.2.10 RegistrationInfo.
struct registration_info {
    std::vector<entity_info> entities;   ///< empty: any Entity
    std::vector<std::string> attributes; ///< propertyNames and relationshipNames, expanded;
                                         ///< empty: any Attribute
};

/// 5.2.11.
struct time_interval {
    timestamp start;
    std::optional<timestamp> end;
};

/// What became of the operations that one Registration triggered (table 5.2.9-2), since this broker
/// has known it. Safe to use from every thread.
struct bookkeeping {
    std::atomic<std::uint64_t> sent{0};
    std::atomic<std::uint64_t> failed{0};
    std::atomic<std::int64_t> last_success{0}; ///< µs since 1970; 0: none
    std::atomic<std::int64_t> last_failure{0};
};

/// A Context Source Registration (5.2.9), ready to be matched and forwarded by. Immutable but for
/// its books.
struct registration {
    std::int32_t number = 0; ///< of the store; the order of creation
    std::string id;
    timestamp created_at{};
    timestamp modified_at{};
    std::optional<timestamp> expires_at;
    federation::mode mode = mode::inclusive;
    operation_set operations;
    std::vector<registration_info> information;
    std::string endpoint; ///< without a slash at its end
    std::string tenant;   ///< at the Context Source; empty: the default one
    std::string alias;    ///< contextSourceAlias; may be empty
    std::vector<std::pair<std::string, std::string>> source_info; ///< contextSourceInfo
    std::vector<std::string> dataset_ids;                         ///< "@none": default instances
    std::vector<std::string> scopes;
    std::optional<time_interval> observation_interval;
    std::optional<time_interval> management_interval;
    std::chrono::milliseconds timeout{0};  ///< 0: the broker's
    std::chrono::milliseconds cooldown{0}; ///< 0: none
    bool local_only = false;
    json body; ///< as stored: all members of 5.2.9, names expanded
    std::shared_ptr<bookkeeping> books = std::make_shared<bookkeeping>();

    /// 5.9.1: for temporal information, or for the latest.
    [[nodiscard]] bool is_temporal() const noexcept {
        return observation_interval || management_interval;
    }
    [[nodiscard]] bool is_proxied() const noexcept {
        return mode == mode::exclusive || mode == mode::redirect;
    }
    /// The value of a key of contextSourceInfo, whatever its case; empty where it is absent.
    [[nodiscard]] std::string_view source_info_of(std::string_view key) const noexcept;
};
using registration_ptr = std::shared_ptr<const registration>;

using ngsild::payload_kind;

/// 5.2.9: a payload → the body that is stored, names expanded. What a Fragment removes is null.
/// Fails with bad_request_data; the detail names the member.
[[nodiscard]] result<json> to_body(const json& payload, const jsonld::context& context,
                                   payload_kind kind, timestamp now);

/// 5.5.8: the body as a Fragment's body changes it.
[[nodiscard]] json merged(json body, const json& fragment);

/// What no member shows alone: members that must be there, the rules of 4.3.6.2, 4.3.6.3 and
/// 5.9.2.4 for modes. Fails with bad_request_data.
[[nodiscard]] result<void> check_whole(const json& body);

/// Makes a stored body usable; `books` are those it had before. Fails with internal_error where it
/// is damaged.
[[nodiscard]] result<registration_ptr> compile(const store::registration_row& row,
                                               std::shared_ptr<bookkeeping> books = nullptr);

/// An id for one that came without (5.9.2.4).
[[nodiscard]] std::string make_registration_id();

/// The Registration's members as Properties, named in the words of `context`, for a Context Source
/// filter (csf, 4.9).
[[nodiscard]] ngsild::entity as_entity(const registration& one, const jsonld::context& context);

/// How a Registration is shown (5.2.9).
struct shown_as {
    const jsonld::context& context; ///< names are compacted with it (5.5.7)
    bool sys_attrs = false;
    bool context_member = false; ///< with `@context`, as application/ld+json has it
};
/// Appends a Registration as JSON; with `only` (places in its information) just those
/// RegistrationInfos (5.10.2.5).
void append_registration(std::string& out, const registration& shown, const shown_as& how,
                         const std::vector<std::size_t>* only = nullptr);

} // namespace meridian::federation
