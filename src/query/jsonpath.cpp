#include "meridian/query/jsonpath.hpp"

#include "query/jsonpath_instance.hpp"
#include "query/search_keys.hpp"

#include <utility>

namespace meridian::query {
namespace {

/// Each name doubles the text (one instance or several); deeper paths are left to memory.
constexpr std::size_t deepest_path = 4;

/// The Attribute exists, whatever its instances hold.
jsonpath_bounds render_exists(std::string_view base, std::string_view prefix, ngsild::name_id id) {
    return exactly("exists(" +
                   accessor(base, search_key::with_suffix(search_key::of_attribute(prefix, id),
                                                          search_key::kind)) +
                   ')');
}

class term_filter {
public:
    term_filter(const q_term& term, std::vector<ngsild::name_id> ids)
        : term_(term), ids_(std::move(ids)) {}

    jsonpath_bounds rendered() const {
        if (ids_.size() > deepest_path)
            return at_most(render_exists("$", "", ids_.front()));
        return from("$", "", 0);
    }

private:
    /// One instance ⇒ its keys stand beside those of what holds it; several ⇒ in an array `.i`,
    /// of whose members one has to meet the term.
    jsonpath_bounds from(std::string_view base, const std::string& prefix,
                         std::size_t depth) const {
        const auto key = search_key::of_attribute(prefix, ids_[depth]);
        const bool last = depth + 1 == ids_.size();
        const auto& path = term_.target.path;
        if (last && term_.how == comparison::exists && path.what == member::value &&
            path.trailing.empty())
            return render_exists(base, prefix, ids_[depth]);
        const auto instances =
            accessor(base, search_key::with_suffix(key, search_key::instances)) + "[*]";
        const auto one = last ? render_instance(term_, base, key) : from(base, key, depth + 1);
        const auto several = last ? render_instance(term_, "@", "") : from("@", "", depth + 1);
        return either(one, some_member(instances, several));
    }

    const q_term& term_;
    std::vector<ngsild::name_id> ids_;
};

jsonpath_bounds render_term(const q_term& term, const ngsild::names& dictionary) {
    if (!term.target.links.empty()) {
        const auto id = dictionary.find(term.target.links.front().name);
        return id == 0 ? constant(false) : at_most(render_exists("$", "", id));
    }
    if (term.target.path.names.empty())
        return render_entity_time(term);
    std::vector<ngsild::name_id> ids;
    for (const auto& name : term.target.path.names) {
        const auto id = dictionary.find(name);
        if (id == 0)
            return constant(false);
        ids.push_back(id);
    }
    return term_filter(term, std::move(ids)).rendered();
}

} // namespace

jsonpath_bounds render_jsonpath(const q_expression& q, const ngsild::names& dictionary) {
    if (q.kind == q_expression::node::term)
        return render_term(q.term, dictionary);
    const bool all = q.kind == q_expression::node::all_of;
    auto made = constant(all);
    for (const auto& operand : q.operands) {
        const auto one = render_jsonpath(operand, dictionary);
        made = all ? all_of(made, one) : either(made, one);
    }
    return made;
}

jsonpath_bounds render_any_exists(const std::vector<std::string>& attributes,
                                  const ngsild::names& dictionary) {
    auto made = constant(false);
    for (const auto& name : attributes) {
        if (const auto id = dictionary.find(name); id != 0)
            made = either(made, render_exists("$", "", id));
    }
    return made;
}

} // namespace meridian::query
