#include "meridian/query/order.hpp"

#include "query/search_keys.hpp"

#include <utility>

namespace meridian::query {
namespace {

using column = order_source::column;

/// createdAt, modifiedAt and expiresAt of the Entity.
std::optional<order_source> source_of_entity(member what) {
    switch (what) {
    case member::created_at:
        return order_source{column::moment, std::string(search_key::entity_created_at), {}};
    case member::modified_at:
        return order_source{column::moment, std::string(search_key::entity_modified_at), {}};
    case member::expires_at:
        return order_source{column::moment, std::string(search_key::entity_expires_at), {}};
    default:
        return std::nullopt;
    }
}

std::optional<order_source> source_of(const order_term& term, const ngsild::names& dictionary) {
    if (term.of == order_term::subject::id)
        return order_source{};
    if (term.of != order_term::subject::path || term.by != order_term::key::value ||
        !term.path.trailing.empty())
        return std::nullopt;
    if (term.path.names.empty())
        return source_of_entity(term.path.what);
    const bool is_value = term.path.what == member::value;
    if (!is_value && term.path.what != member::observed_at)
        return std::nullopt;
    order_source made;
    made.from = is_value ? column::value : column::moment;
    for (const auto& name : term.path.names) {
        const auto id = dictionary.find(name);
        if (id == 0)
            return std::nullopt;
        made.key = search_key::of_attribute(made.key, id);
        made.several.push_back(search_key::with_suffix(made.key, search_key::instances));
    }
    if (!is_value)
        made.key = search_key::with_suffix(made.key, search_key::observed_at);
    return made;
}

} // namespace

std::optional<std::vector<order_source>> order_sources(const ordering& by,
                                                       const ngsild::names& dictionary) {
    std::vector<order_source> sources;
    for (const auto& term : by.terms) {
        auto source = source_of(term, dictionary);
        if (!source)
            return std::nullopt;
        sources.push_back(std::move(*source));
    }
    return sources;
}

} // namespace meridian::query
