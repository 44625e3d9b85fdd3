#include "meridian/operations/contexts.hpp"

#include <algorithm>
#include <utility>

namespace meridian::operations {
namespace {

timestamp to_moment(std::int64_t micros) {
    return timestamp{std::chrono::microseconds{micros}};
}

} // namespace

void context_usage::add() noexcept {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    last_micros.store(std::chrono::duration_cast<std::chrono::microseconds>(now).count(),
                      std::memory_order_relaxed);
    count.fetch_add(1, std::memory_order_relaxed);
}

jsonld::context_ptr context_cache::find(const std::string& local_text) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(local_text);
    if (found == entries_.end() || found->second.valid_until < std::chrono::steady_clock::now())
        return nullptr;
    for (const auto& usage : found->second.made_of)
        usage->add();
    return found->second.context;
}

void context_cache::keep(const std::string& local_text, jsonld::context_ptr context,
                         std::chrono::steady_clock::time_point valid_until,
                         std::vector<context_usage_ptr> made_of, std::uint64_t epoch) {
    const std::lock_guard lock(mutex_);
    if (epoch != epoch_)
        return;
    if (entries_.size() >= limits_.cached_contexts || bytes_ >= limits_.cached_bytes) {
        entries_.clear();
        implicit_ids_.clear();
        bytes_ = 0;
    }
    bytes_ += local_text.size();
    entries_[local_text] = entry{std::move(context), valid_until, std::move(made_of)};
}

void context_cache::forget_all() {
    const std::lock_guard lock(mutex_);
    entries_.clear();
    implicit_ids_.clear();
    bytes_ = 0;
    ++epoch_;
}

std::uint64_t context_cache::epoch() const {
    const std::lock_guard lock(mutex_);
    return epoch_;
}

std::size_t context_cache::size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

std::string context_cache::implicit_id(store::tenant_id tenant, const std::string& text) const {
    const std::lock_guard lock(mutex_);
    const auto found = implicit_ids_.find({tenant, text});
    return found == implicit_ids_.end() ? std::string{} : found->second;
}

void context_cache::keep_implicit_id(store::tenant_id tenant, const std::string& text,
                                     std::string id) {
    const std::lock_guard lock(mutex_);
    bytes_ += text.size();
    implicit_ids_[{tenant, text}] = std::move(id);
}

context_usage_ptr context_cache::usage_of(const std::string& url) {
    const std::lock_guard lock(mutex_);
    auto& usage = usage_[url];
    if (!usage)
        usage = std::make_shared<context_usage>();
    return usage;
}

std::vector<store::context_uses> context_cache::take_uses() {
    std::vector<store::context_uses> taken;
    const std::lock_guard lock(mutex_);
    for (auto at = usage_.begin(); at != usage_.end();) {
        const auto& usage = *at->second;
        const bool is_idle = at->second.use_count() == 1; // nobody can add to it meanwhile
        if (const auto count = at->second->count.exchange(0); count > 0)
            taken.emplace_back(at->first, count, to_moment(usage.last_micros));
        at = is_idle ? usage_.erase(at) : std::next(at);
    }
    return taken;
}

void context_cache::count_again(const std::vector<store::context_uses>& uses) {
    for (const auto& one : uses) {
        const auto usage = usage_of(one.url);
        usage->count.fetch_add(one.count);
        if (usage->last_micros == 0)
            usage->last_micros = one.last_used.time_since_epoch().count();
    }
}

void context_cache::see_version(std::int64_t now) {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(version_, now) == now)
            return;
    }
    forget_all();
}

} // namespace meridian::operations
