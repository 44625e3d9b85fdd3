#include "operations/narrowing.hpp"

#include <algorithm>

namespace meridian::operations {
namespace {

bool names_attribute(const query::q_expression& q) {
    if (q.kind == query::q_expression::node::term)
        return !q.term.target.links.empty() || !q.term.target.path.names.empty();
    return std::ranges::any_of(q.operands, names_attribute);
}

} // namespace

bool is_narrowed(const query::entity_selection& selection,
                 const std::vector<std::string>& attributes) {
    return selection.types || !attributes.empty() || selection.geo ||
           (selection.q && names_attribute(*selection.q));
}

} // namespace meridian::operations
