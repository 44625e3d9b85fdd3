#pragma once

#include "meridian/base/result.hpp"
#include "meridian/base/time.hpp"
#include "meridian/ngsild/document.hpp"
#include "meridian/ngsild/history.hpp"
#include "meridian/ngsild/names.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace meridian::ngsild {

/// What is known of an Entity that lived at the moment `at`, to put its state then together. Views
/// must outlive the call.
struct past_knowledge {
    timestamp at{};
    document_view present; ///< what it is now; empty where it is deleted
    std::vector<name_id> types;
    std::optional<timestamp> expires_at;
    timestamp head_since{}; ///< when types, expiresAt or its life last began to be what they were
    /// Of each Attribute's instance (and of the scope) that ever was, the one that was written last
    /// as current state until `at`. `iid` is that of the first with the same createdAt: it orders
    /// what was created by one change.
    std::span<const history_row> latest;
};

/// An Entity as it was; `document` is one of ours (document.hpp).
struct past_state {
    std::string document;
    timestamp modified_at{};
};

/// The state at `known.at`: instances that have not changed since are copied from the present
/// document, the others come from the history. Attributes stand in the order of their creation.
/// Fails with bad_request_data where an instance has changed since and the history does not hold
/// what it was: never a guess. Names must be in `dictionary`.
[[nodiscard]] result<past_state> state_at(const past_knowledge& known, const names& dictionary);

} // namespace meridian::ngsild
