#include "meridian/federation/registry.hpp"

namespace meridian::federation {
namespace {

/// What a RegistrationInfo is about, as a request for it would say it.
asked about(const registration_info& info, const entity_info& entity) {
    asked wanted;
    if (!entity.id.empty())
        wanted.ids.push_back(entity.id);
    wanted.id_pattern = entity.id_pattern;
    // Of an Entity that is named by its id the types do not matter: there is one such Entity.
    if (entity.id.empty()) {
        wanted.types.emplace();
        for (const auto& type : entity.types)
            wanted.types->any_of.push_back({type});
    }
    wanted.attributes = info.attributes;
    return wanted;
}

/// 4.3.6.3: exclusive ones exclude all other proxied ones; redirect ones may overlap.
bool excludes(const registration& candidate, const registration& other) {
    if (other.id == candidate.id || !other.is_proxied() ||
        other.is_temporal() != candidate.is_temporal())
        return false;
    return candidate.mode == mode::exclusive || other.mode == mode::exclusive;
}

registration_ptr first_excluding(const registration& candidate, const asked& wanted,
                                 const index& present, timestamp now) {
    for (auto& found : present.find(wanted, now))
        if (excludes(candidate, *found.source))
            return std::move(found.source);
    return nullptr;
}

} // namespace

registration_ptr conflicting(const registration& candidate, const snapshot& present,
                             timestamp now) {
    if (!candidate.is_proxied())
        return nullptr;
    for (const auto& info : candidate.information) {
        if (info.entities.empty()) {
            asked wanted;
            wanted.attributes = info.attributes;
            if (auto found = first_excluding(candidate, wanted, present.index(), now))
                return found;
        }
        for (const auto& entity : info.entities)
            if (auto found = first_excluding(candidate, about(info, entity), present.index(), now))
                return found;
    }
    return nullptr;
}

} // namespace meridian::federation
