#include "meridian/federation/index.hpp"

#include "meridian/query/evaluate.hpp"

#include <algorithm>

namespace meridian::federation {
namespace {

bool have_common(const std::vector<std::string>& left, const std::vector<std::string>& right) {
    return std::ranges::any_of(
        left, [&](const auto& one) { return std::ranges::find(right, one) != right.end(); });
}

/// A selection without any list selects every type.
bool names_types(const asked& wanted) {
    return wanted.types && !wanted.types->any_of.empty();
}

/// 5.12: ids and id pattern of the request against those of an EntityInfo.
bool match_identity(const entity_info& info, const asked& wanted) {
    if (info.id.empty() && !info.id_pattern)
        return true;
    if (wanted.ids.empty() && !wanted.id_pattern)
        return true;
    const bool by_ids = std::ranges::any_of(wanted.ids, [&](const std::string& id) {
        return info.id.empty() ? info.id_pattern->matches(id) : info.id == id;
    });
    if (by_ids)
        return true;
    return wanted.id_pattern && wanted.ids.empty() &&
           (info.id.empty() || wanted.id_pattern->matches(info.id));
}

/// 5.12: where both name datasetIds they must have one in common.
bool match_datasets(const registration& source, const asked& wanted) {
    return source.dataset_ids.empty() || wanted.dataset_ids.empty() ||
           have_common(source.dataset_ids, wanted.dataset_ids);
}

} // namespace

index::index(std::vector<registration_ptr> all) : all_(std::move(all)) {
    for (std::uint32_t number = 0; number < all_.size(); ++number) {
        const auto& infos = all_[number]->information;
        for (std::uint32_t info = 0; info < infos.size(); ++info) {
            if (infos[info].entities.empty())
                add({number, info, none});
            for (std::uint32_t entity = 0; entity < infos[info].entities.size(); ++entity)
                add({number, info, entity});
        }
    }
}

void index::add(const entry& one) {
    const auto place = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back(one);
    const auto& info = all_[one.registration]->information[one.info];
    const auto* entity = one.entity == none ? nullptr : &info.entities[one.entity];
    auto& to = !entity               ? free_
               : !entity->id.empty() ? with_id_
               : entity->id_pattern  ? patterned_
                                     : plain_;
    to.all.push_back(place);
    for (const auto& name : info.attributes)
        to.by_attribute[name].push_back(place);
    if (info.attributes.empty())
        to.any_attribute.push_back(place);
    if (!entity)
        return;
    for (const auto& type : entity->types)
        to.by_type[type].push_back(place);
    if (!entity->id.empty())
        by_id_[entity->id].push_back(place);
    else if (entity->id_pattern)
        patterns_.add(entity->id_pattern->text(), place);
}

void index::collect(const bucket& from, const asked& wanted, places& out) const {
    const auto append = [&](const place_map& map, const std::string& name) {
        if (const auto found = map.find(name); found != map.end())
            out.insert(out.end(), found->second.begin(), found->second.end());
    };
    if (from.all.empty())
        return;
    if (names_types(wanted) && &from != &free_) {
        for (const auto& list : wanted.types->any_of)
            for (const auto& type : list)
                append(from.by_type, type);
    } else if (!wanted.attributes.empty()) {
        for (const auto& name : wanted.attributes)
            append(from.by_attribute, name);
        out.insert(out.end(), from.any_attribute.begin(), from.any_attribute.end());
    } else {
        out.insert(out.end(), from.all.begin(), from.all.end());
    }
}

index::places index::candidates(const asked& wanted) const {
    places found;
    collect(plain_, wanted, found);
    collect(free_, wanted, found);
    if (wanted.ids.empty()) {
        collect(with_id_, wanted, found);
        collect(patterned_, wanted, found);
        return found;
    }
    for (const auto& id : wanted.ids) {
        if (const auto known = by_id_.find(id); known != by_id_.end())
            found.insert(found.end(), known->second.begin(), known->second.end());
        patterns_.candidates(id, found);
    }
    return found;
}

bool index::may_match(std::span<const std::string> ids,
                      const std::optional<query::type_selection>& types) const {
    const auto has_type = [&](const bucket& in) {
        if (in.all.empty())
            return false;
        return !types || types->any_of.empty() ||
               std::ranges::any_of(types->any_of, [&](const auto& list) {
                   return std::ranges::any_of(
                       list, [&](const auto& type) { return in.by_type.contains(type); });
               });
    };
    if (!free_.all.empty() || has_type(plain_))
        return true;
    if (ids.empty())
        return has_type(with_id_) || has_type(patterned_);
    return std::ranges::any_of(
        ids, [&](const auto& id) { return by_id_.contains(id) || patterns_.has_candidates(id); });
}

bool index::matches(const entry& one, const asked& wanted) const {
    const auto& info = all_[one.registration]->information[one.info];
    if (!info.attributes.empty() && !wanted.attributes.empty() &&
        !have_common(wanted.attributes, info.attributes))
        return false;
    if (one.entity == none)
        return true;
    const auto& entity = info.entities[one.entity];
    return (!names_types(wanted) || query::matches(*wanted.types, entity.types)) &&
           match_identity(entity, wanted);
}

std::vector<match> index::find(const asked& wanted, timestamp now) const {
    auto candidate = candidates(wanted);
    if (candidate.empty())
        return {};
    std::ranges::sort(candidate); // entries are in the order of Registrations and of their infos
    const auto twice = std::ranges::unique(candidate);
    candidate.erase(twice.begin(), twice.end());
    std::vector<match> found;
    for (const auto place : candidate) {
        const auto& one = entries_[place];
        const auto& source = all_[one.registration];
        const bool is_expired = source->expires_at && *source->expires_at <= now;
        if (is_expired || !match_datasets(*source, wanted) || !matches(one, wanted))
            continue;
        if (found.empty() || found.back().source != source)
            found.push_back({source, {}});
        if (found.back().information.empty() || found.back().information.back() != one.info)
            found.back().information.push_back(one.info);
    }
    return found;
}

} // namespace meridian::federation
