#include "meridian/store/attribute_indexes.hpp"

#include <algorithm>

namespace meridian::store {

std::span<const attribute_index> index_set::of(tenant_id tenant,
                                               ngsild::name_id type) const noexcept {
    if (by_type_.empty())
        return {};
    const auto found = by_type_.find({tenant, type});
    return found == by_type_.end() ? std::span<const attribute_index>{}
                                   : std::span<const attribute_index>(found->second);
}

const attribute_index* index_set::find(tenant_id tenant, ngsild::name_id type,
                                       ngsild::name_id attribute) const noexcept {
    for (const attribute_index& one : of(tenant, type))
        if (one.attribute == attribute)
            return &one;
    return nullptr;
}

std::int64_t index_set::version(tenant_id tenant) const noexcept {
    const auto found = versions_.find(tenant);
    return found == versions_.end() ? 0 : found->second;
}

std::shared_ptr<const index_set> attribute_indexes::current() const {
    const std::lock_guard lock(mutex_);
    return current_;
}

void attribute_indexes::publish(std::span<const tenant_state> states) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<index_set> next;
    for (const tenant_state& state : states) {
        const index_set& known = next ? *next : *current_;
        if (known.version(state.tenant) >= state.version)
            continue;
        if (!next)
            next = std::make_shared<index_set>(*current_);
        std::erase_if(next->by_type_,
                      [&](const auto& of) { return of.first.first == state.tenant; });
        next->versions_[state.tenant] = state.version;
        for (const attribute_index& one : state.indexes)
            next->by_type_[{one.tenant, one.type}].push_back(one);
    }
    if (!next)
        return;
    for (auto& [key, all] : next->by_type_)
        std::ranges::sort(all, {}, &attribute_index::attribute);
    current_ = std::move(next);
}

void attribute_indexes::note_scan(tenant_id tenant, ngsild::name_id type, ngsild::name_id attribute,
                                  std::chrono::microseconds took) {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now - hour_ > std::chrono::hours{1}) {
        scans_.clear();
        hour_ = now;
    }
    const scanned key{tenant, type, attribute};
    if (scans_.size() < most_scanned || scans_.contains(key))
        scans_[key] += took;
}

std::vector<attribute_index> attribute_indexes::take_costly(std::chrono::microseconds threshold) {
    const std::lock_guard lock(mutex_);
    std::vector<attribute_index> costly;
    for (const auto& [key, took] : scans_)
        if (const auto& [tenant, type, attribute] = key; took >= threshold)
            costly.push_back({tenant, type, attribute, attribute_index::phase::building, 0});
    std::erase_if(scans_, [threshold](const auto& one) { return one.second >= threshold; });
    return costly;
}

} // namespace meridian::store
