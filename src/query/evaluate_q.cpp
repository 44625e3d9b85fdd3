#include "meridian/query/evaluate.hpp"

#include "query/values.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace meridian::query {
namespace {

using ngsild::attribute_instance;
using ngsild::attribute_kind;

/// The target value or object (4.9) of one instance, taken apart.
struct target_value {
    bool defined = false;
    bool is_array = false;        ///< then only equality looks into it
    bool is_relationship = false; ///< then only == and != with values match
    times may_be_times = times::no;
    std::vector<const json*> scalars; ///< members of arrays that are arrays or objects are left out
};

void add_scalars(target_value& into, const json& value) {
    if (value.is_object())
        return;
    if (!value.is_array()) {
        into.scalars.push_back(&value);
        return;
    }
    for (const auto& one : value) {
        const auto& plain = plain_value(one);
        if (!plain.is_structured())
            into.scalars.push_back(&plain);
    }
}

bool any_language(const std::vector<std::string>& trailing) {
    return trailing.size() == 1 && trailing.front() == "*";
}

/// 4.9: any value of the languageMap, or those of one language. An array stands for its members.
target_value language_target(const json& map, const std::vector<std::string>& trailing) {
    target_value target;
    const bool all = trailing.empty() || any_language(trailing);
    if (trailing.size() > 1 || !map.is_object())
        return target;
    for (const auto& [tag, text] : map.items()) {
        if (all || lower_tag(tag) == lower_tag(trailing.front())) {
            target.defined = true;
            add_scalars(target, text);
        }
    }
    target.defined = target.defined || trailing.empty();
    return target;
}

target_value relationship_target(const json& objects, const std::vector<std::string>& trailing) {
    target_value target;
    target.is_relationship = true;
    target.defined = trailing.empty();
    if (!target.defined)
        return target;
    if (!objects.is_array()) {
        target.scalars.push_back(&objects);
        return target;
    }
    target.is_array = true;
    for (const auto& one : objects) // objectList holds {"object": URI}
        target.scalars.push_back(one.is_object() && one.contains("object") ? &one["object"] : &one);
    return target;
}

target_value target_of(const attribute_instance& of, const std::vector<std::string>& trailing) {
    if (of.kind == attribute_kind::relationship || of.kind == attribute_kind::list_relationship)
        return relationship_target(of.value, trailing);
    if (of.kind == attribute_kind::language_property)
        return language_target(of.value, trailing);
    target_value target;
    const bool vocabulary = of.kind == attribute_kind::vocab_property;
    if (any_language(trailing) || (vocabulary && !trailing.empty()))
        return target;
    const auto* value = follow(of.value, trailing);
    if (value == nullptr)
        return target;
    target.defined = true;
    target.is_array = value->is_array();
    target.may_be_times = vocabulary ? times::no : times::yes;
    add_scalars(target, *value);
    return target;
}

bool is_in(const json& scalar, const value_range& range, times allowed) {
    const auto low = compare(scalar, range.low, allowed);
    const auto high = compare(scalar, range.high, allowed);
    return low && high && *low >= 0 && *high <= 0;
}

/// 4.9 equal: identical to, or for arrays includes, one of the values; or lies in the range.
bool equals(const target_value& target, const q_term& term) {
    const auto& scalars = target.scalars;
    if (const auto* range = std::get_if<value_range>(&term.operand))
        return !target.is_relationship &&
               std::any_of(scalars.begin(), scalars.end(), [&](const json* one) {
                   return is_in(*one, *range, target.may_be_times);
               });
    const auto& values = std::get<value_list>(term.operand);
    return std::any_of(scalars.begin(), scalars.end(), [&](const json* one) {
        return std::any_of(values.begin(), values.end(), [&](const literal& value) {
            const auto relation = compare(*one, value, target.may_be_times);
            return relation && *relation == 0;
        });
    });
}

bool holds(comparison how, std::partial_ordering order) {
    switch (how) {
    case comparison::greater:
        return order > 0;
    case comparison::greater_equal:
        return order >= 0;
    case comparison::less:
        return order < 0;
    case comparison::less_equal:
        return order <= 0;
    default:
        return false;
    }
}

bool is_ordered(const target_value& target, const q_term& term) {
    if (target.is_array || target.is_relationship)
        return false;
    const auto& bound = std::get<value_list>(term.operand).front();
    return std::any_of(target.scalars.begin(), target.scalars.end(), [&](const json* one) {
        const auto order = compare(*one, bound, target.may_be_times);
        return order && holds(term.how, *order);
    });
}

/// 4.9: a target that is no string matches neither ~= nor !~=.
bool fits_pattern(const target_value& target, const q_term& term) {
    if (target.is_array || target.is_relationship)
        return false;
    const auto& expression = std::get<pattern>(term.operand);
    bool any_string = false;
    bool any_match = false;
    for (const auto* one : target.scalars) {
        if (!one->is_string())
            continue;
        any_string = true;
        any_match = any_match || expression.matches(one->get_ref<const std::string&>());
    }
    return term.how == comparison::matches ? any_match : any_string && !any_match;
}

bool meets(const target_value& target, const q_term& term) {
    if (!target.defined)
        return false;
    switch (term.how) {
    case comparison::exists:
        return true;
    case comparison::equal:
        return equals(target, term);
    case comparison::unequal:
        return !equals(target, term);
    case comparison::matches:
    case comparison::matches_not:
        return fits_pattern(target, term);
    default:
        return is_ordered(target, term);
    }
}

/// unitCode and datasetId as targets.
bool meets_text(const std::string& text, const q_term& term) {
    const json value = text;
    target_value target;
    target.defined = !text.empty();
    target.scalars.push_back(&value);
    return meets(target, term);
}

/// A system time as the target: a DateTime and nothing else. Zero is absent.
bool meets_time(const std::optional<timestamp>& time, const q_term& term) {
    if (!time || *time == timestamp{})
        return false;
    const auto order = [&](const literal& with) -> std::optional<std::partial_ordering> {
        const auto* moment = std::get_if<date_time>(&with);
        return moment != nullptr ? std::optional<std::partial_ordering>(*time <=> moment->at)
                                 : std::nullopt;
    };
    const auto is_equal = [&] {
        if (const auto* range = std::get_if<value_range>(&term.operand)) {
            const auto low = order(range->low);
            const auto high = order(range->high);
            return low && high && *low >= 0 && *high <= 0;
        }
        const auto& values = std::get<value_list>(term.operand);
        return std::any_of(values.begin(), values.end(), [&](const literal& value) {
            return order(value) == std::partial_ordering::equivalent;
        });
    };
    switch (term.how) {
    case comparison::exists:
        return true;
    case comparison::equal:
        return is_equal();
    case comparison::unequal:
        return !is_equal();
    case comparison::matches:
    case comparison::matches_not:
        return false;
    default:
        break;
    }
    const auto relation = order(std::get<value_list>(term.operand).front());
    return relation && holds(term.how, *relation);
}

bool instance_meets(const attribute_instance& of, const q_term& term) {
    switch (term.target.path.what) {
    case member::value:
        return meets(target_of(of, term.target.path.trailing), term);
    case member::observed_at:
        return meets_time(of.observed_at, term);
    case member::created_at:
        return meets_time(of.created_at, term);
    case member::modified_at:
        return meets_time(of.modified_at, term);
    case member::expires_at:
        return meets_time(of.expires_at, term);
    case member::dataset_id:
        return meets_text(of.dataset_id, term);
    case member::unit_code:
        break;
    }
    const auto code = of.members.find("unitCode");
    const bool given = code != of.members.end() && code->is_string();
    return given && meets_text(code->get<std::string>(), term);
}

const ngsild::attribute* find(const std::vector<ngsild::attribute>& among,
                              const std::string& name) {
    const auto found =
        std::find_if(among.begin(), among.end(), [&](const auto& one) { return one.name == name; });
    return found == among.end() ? nullptr : &*found;
}

/// 4.9: of several instances any may meet the term.
bool attribute_meets(const std::vector<ngsild::attribute>& among, const q_term& term,
                     std::size_t depth) {
    const auto& names = term.target.path.names;
    const auto* attribute = find(among, names[depth]);
    if (attribute == nullptr)
        return false;
    return std::any_of(attribute->instances.begin(), attribute->instances.end(),
                       [&](const attribute_instance& one) {
                           return depth + 1 == names.size()
                                      ? instance_meets(one, term)
                                      : attribute_meets(one.attributes, term, depth + 1);
                       });
}

bool entity_meets(const ngsild::entity& subject, const q_term& term) {
    if (!term.target.path.names.empty())
        return attribute_meets(subject.attributes, term, 0);
    switch (term.target.path.what) {
    case member::created_at:
        return meets_time(subject.created_at, term);
    case member::modified_at:
        return meets_time(subject.modified_at, term);
    case member::expires_at:
        return meets_time(subject.expires_at, term);
    default:
        return false;
    }
}

/// The objects of the Relationship that one step follows.
std::vector<std::string_view> objects_of(const ngsild::entity& subject, const std::string& name) {
    std::vector<std::string_view> uris;
    const auto* attribute = find(subject.attributes, name);
    if (attribute == nullptr)
        return uris;
    for (const auto& one : attribute->instances) {
        if (one.kind != attribute_kind::relationship &&
            one.kind != attribute_kind::list_relationship)
            continue;
        for (const auto* object : relationship_target(one.value, {}).scalars) {
            if (object->is_string())
                uris.emplace_back(object->get_ref<const std::string&>());
        }
    }
    return uris;
}

bool has_hinted_type(const ngsild::entity& linked, const link_step& step) {
    return step.types.empty() ||
           std::any_of(step.types.begin(), step.types.end(), [&](const std::string& type) {
               return std::find(linked.types.begin(), linked.types.end(), type) !=
                      linked.types.end();
           });
}

/// 4.9, example 13: any linked Entity may meet the term.
bool term_matches(const q_term& term, const ngsild::entity& subject, const entity_lookup& linked,
                  std::size_t step = 0) {
    if (step == term.target.links.size())
        return entity_meets(subject, term);
    if (!linked)
        return false;
    const auto& link = term.target.links[step];
    const auto uris = objects_of(subject, link.name);
    return std::any_of(uris.begin(), uris.end(), [&](std::string_view uri) {
        const auto* next = linked(uri);
        return next != nullptr && has_hinted_type(*next, link) &&
               term_matches(term, *next, linked, step + 1);
    });
}

void collect_missing(const q_term& term, const ngsild::entity& subject, const entity_lookup& linked,
                     std::size_t step, std::set<std::string, std::less<>>& missing) {
    if (step == term.target.links.size())
        return;
    for (const auto uri : objects_of(subject, term.target.links[step].name)) {
        const auto* next = linked ? linked(uri) : nullptr;
        if (next == nullptr)
            missing.emplace(uri);
        else if (has_hinted_type(*next, term.target.links[step]))
            collect_missing(term, *next, linked, step + 1, missing);
    }
}

void collect_missing(const q_expression& q, const ngsild::entity& subject,
                     const entity_lookup& linked, std::set<std::string, std::less<>>& missing) {
    if (q.kind == q_expression::node::term)
        collect_missing(q.term, subject, linked, 0, missing);
    for (const auto& operand : q.operands)
        collect_missing(operand, subject, linked, missing);
}

} // namespace

bool matches(const q_expression& q, const ngsild::entity& subject, const entity_lookup& linked) {
    const auto holds_here = [&](const q_expression& one) { return matches(one, subject, linked); };
    switch (q.kind) {
    case q_expression::node::all_of:
        return std::all_of(q.operands.begin(), q.operands.end(), holds_here);
    case q_expression::node::any_of:
        return std::any_of(q.operands.begin(), q.operands.end(), holds_here);
    case q_expression::node::term:
        break;
    }
    return term_matches(q.term, subject, linked);
}

bool follows_links(const q_expression& q) noexcept {
    return q.kind == q_expression::node::term
               ? !q.term.target.links.empty()
               : std::any_of(q.operands.begin(), q.operands.end(), follows_links);
}

std::vector<std::string> missing_links(const q_expression& q, const ngsild::entity& subject,
                                       const entity_lookup& linked) {
    std::set<std::string, std::less<>> missing;
    collect_missing(q, subject, linked, missing);
    return {missing.begin(), missing.end()};
}

} // namespace meridian::query
