#pragma once

#include "operations/distribute.hpp"

#include <optional>
#include <string>
#include <vector>

/// What Registrations ask for and this broker does not forward yet is refused, not left undone
/// silently: with operation_not_supported, or with conflict where the clause has it so.
namespace meridian::operations {

/// What an element of a batch is about.
struct batch_subject {
    std::string id;
    std::vector<std::string> types; ///< none: not told
    std::vector<std::string> attributes;
};
[[nodiscard]] batch_subject subject_of(const ngsild::entity& element);
[[nodiscard]] batch_subject subject_of(const ngsild::entity_fragment& element);
[[nodiscard]] batch_subject subject_of(const std::string& id);

/// 5.6.7–5.6.10, 5.6.20: which elements cannot be carried out here alone. Costs one statement at
/// most, and none where the Tenant has no Registrations.
asio::awaitable<result<std::vector<std::optional<problem>>>>
refused_elements(request_scope& scope, federation::operation operation,
                 std::vector<batch_subject> subjects);

/// 5.6.21, 5.7.3, 5.7.4: a problem where a Registration matches that the operation would have to be
/// forwarded to. `temporal`: Registrations with an interval (5.9.1) are meant, else the others.
enum class information : bool { latest, temporal };
[[nodiscard]] result<void> refuse_forwarding(const request_scope& scope,
                                             federation::operation operation,
                                             const federation::asked& wanted, information kind);

/// 5.8.1: the same for a Subscription; its payload has not been checked yet.
[[nodiscard]] result<void> refuse_subscription(const request_scope& scope, const json& payload);

} // namespace meridian::operations
