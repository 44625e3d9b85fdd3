#pragma once

#include "ngsild/representation/instance.hpp"
#include "ngsild/representation/plan.hpp"
#include "ngsild/representation/spans.hpp"

#include <string_view>

namespace meridian::ngsild {

[[nodiscard]] inline bool is_link(attribute_kind kind) noexcept {
    return kind == attribute_kind::relationship || kind == attribute_kind::list_relationship;
}

/// A URI from its JSON text: URIs hold nothing that JSON escapes.
[[nodiscard]] inline std::string_view without_quotes(std::string_view text) noexcept {
    return text.size() >= 2 && text.front() == '"' ? text.substr(1, text.size() - 2)
                                                   : std::string_view{};
}

/// Calls `use(uri)` for each target of a Relationship or ListRelationship, in order.
template <typename Use>
void for_each_target(const instance_view& of, const Use& use) {
    if (!of.value.starts_with('[')) {
        use(without_quotes(of.value));
        return;
    }
    element_reader elements(of.value);
    while (const auto element = elements.next()) {
        if (!element->starts_with('{')) {
            use(without_quotes(*element));
        } else if (const auto object = member_reader(*element).next()) {
            use(without_quotes(object->value));
        }
    }
}

/// Calls `use(relationship, uri)` for each target of what is shown of an Entity.
template <typename Use>
void for_each_link(const document_view& document, const instance_filter& filter, timestamp now,
                   const Use& use) {
    for (std::size_t at = 0; at < document.size(); ++at) {
        const auto one = document.instance(at);
        if (is_link(one.kind) && !is_expired(one.expires_at, now) &&
            filter.shows_attribute(one.attribute) && filter.shows_dataset(one.dataset))
            for_each_target(one, [&](std::string_view uri) { use(one.attribute, uri); });
    }
}

} // namespace meridian::ngsild
