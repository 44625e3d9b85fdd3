#include "subscription/match.hpp"

#include <algorithm>
#include <optional>

namespace meridian::subscription {
namespace {

using ngsild::attribute_change;
using ngsild::change;

void forget_stamps(ngsild::attribute_instance& one) {
    one.created_at = one.modified_at = timestamp{};
    for (auto& nested : one.attributes)
        for (auto& instance : nested.instances)
            forget_stamps(instance);
}

void drop_expired(ngsild::entity& of, timestamp now) {
    for (auto& one : of.attributes)
        std::erase_if(one.instances, [now](const ngsild::attribute_instance& instance) {
            return instance.expires_at && *instance.expires_at <= now;
        });
    std::erase_if(of.attributes, [](const auto& one) { return one.instances.empty(); });
}

/// A change as it is asked about: each thing is found out when first needed, for all Subscriptions.
class subject {
public:
    subject(const change& what, const ngsild::names& dictionary)
        : what_(what), dictionary_(dictionary), differs_(what.attributes.size()) {}

    [[nodiscard]] bool triggers(const definition& by) {
        if (what_.happened == change::what::deleted && (by.triggers & trigger::entity_deleted) &&
            touches_watched(by))
            return true;
        if (what_.happened == change::what::created && (by.triggers & trigger::entity_created) &&
            touches_watched(by))
            return true;
        for (std::size_t at = 0; at < what_.attributes.size(); ++at) {
            const auto& one = what_.attributes[at];
            if ((by.triggers & bit_of(one)) && is_watched(by, one) && differs(at))
                return true;
        }
        return false;
    }

    [[nodiscard]] bool selected(const definition& by) {
        return by.entities.empty() ||
               std::ranges::any_of(by.entities, [this](const auto& one) { return fits(one); });
    }

    [[nodiscard]] bool meets(const definition& by) {
        const auto& wanted = by.conditions;
        if (!wanted.q && !wanted.geo && !wanted.scopes)
            return true;
        return query::matches(wanted, whole());
    }

private:
    static unsigned bit_of(const attribute_change& one) noexcept {
        switch (one.happened) {
        case attribute_change::what::created:
            return trigger::attribute_created;
        case attribute_change::what::updated:
            return trigger::attribute_updated;
        case attribute_change::what::deleted:
            break;
        }
        return trigger::attribute_deleted;
    }
    [[nodiscard]] bool is_watched(const definition& by, const attribute_change& one) const {
        return by.watched.empty() ||
               std::ranges::find(by.watched, dictionary_.iri(one.attribute)) != by.watched.end();
    }
    /// CHOICE: with watchedAttributes, an Entity's creation or deletion counts where it has one.
    [[nodiscard]] bool touches_watched(const definition& by) const {
        return by.watched.empty() || std::ranges::any_of(what_.attributes, [&](const auto& one) {
                   return is_watched(by, one);
               });
    }
    bool differs(std::size_t at) {
        if (!differs_[at])
            differs_[at] = subscription::differs(what_.attributes[at]);
        return *differs_[at];
    }
    bool fits(const query::entity_selection& selector) {
        if (!selector.ids.empty() &&
            std::ranges::find(selector.ids, what_.entity_id) == selector.ids.end())
            return false;
        if (selector.id_pattern && !selector.id_pattern->matches(what_.entity_id))
            return false;
        return !selector.types || query::matches(*selector.types, types());
    }
    const std::vector<std::string>& types() {
        if (types_.empty())
            for (const auto id :
                 what_.happened == change::what::deleted ? what_.types_before : what_.types_after)
                types_.emplace_back(dictionary_.iri(id));
        return types_;
    }
    /// Without expired instances (4.22).
    const ngsild::entity& whole() {
        if (!whole_) {
            if (what_.happened == change::what::deleted) {
                whole_ = deleted_entity(what_, dictionary_);
            } else if (const auto view = ngsild::document_view::open(what_.document)) {
                whole_ = ngsild::decode(*view, dictionary_);
                whole_->id = what_.entity_id;
                whole_->created_at = what_.created_at;
                whole_->modified_at = what_.modified_at;
            } else {
                whole_.emplace();
            }
            drop_expired(*whole_, what_.modified_at);
        }
        return *whole_;
    }

    const change& what_;
    const ngsild::names& dictionary_;
    std::vector<std::optional<bool>> differs_;
    std::vector<std::string> types_;
    std::optional<ngsild::entity> whole_;
};

} // namespace

bool differs(const attribute_change& change) {
    if (change.happened != attribute_change::what::updated || !change.before || !change.after)
        return true;
    auto before = *change.before;
    auto after = *change.after;
    forget_stamps(before);
    forget_stamps(after);
    return !(before == after);
}

ngsild::entity deleted_entity(const change& what, const ngsild::names& dictionary) {
    ngsild::entity made;
    made.id = what.entity_id;
    for (const auto id : what.types_before)
        made.types.emplace_back(dictionary.iri(id));
    made.scopes = what.scopes_before;
    made.expires_at = what.expires_before;
    made.created_at = what.created_at;
    made.modified_at = what.modified_at;
    for (const auto& one : what.attributes) {
        if (!one.before)
            continue;
        const auto name = dictionary.iri(one.attribute);
        if (made.attributes.empty() || made.attributes.back().name != name)
            made.attributes.push_back({std::string(name), {}});
        made.attributes.back().instances.push_back(*one.before);
    }
    return made;
}

matcher::matcher(std::vector<definition_ptr> all) {
    for (auto& each : all) {
        const definition* one = each.get();
        by_number_.emplace(one->number, std::move(each));
        if (one->interval.count() > 0)
            continue; // periodic: changes do not matter
        bool any = one->entities.empty();
        for (const auto& selector : one->entities) {
            any = any || !selector.types;
            if (selector.types)
                for (const auto& alternative : selector.types->any_of)
                    by_type_[alternative.front()].push_back(one);
        }
        if (any)
            any_type_.push_back(one);
    }
}

definition_ptr matcher::find(std::int32_t number) const {
    const auto found = by_number_.find(number);
    return found == by_number_.end() ? nullptr : found->second;
}

matcher::list matcher::candidates(const change& what, const ngsild::names& dictionary) const {
    list all = any_type_;
    if (by_type_.empty())
        return all;
    for (const auto id :
         what.happened == change::what::deleted ? what.types_before : what.types_after)
        if (const auto found = by_type_.find(dictionary.iri(id)); found != by_type_.end())
            all.insert(all.end(), found->second.begin(), found->second.end());
    const auto by_age = [](const definition* left, const definition* right) {
        return left->number < right->number;
    };
    std::ranges::sort(all, by_age);
    const auto repeated = std::ranges::unique(all);
    all.erase(repeated.begin(), repeated.end());
    return all;
}

std::vector<const definition*> matcher::find(const change& what,
                                             const ngsild::names& dictionary) const {
    if (what.happened == change::what::none || by_number_.empty())
        return {};
    auto notified = candidates(what, dictionary);
    if (notified.empty())
        return notified;
    subject asked(what, dictionary);
    std::erase_if(notified, [&](const definition* one) {
        return !one->is_active_at(what.modified_at) || !asked.triggers(*one) ||
               !asked.selected(*one) || !asked.meets(*one);
    });
    return notified;
}

} // namespace meridian::subscription
