#include "meridian/ngsild/compact_name.hpp"
#include "meridian/ngsild/representation.hpp"

namespace meridian::ngsild {

namespace {
/// IRIs outside the dictionary (vocabularies, datatypes) that are kept compacted.
constexpr std::size_t iris_limit = 4'096;
} // namespace

compacted_names::compacted_names(std::shared_ptr<const jsonld::context> context,
                                 const names& dictionary)
    : context_(std::move(context)), dictionary_(&dictionary) {}

std::string_view compacted_names::member(name_id id) {
    const auto index = static_cast<std::size_t>(id < 0 ? 0 : id);
    if (index >= members_.size())
        members_.resize(std::max(index + 1, members_.size() * 2));
    auto& out = members_[index];
    if (out.empty()) {
        append_json_string(out, compact_name(dictionary_->iri(id), *context_));
        out += ':';
    }
    return out;
}

std::string_view compacted_names::text(name_id id) {
    auto out = member(id);
    out.remove_suffix(1);
    return out;
}

std::string_view compacted_names::text(std::string_view iri) {
    if (const auto found = iris_.find(iri); found != iris_.end())
        return found->second;
    if (iris_.size() >= iris_limit)
        iris_.clear();
    std::string compacted;
    append_json_string(compacted, context_->compact(iri));
    return iris_.emplace(std::string(iri), std::move(compacted)).first->second;
}

} // namespace meridian::ngsild
