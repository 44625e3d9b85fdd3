#include "meridian/federation/merge.hpp"

#include <algorithm>
#include <utility>

namespace meridian::federation {
namespace {

using instance = ngsild::attribute_instance;

bool is_due(const std::optional<timestamp>& expires_at, timestamp now) {
    return expires_at && *expires_at <= now;
}

/// 4.5.5.2: what the Entity's expiresAt means for its Attributes.
void hand_down_expiry(ngsild::entity& part) {
    if (!part.expires_at)
        return;
    for (auto& attribute : part.attributes)
        for (auto& one : attribute.instances)
            one.expires_at = std::min(one.expires_at.value_or(*part.expires_at), *part.expires_at);
}

/// 4.5.5.3: whether `left` is to be told instead of `right`.
bool is_newer(const instance& left, const instance& right) {
    if (left.observed_at != right.observed_at)
        return left.observed_at.value_or(timestamp::min()) >
               right.observed_at.value_or(timestamp::min());
    return left.modified_at > right.modified_at;
}

void add_instance(ngsild::attribute& to, instance&& one) {
    const auto same = std::ranges::find(to.instances, one.dataset_id, &instance::dataset_id);
    if (same == to.instances.end())
        to.instances.push_back(std::move(one));
    else if (is_newer(one, *same))
        *same = std::move(one);
}

void add_attribute(ngsild::entity& to, ngsild::attribute&& one, timestamp now) {
    std::erase_if(one.instances,
                  [&](const instance& each) { return is_due(each.expires_at, now); });
    if (one.instances.empty())
        return;
    const auto same = std::ranges::find(to.attributes, one.name, &ngsild::attribute::name);
    if (same == to.attributes.end()) {
        to.attributes.push_back(std::move(one));
        return;
    }
    for (auto& each : one.instances)
        add_instance(*same, std::move(each));
}

void add_texts(std::vector<std::string>& to, const std::vector<std::string>& more) {
    for (const auto& one : more)
        if (std::ranges::find(to, one) == to.end())
            to.push_back(one);
}

timestamp earliest(timestamp left, timestamp right) {
    const timestamp none{};
    if (left == none || right == none)
        return std::max(left, right);
    return std::min(left, right);
}

void add(ngsild::entity& to, contribution&& part, timestamp now) {
    add_texts(to.types, part.entity.types);
    add_texts(to.scopes, part.entity.scopes);
    to.created_at = earliest(to.created_at, part.entity.created_at);
    to.modified_at = std::max(to.modified_at, part.entity.modified_at);
    const auto known = to.attributes.size();
    for (auto& attribute : part.entity.attributes) {
        const auto end = to.attributes.begin() + static_cast<std::ptrdiff_t>(known);
        const bool is_told =
            std::find_if(to.attributes.begin(), end, [&](const ngsild::attribute& one) {
                return one.name == attribute.name;
            }) != end;
        if (!part.auxiliary || !is_told)
            add_attribute(to, std::move(attribute), now);
    }
}

/// 4.5.5.3: one that lasts for some lasts; else it lasts as long as for the last of them.
std::optional<timestamp> common_expiry(const std::vector<contribution>& parts) {
    std::optional<timestamp> last;
    for (const auto& part : parts) {
        if (!part.entity.expires_at)
            return std::nullopt;
        last = std::max(last.value_or(timestamp::min()), *part.entity.expires_at);
    }
    return last;
}

} // namespace

ngsild::entity merge(std::vector<contribution> parts, timestamp now) {
    std::ranges::stable_partition(parts, [](const contribution& one) { return !one.auxiliary; });
    ngsild::entity made;
    made.id = parts.front().entity.id;
    made.expires_at = common_expiry(parts);
    const bool is_told_once = parts.size() == 1;
    for (auto& part : parts) {
        if (!is_told_once)
            hand_down_expiry(part.entity);
        add(made, std::move(part), now);
    }
    return made;
}

// ---- an Entity of an answer ---------------------------------------------------------------------

namespace {

std::optional<timestamp> moment_of(const json& object, const char* member) {
    const auto found = object.find(member);
    if (found == object.end() || !found->is_string())
        return std::nullopt;
    return parse_date_time(found->get_ref<const std::string&>());
}

void set_moments(std::vector<ngsild::attribute>& attributes, const json& object,
                 const jsonld::context& context, timestamp otherwise);

void set_moments(instance& one, const json& object, const jsonld::context& context,
                 timestamp otherwise) {
    one.modified_at = moment_of(object, "modifiedAt").value_or(otherwise);
    one.created_at = moment_of(object, "createdAt").value_or(one.modified_at);
    set_moments(one.attributes, object, context, one.modified_at);
}

/// The system Attributes (4.8) of Attributes, which the parser of payloads leaves out.
void set_moments(std::vector<ngsild::attribute>& attributes, const json& object,
                 const jsonld::context& context, timestamp otherwise) {
    for (auto& attribute : attributes)
        for (auto& one : attribute.instances) {
            one.modified_at = otherwise;
            one.created_at = otherwise;
        }
    for (const auto& [name, value] : object.items()) {
        const auto iri = context.expand(name);
        const auto found = std::ranges::find(attributes, iri, &ngsild::attribute::name);
        if (found == attributes.end())
            continue;
        const auto instances = value.is_array() ? value : json::array({value});
        for (const auto& sent : instances) {
            if (!sent.is_object())
                continue;
            const auto dataset = sent.value("datasetId", std::string());
            for (auto& one : found->instances)
                if (one.dataset_id == (dataset == "@none" ? "" : dataset))
                    set_moments(one, sent, context, otherwise);
        }
    }
}

/// 4.3.6.1: Attributes and datasetIds that the Registration does not offer.
void leave_out(ngsild::entity& subject, const match& by,
               const std::vector<const registration_info*>& infos) {
    const bool offers_all = std::ranges::any_of(
        infos, [](const registration_info* info) { return info->attributes.empty(); });
    if (!offers_all)
        std::erase_if(subject.attributes, [&](const ngsild::attribute& one) {
            return std::ranges::none_of(infos, [&](const registration_info* info) {
                return std::ranges::binary_search(info->attributes, one.name);
            });
        });
    const auto& datasets = by.source->dataset_ids;
    if (datasets.empty())
        return;
    for (auto& attribute : subject.attributes)
        std::erase_if(attribute.instances, [&](const instance& one) {
            const std::string id = one.dataset_id.empty() ? "@none" : one.dataset_id;
            return std::ranges::find(datasets, id) == datasets.end();
        });
    std::erase_if(subject.attributes, [](const auto& one) { return one.instances.empty(); });
}

} // namespace

bool offers(const registration_info& info, std::string_view id,
            const std::vector<std::string>& types) {
    if (info.entities.empty())
        return true;
    return std::ranges::any_of(info.entities, [&](const entity_info& one) {
        const bool has_type = std::ranges::any_of(one.types, [&](const std::string& type) {
            return std::ranges::find(types, type) != types.end();
        });
        if (!has_type)
            return false;
        if (!one.id.empty())
            return one.id == id;
        return !one.id_pattern || one.id_pattern->matches(id);
    });
}

result<std::optional<ngsild::entity>> read_entity(const json& payload,
                                                  const jsonld::context& context, const match& by,
                                                  timestamp now,
                                                  const ngsild::parse_limits& limits) {
    MERIDIAN_TRY(auto subject, ngsild::parse_entity(payload, context, limits));
    if (is_due(subject.expires_at, now))
        return std::optional<ngsild::entity>{};
    std::vector<const registration_info*> infos;
    for (const auto place : by.information) {
        const auto& info = by.source->information[place];
        if (offers(info, subject.id, subject.types))
            infos.push_back(&info);
    }
    if (infos.empty())
        return std::optional<ngsild::entity>{};
    subject.modified_at = moment_of(payload, "modifiedAt").value_or(timestamp{});
    subject.created_at = moment_of(payload, "createdAt").value_or(subject.modified_at);
    set_moments(subject.attributes, payload, context, subject.modified_at);
    leave_out(subject, by, infos);
    return std::optional<ngsild::entity>{std::move(subject)};
}

// ---- names --------------------------------------------------------------------------------------

void answer_names::add(const std::string& iri) {
    const auto [place, is_new] =
        numbers_.emplace(iri, static_cast<ngsild::name_id>(iris_.size() + 1));
    if (is_new)
        iris_.push_back(place->first);
}

void answer_names::add(const ngsild::entity& subject) {
    for (const auto& iri : ngsild::names_of(subject))
        add(iri);
}

ngsild::name_id answer_names::find(std::string_view iri) const noexcept {
    const auto found = numbers_.find(iri);
    return found == numbers_.end() ? 0 : found->second;
}

std::string_view answer_names::iri(ngsild::name_id id) const noexcept {
    return id <= 0 || static_cast<std::size_t>(id) > iris_.size()
               ? std::string_view{}
               : iris_[static_cast<std::size_t>(id) - 1];
}

} // namespace meridian::federation
