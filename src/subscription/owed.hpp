#pragma once

#include "meridian/ngsild/change.hpp"
#include "meridian/ngsild/document.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace meridian::subscription {

/// What an outbox row keeps of a change: all that is needed to build the notification after the
/// process that wrote it is gone. Names stand as numbers, which the dictionary keeps for good.
struct owed_change {
    bool entity_deleted = false;
    timestamp created_at{}; ///< of the Entity
    timestamp modified_at{};
    timestamp at{};       ///< of the change
    std::string document; ///< the new one; of a deleted Entity the old one
    /// `before` is there of deleted instances, and with previous values of updated ones; `after`
    /// never.
    std::vector<ngsild::attribute_change> changes;
};

enum class previous_values : bool { no, yes };

/// Little-endian: format u8 (1), flags u8 (1: entity deleted), createdAt, modifiedAt and at as i64
/// µs since 1970, the document and one of the previous instances, each behind its length u32, count
/// of changes u32, and of each: what happened u8, Attribute i32, dataset i32.
[[nodiscard]] std::string encode_owed(const ngsild::change& what, previous_values previous,
                                      const ngsild::names& dictionary);
/// Fails with internal_error where the bytes are none of the above.
[[nodiscard]] result<owed_change> decode_owed(std::string_view bytes,
                                              const ngsild::names& dictionary);

/// The numbers of names in the document that the dictionary does not know (yet).
[[nodiscard]] std::vector<ngsild::name_id> unknown_names(std::string_view bytes,
                                                         const ngsild::names& dictionary);

/// Joins the changes of one Entity into one, as a throttled Subscription tells them: the state is
/// the later one's, previous values are the earlier one's.
void join(owed_change& earlier, owed_change later);

} // namespace meridian::subscription
