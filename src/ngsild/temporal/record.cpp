#include "meridian/ngsild/history.hpp"
#include "meridian/ngsild/temporal_input.hpp"

namespace meridian::ngsild {
namespace {

void add(change& to, name_id attribute, attribute_instance instance, const change_scope& scope) {
    instance.created_at = instance.modified_at = scope.now;
    attribute_change made{attribute_change::what::created, attribute, 0, std::nullopt,
                          std::move(instance)};
    if (!made.after->dataset_id.empty())
        made.dataset = scope.dictionary.find(made.after->dataset_id);
    to.attributes.push_back(std::move(made));
}

} // namespace

change record_evolution(std::string id, const entity_temporal& subject, const change_scope& scope) {
    change made;
    made.happened =
        scope.is_known ? change::what::evolution_extended : change::what::evolution_created;
    made.entity_id = std::move(id);
    made.created_at = made.modified_at = scope.now;
    for (const auto& type : subject.types)
        made.types_after.push_back(scope.dictionary.find(type));
    for (const auto& one : subject.attributes)
        for (const auto& instance : one.instances)
            add(made, scope.dictionary.find(one.name), instance, scope);
    for (auto instance : subject.scopes) {
        if (!instance.observed_at)
            instance.observed_at = scope.now; // as where the current state changes (4.5.6)
        add(made, scope_attribute, std::move(instance), scope);
    }
    return made;
}

} // namespace meridian::ngsild
