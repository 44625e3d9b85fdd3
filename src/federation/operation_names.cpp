#include "meridian/federation/operation_names.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace meridian::federation {
namespace {

/// Table 4.20-1, in the order of the enumeration.
constexpr std::array<std::string_view, operation_count> names{
    "createEntity",
    "updateEntity",
    "appendAttrs",
    "updateAttrs",
    "deleteAttrs",
    "deleteEntity",
    "createBatch",
    "upsertBatch",
    "updateBatch",
    "deleteBatch",
    "upsertTemporal",
    "appendAttrsTemporal",
    "deleteAttrsTemporal",
    "updateAttrInstanceTemporal",
    "deleteAttrInstanceTemporal",
    "deleteTemporal",
    "mergeEntity",
    "replaceEntity",
    "replaceAttrs",
    "mergeBatch",
    "purgeEntity",
    "retrieveEntity",
    "queryEntity",
    "queryBatch",
    "retrieveTemporal",
    "queryTemporal",
    "retrieveEntityTypes",
    "retrieveEntityTypeDetails",
    "retrieveEntityTypeInfo",
    "retrieveAttrTypes",
    "retrieveAttrTypeDetails",
    "retrieveAttrTypeInfo",
    "createSubscription",
    "updateSubscription",
    "retrieveSubscription",
    "querySubscription",
    "deleteSubscription",
    "retrieveEntityMap",
    "updateEntityMap",
    "deleteEntityMap",
    "createEntityMapQueryEntity",
    "createEntityMapQueryTemporal",
    "retrieveContextSourceIdentity",
};

struct group {
    std::string_view name;
    std::vector<operation> holds;
};

/// Table 4.20-2.
const std::vector<group>& groups() {
    using enum operation;
    static const std::vector<group> all{
        {"federationOps",
         {retrieve_entity, query_entity, query_batch, retrieve_entity_types,
          retrieve_entity_type_details, retrieve_entity_type_info, retrieve_attr_types,
          retrieve_attr_type_details, retrieve_attr_type_info, create_subscription,
          update_subscription, retrieve_subscription, query_subscription, delete_subscription,
          retrieve_entity_map, update_entity_map, delete_entity_map, create_entity_map_query_entity,
          retrieve_context_source_identity}},
        {"associationOps",
         {retrieve_entity, query_entity, query_batch, retrieve_entity_types,
          retrieve_entity_type_details, retrieve_entity_type_info, retrieve_attr_types,
          retrieve_attr_type_details, retrieve_attr_type_info, create_subscription,
          update_subscription, retrieve_subscription, query_subscription, delete_subscription,
          retrieve_context_source_identity}},
        {"updateOps", {update_entity, update_attrs, replace_entity, replace_attrs}},
        {"retrieveOps", {retrieve_entity, query_entity}},
        {"redirectionOps",
         {create_entity,
          update_entity,
          append_attrs,
          update_attrs,
          delete_attrs,
          delete_entity,
          merge_entity,
          replace_entity,
          replace_attrs,
          retrieve_entity,
          query_entity,
          purge_entity,
          retrieve_entity_types,
          retrieve_entity_type_details,
          retrieve_entity_type_info,
          retrieve_attr_types,
          retrieve_attr_type_details,
          retrieve_attr_type_info,
          retrieve_entity_map,
          update_entity_map,
          delete_entity_map,
          create_entity_map_query_entity,
          retrieve_context_source_identity}},
    };
    return all;
}

} // namespace

result<operation_set> operations_of(std::string_view name) {
    operation_set made;
    const auto single = std::find(names.begin(), names.end(), name);
    if (single != names.end()) {
        made.add(static_cast<operation>(single - names.begin()));
        return made;
    }
    const auto found = std::find_if(groups().begin(), groups().end(),
                                    [&](const group& one) { return one.name == name; });
    if (found == groups().end())
        return problem{problem_kind::bad_request_data,
                       "operations: there is no operation or group '" + std::string{name} +
                           "' (4.20)"};
    for (const auto one : found->holds)
        made.add(one);
    return made;
}

std::string_view name_of(operation which) noexcept {
    return names[static_cast<std::size_t>(which)];
}

} // namespace meridian::federation
