#include "meridian/query/print.hpp"

#include "query/characters.hpp"
#include "query/values.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace meridian::query {
namespace {

/// A short name of the context that the parsers read as one name and expand to the IRI again.
std::string name_text(const std::string& iri, const jsonld::context* context) {
    if (context != nullptr) {
        auto name = context->compact(iri);
        const auto colon = name.find(':');
        const bool readable = colon == std::string::npos
                                  ? is_name(name)
                                  : is_name(std::string_view(name).substr(0, colon)) &&
                                        is_name(std::string_view(name).substr(colon + 1));
        if (readable && context->expand(name) == iri)
            return name;
    }
    return '<' + iri + '>';
}

std::string_view member_text(member what) noexcept {
    switch (what) {
    case member::value:
        return "";
    case member::observed_at:
        return "observedAt";
    case member::created_at:
        return "createdAt";
    case member::modified_at:
        return "modifiedAt";
    case member::expires_at:
        return "expiresAt";
    case member::unit_code:
        return "unitCode";
    case member::dataset_id:
        return "datasetId";
    }
    return "";
}

void append_trailing(std::string& out, const std::vector<std::string>& members) {
    if (members.empty())
        return;
    char before = '[';
    for (const auto& one : members) {
        out += before;
        before = '.';
        if (is_name(one) || one == "*")
            out += one;
        else
            append_json_string(out, one);
    }
    out += ']';
}

std::string_view operator_text(comparison how) noexcept {
    switch (how) {
    case comparison::exists:
        return "";
    case comparison::equal:
        return "==";
    case comparison::unequal:
        return "!=";
    case comparison::greater:
        return ">";
    case comparison::greater_equal:
        return ">=";
    case comparison::less:
        return "<";
    case comparison::less_equal:
        return "<=";
    case comparison::matches:
        return "~=";
    case comparison::matches_not:
        return "!~=";
    }
    return "";
}

std::string clock_text(std::chrono::microseconds since_midnight) {
    // The clock of any day; "1970-01-01T" is left out.
    return meridian::to_text(timestamp(since_midnight)).substr(11);
}

/// Within braces a colon ends the types, so that prefixed names are written in full.
std::string inner_name_text(const std::string& iri, const jsonld::context* context) {
    auto name = name_text(iri, context);
    return name.find(':') == std::string::npos || name.front() == '<' ? name : '<' + iri + '>';
}

std::string target_text(const attribute_path& target, const jsonld::context* context) {
    std::string out;
    for (const auto& step : target.links) {
        out += out.empty() ? name_text(step.name, context) : inner_name_text(step.name, context);
        char before = '{';
        for (const auto& type : step.types) {
            out += before;
            before = ',';
            out += inner_name_text(type, context);
        }
        out += step.types.empty() ? '{' : ':';
    }
    const auto& names = target.path.names;
    const bool in_full =
        !target.links.empty() && !names.empty() &&
        inner_name_text(names.front(), context) != name_text(names.front(), context);
    out += to_text(target.path, in_full ? nullptr : context);
    out.append(target.links.size(), '}');
    return out;
}

std::string operand_text(const q_term& term) {
    if (const auto* values = std::get_if<value_list>(&term.operand)) {
        std::string out;
        for (const auto& value : *values) {
            if (!out.empty())
                out += ',';
            out += to_text(value);
        }
        return out;
    }
    if (const auto* range = std::get_if<value_range>(&term.operand))
        return to_text(range->low) + ".." + to_text(range->high);
    std::string out;
    if (const auto* expression = std::get_if<pattern>(&term.operand))
        append_json_string(out, expression->text());
    return out;
}

template <typename Leaf, typename Print>
std::string normal_form_text(const std::vector<std::vector<Leaf>>& any_of, Print print) {
    std::string out;
    for (const auto& all_of : any_of) {
        if (!out.empty())
            out += '|';
        const bool several = all_of.size() > 1;
        if (several)
            out += '(';
        for (const auto& leaf : all_of) {
            if (&leaf != &all_of.front())
                out += ';';
            out += print(leaf);
        }
        if (several)
            out += ')';
    }
    return out;
}

std::string scope_text(const scope_pattern& scope) {
    std::string out;
    for (const auto& level : scope.levels)
        out += '/' + level;
    return scope.and_below ? out + "/#" : out;
}

} // namespace

std::string to_text(const literal& value) {
    if (const auto* flag = std::get_if<bool>(&value))
        return *flag ? "true" : "false";
    if (const auto* text = std::get_if<std::string>(&value)) {
        std::string out;
        append_json_string(out, *text);
        return out;
    }
    if (const auto* moment = std::get_if<date_time>(&value))
        return meridian::to_text(moment->at);
    if (const auto* day = std::get_if<date>(&value))
        return meridian::to_text(day->day).substr(0, 10);
    if (const auto* clock = std::get_if<time_of_day>(&value))
        return clock_text(clock->since_midnight);
    return number_text(value);
}

std::string to_text(const value_path& path, const jsonld::context* context) {
    std::string out;
    for (const auto& name : path.names) {
        if (!out.empty())
            out += '.';
        out += name_text(name, context);
    }
    if (path.what != member::value) {
        if (!out.empty())
            out += '.';
        out += member_text(path.what);
    }
    append_trailing(out, path.trailing);
    return out;
}

std::string to_text(const q_expression& q, const jsonld::context* context) {
    if (q.kind == q_expression::node::term)
        return target_text(q.term.target, context).append(operator_text(q.term.how)) +
               operand_text(q.term);
    const bool all = q.kind == q_expression::node::all_of;
    std::string out;
    for (const auto& operand : q.operands) {
        if (&operand != &q.operands.front())
            out += all ? ';' : '|';
        if (operand.kind == q_expression::node::term)
            out += to_text(operand, context);
        else
            out += '(' + to_text(operand, context) + ')';
    }
    return out;
}

std::string to_text(const type_selection& types, const jsonld::context* context) {
    if (types.any_of.empty())
        return "*";
    return normal_form_text(types.any_of,
                            [&](const std::string& iri) { return name_text(iri, context); });
}

std::string to_text(const scope_selection& scopes) {
    return normal_form_text(scopes.any_of, scope_text);
}

std::string to_text(const projection_list& terms, const jsonld::context* context) {
    std::string out;
    for (const auto& term : terms) {
        if (!out.empty())
            out += ',';
        out += term.of_entity ? term.name : name_text(term.name, context);
        if (!term.linked.empty())
            out += '{' + to_text(term.linked, context) + '}';
    }
    return out;
}

geo_parameters to_parameters(const geo_query& geo) {
    constexpr std::array<std::string_view, 8> words{"near;maxDistance==",
                                                    "near;minDistance==",
                                                    "within",
                                                    "contains",
                                                    "intersects",
                                                    "equals",
                                                    "disjoint",
                                                    "overlaps"};
    geo_parameters made;
    made.georel = words[static_cast<std::size_t>(geo.relation)];
    if (geo.relation == geo_relation::near_max || geo.relation == geo_relation::near_min)
        made.georel += number_text(canonical_number(geo.distance));
    made.geometry = geo.geometry.value("type", std::string());
    made.coordinates = meridian::to_text(geo.geometry.value("coordinates", json::array()));
    made.geoproperty = '<' + geo.geoproperty + '>';
    return made;
}

temporal_parameters to_parameters(const temporal_query& temporal) {
    constexpr std::array<std::string_view, 4> words{"observedAt", "createdAt", "modifiedAt",
                                                    "deletedAt"};
    temporal_parameters made;
    made.timeproperty = words[static_cast<std::size_t>(temporal.property)];
    if (temporal.from && temporal.until) {
        made.timerel = "between";
        made.end_time_at = meridian::to_text(*temporal.until);
    } else if (temporal.from || temporal.until) {
        made.timerel = temporal.from ? "after" : "before";
    }
    if (made.timerel)
        made.time_at = meridian::to_text(temporal.from ? *temporal.from : *temporal.until);
    if (temporal.last_n)
        made.last_n = std::to_string(*temporal.last_n);
    return made;
}

namespace {

std::string_view name_of(order_term::subject subject) noexcept {
    switch (subject) {
    case order_term::subject::id:
        return "id";
    case order_term::subject::type:
        return "type";
    case order_term::subject::scope:
        return "scope";
    case order_term::subject::path:
        break;
    }
    return {};
}

} // namespace

order_parameters to_parameters(const ordering& order, const jsonld::context* context) {
    order_parameters made;
    for (const auto& term : order.terms) {
        if (!made.order_by.empty())
            made.order_by += ',';
        made.order_by += term.of == order_term::subject::path ? to_text(term.path, context)
                                                              : std::string(name_of(term.of));
        if (term.by == order_term::key::distance)
            made.order_by += term.descending ? ";dist-desc" : ";dist-asc";
        else if (term.descending)
            made.order_by += ";desc";
    }
    if (!order.collation.empty())
        made.collation = order.collation;
    if (order.from.is_object()) {
        made.order_geometry = order.from.value("type", std::string());
        made.order_from = meridian::to_text(order.from.value("coordinates", json::array()));
    }
    return made;
}

std::string to_text(const geo_query& geo) {
    const auto given = to_parameters(geo);
    return "georel=" + given.georel + "&geometry=" + given.geometry +
           "&coordinates=" + given.coordinates + "&geoproperty=" + given.geoproperty.value_or("");
}

std::string to_text(const temporal_query& temporal) {
    const auto given = to_parameters(temporal);
    std::string out = "timeproperty=" + given.timeproperty.value_or("");
    const auto add = [&](std::string_view name, const std::optional<std::string>& value) {
        if (value)
            out.append("&").append(name).append("=").append(*value);
    };
    add("timerel", given.timerel);
    add("timeAt", given.time_at);
    add("endTimeAt", given.end_time_at);
    add("lastN", given.last_n);
    return out;
}

std::string to_text(const ordering& order, const jsonld::context* context) {
    const auto given = to_parameters(order, context);
    std::string out = "orderBy=" + given.order_by;
    const auto add = [&](std::string_view name, const std::optional<std::string>& value) {
        if (value)
            out.append("&").append(name).append("=").append(*value);
    };
    add("collation", given.collation);
    add("orderGeometry", given.order_geometry);
    add("orderFrom", given.order_from);
    return out;
}

} // namespace meridian::query
