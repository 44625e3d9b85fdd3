#include "meridian/query/jsonpath.hpp"

#include "query/jsonpath_instance.hpp"
#include "query/search_keys.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace meridian::query {
namespace {

/// The keys of one Relationship: with one instance, and within each of several.
linked_condition objects_of(ngsild::name_id relationship) {
    const auto key = search_key::of_attribute("", relationship);
    const auto instances =
        accessor("$", search_key::with_suffix(key, search_key::instances)) + "[*]";
    const auto too_long = accessor("$", search_key::with_suffix(key, search_key::too_long));
    linked_condition made;
    made.objects = {accessor("$", search_key::with_suffix(key, search_key::objects)) + "[*]",
                    accessor(instances, search_key::objects) + "[*]"};
    made.unknown =
        "(exists(" + too_long + ") || exists(" + accessor(instances, search_key::too_long) + "))";
    return made;
}

linked_condition render_link(q_term term, const ngsild::names& dictionary) {
    const auto link = term.target.links.front();
    term.target.links.erase(term.target.links.begin());
    // A Relationship that is not known leads nowhere: q's own filter says so already.
    auto made = objects_of(dictionary.find(link.name));
    for (const auto& type : link.types)
        if (const auto id = dictionary.find(type); id != 0)
            made.types.push_back(id);
    made.nothing = !link.types.empty() && made.types.empty();
    q_expression rest;
    rest.term = std::move(term);
    made.possible = render_jsonpath(rest, dictionary).possible;
    if (!rest.term.target.links.empty())
        made.next.push_back(render_link(std::move(rest.term), dictionary));
    return made;
}

} // namespace

std::vector<linked_condition> render_links(const q_expression& q, const ngsild::names& dictionary) {
    std::vector<linked_condition> made;
    if (q.kind == q_expression::node::term && !q.term.target.links.empty())
        made.push_back(render_link(q.term, dictionary));
    if (q.kind == q_expression::node::all_of)
        for (const auto& operand : q.operands)
            if (operand.kind == q_expression::node::term)
                std::ranges::move(render_links(operand, dictionary), std::back_inserter(made));
    return made;
}

} // namespace meridian::query
