#include "meridian/api/worker.hpp"

namespace meridian::api {
namespace {

/// @contexts whose names one thread keeps; then it begins anew.
constexpr std::size_t kept_contexts = 256;

} // namespace

ngsild::compacted_names& worker::names_of(const jsonld::context_ptr& context) {
    if (names_.size() >= kept_contexts && !names_.contains(context.get()))
        names_.clear();
    auto& names = names_[context.get()];
    if (!names)
        names = std::make_unique<ngsild::compacted_names>(context, services.dictionary);
    return *names;
}

} // namespace meridian::api
