#pragma once

#include "meridian/base/result.hpp"

#include <bitset>
#include <cstdint>
#include <string_view>

namespace meridian::federation {

/// Table 4.20-1, in its order.
enum class operation : std::uint8_t {
    create_entity,
    update_entity,
    append_attrs,
    update_attrs,
    delete_attrs,
    delete_entity,
    create_batch,
    upsert_batch,
    update_batch,
    delete_batch,
    upsert_temporal,
    append_attrs_temporal,
    delete_attrs_temporal,
    update_attr_instance_temporal,
    delete_attr_instance_temporal,
    delete_temporal,
    merge_entity,
    replace_entity,
    replace_attrs,
    merge_batch,
    purge_entity,
    retrieve_entity,
    query_entity,
    query_batch,
    retrieve_temporal,
    query_temporal,
    retrieve_entity_types,
    retrieve_entity_type_details,
    retrieve_entity_type_info,
    retrieve_attr_types,
    retrieve_attr_type_details,
    retrieve_attr_type_info,
    create_subscription,
    update_subscription,
    retrieve_subscription,
    query_subscription,
    delete_subscription,
    retrieve_entity_map,
    update_entity_map,
    delete_entity_map,
    create_entity_map_query_entity,
    create_entity_map_query_temporal,
    retrieve_context_source_identity,
};
inline constexpr std::size_t operation_count = 43;

/// What a Context Source supports.
class operation_set {
public:
    [[nodiscard]] bool has(operation which) const noexcept {
        return bits_.test(static_cast<std::size_t>(which));
    }
    void add(operation which) noexcept { bits_.set(static_cast<std::size_t>(which)); }
    void add(const operation_set& others) noexcept { bits_ |= others.bits_; }
    /// Whether it holds nothing that `others` does not hold.
    [[nodiscard]] bool is_within(const operation_set& others) const noexcept {
        return (bits_ & ~others.bits_).none();
    }
    bool operator==(const operation_set&) const = default;

private:
    std::bitset<operation_count> bits_;
};

/// 4.20: the operations that the name of one, or of a group, stands for. Fails with
/// bad_request_data where it is neither.
[[nodiscard]] result<operation_set> operations_of(std::string_view name);

/// Its name of table 4.20-1.
[[nodiscard]] std::string_view name_of(operation which) noexcept;

} // namespace meridian::federation
