#include "meridian/federation/words.hpp"

#include "meridian/federation/merge.hpp"
#include "meridian/ngsild/compact_name.hpp"
#include "meridian/ngsild/representation.hpp"
#include "meridian/query/print.hpp"

#include <algorithm>
#include <array>

namespace meridian::federation {
namespace {

bool contains(const std::vector<std::string>& all, const std::string& one) {
    return std::ranges::find(all, one) != all.end();
}

std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const auto& one : texts) {
        if (!out.empty())
            out += ',';
        out += one;
    }
    return out;
}

std::string joined_names(const std::vector<std::string>& iris, const jsonld::context& context) {
    std::vector<std::string> names;
    for (const auto& iri : iris)
        names.push_back(ngsild::compact_name(iri, context));
    return joined(names);
}

// ---- fragments ----------------------------------------------------------------------------------

void compact_values(json& value, const jsonld::context& context) {
    if (value.is_string())
        value = context.compact(value.get_ref<const std::string&>());
    else if (value.is_array())
        for (auto& one : value)
            compact_values(one, context);
}

/// Attributes of fragments have their names as IRIs, on every level; members of Attributes are
/// terms, and of these vocab, valueType and objectType hold names.
json compact_attribute(const json& sent, const jsonld::context& context) {
    if (sent.is_array()) {
        json all = json::array();
        for (const auto& one : sent)
            all.push_back(compact_attribute(one, context));
        return all;
    }
    if (!sent.is_object())
        return sent;
    json made = json::object();
    for (const auto& [name, value] : sent.items()) {
        const bool is_attribute = name.find(':') != std::string::npos;
        if (is_attribute) {
            made[ngsild::compact_name(name, context)] = compact_attribute(value, context);
            continue;
        }
        made[name] = value;
        if ((name == "vocab" || name == "valueType" || name == "objectType") &&
            value != ngsild::ngsild_null)
            compact_values(made[name], context);
    }
    return made;
}

// ---- what a Registration offers
// ------------------------------------------------------------------

std::vector<std::string> offered_ids(const std::vector<std::string>& wanted, const match& by) {
    std::vector<std::string> ids;
    bool offers_others = false;
    for (const auto place : by.information) {
        const auto& info = by.source->information[place];
        offers_others = offers_others || info.entities.empty();
        for (const auto& one : info.entities) {
            offers_others = offers_others || one.id.empty();
            if (!one.id.empty() && !contains(ids, one.id))
                ids.push_back(one.id);
        }
    }
    if (wanted.empty())
        return offers_others ? std::vector<std::string>{} : ids;
    std::vector<std::string> kept;
    for (const auto& id : wanted)
        for (const auto place : by.information) {
            const auto& info = by.source->information[place];
            const bool is_offered = info.entities.empty() ||
                                    std::ranges::any_of(info.entities, [&](const entity_info& one) {
                                        return one.id.empty()
                                                   ? !one.id_pattern || one.id_pattern->matches(id)
                                                   : one.id == id;
                                    });
            if (is_offered && !contains(kept, id))
                kept.push_back(id);
        }
    return kept;
}

/// The one idPattern that all EntityInfos share; empty where there is none.
std::string offered_pattern(const match& by) {
    std::string pattern;
    for (const auto place : by.information) {
        const auto& info = by.source->information[place];
        if (info.entities.empty())
            return {};
        for (const auto& one : info.entities) {
            if (!one.id_pattern || (!pattern.empty() && pattern != one.id_pattern->text()))
                return {};
            pattern = one.id_pattern->text();
        }
    }
    return pattern;
}

query::type_selection offered_types(const std::optional<query::type_selection>& wanted,
                                    const match& by) {
    query::type_selection made;
    const bool asks = wanted && !wanted->any_of.empty();
    const auto add = [&](std::vector<std::string> list) {
        if (std::ranges::find(made.any_of, list) == made.any_of.end())
            made.any_of.push_back(std::move(list));
    };
    for (const auto place : by.information) {
        const auto& info = by.source->information[place];
        if (info.entities.empty())
            return wanted.value_or(query::type_selection{});
        for (const auto& one : info.entities) {
            if (!asks) {
                for (const auto& type : one.types)
                    add({type});
                continue;
            }
            for (const auto& list : wanted->any_of)
                if (std::ranges::all_of(
                        list, [&](const auto& type) { return contains(one.types, type); }))
                    add(list);
        }
    }
    return made;
}

std::vector<std::string> common_datasets(const std::vector<std::string>& wanted,
                                         const std::vector<std::string>& offered) {
    if (wanted.empty() || offered.empty())
        return wanted.empty() ? offered : wanted;
    std::vector<std::string> both;
    for (const auto& one : wanted)
        if (contains(offered, one))
            both.push_back(one);
    return both;
}

void add_filters(query_parameters& out, const query::entity_selection& selection,
                 const jsonld::context& context) {
    if (selection.q)
        out.emplace_back("q", query::to_text(*selection.q, &context));
    if (selection.geo) {
        const auto geo = query::to_parameters(*selection.geo);
        out.emplace_back("georel", geo.georel);
        out.emplace_back("geometry", geo.geometry);
        out.emplace_back("coordinates", geo.coordinates);
        out.emplace_back("geoproperty", ngsild::compact_name(selection.geo->geoproperty, context));
    }
    if (selection.scopes)
        out.emplace_back("scopeQ", query::to_text(*selection.scopes));
}

} // namespace

std::string target_of(std::string path, const query_parameters& parameters) {
    char before = '?';
    for (const auto& [name, value] : parameters) {
        path += before;
        path.append(name).append("=").append(encode_query_value(value));
        before = '&';
    }
    return path;
}

json render_entity(const ngsild::entity& subject, const std::vector<std::string>& attributes,
                   const std::vector<std::string>& types, const jsonld::context& context) {
    auto part = subject;
    std::erase_if(part.attributes,
                  [&](const auto& attribute) { return !contains(attributes, attribute.name); });
    if (!types.empty())
        std::erase_if(part.types, [&](const auto& type) { return !contains(types, type); });
    answer_names names;
    names.add(part);
    const auto bytes = ngsild::encode(part, names);
    // The context outlives the call.
    const std::shared_ptr<const jsonld::context> words(std::shared_ptr<void>{}, &context);
    ngsild::compacted_names compacted(words, names);
    ngsild::entity_row row;
    row.id = part.id;
    row.document = ngsild::document_view::open(bytes).value();
    ngsild::representation how;
    how.shown.expires_at_picked = true;
    std::string text;
    ngsild::append_entity(text, row, how, compacted, timestamp::min());
    return parse_json(text).value();
}

json render_fragment(const ngsild::entity_fragment& fragment,
                     const std::vector<std::string>& attributes, const jsonld::context& context) {
    json made = json::object();
    if (!fragment.types.empty()) {
        made["type"] = json::array();
        for (const auto& type : fragment.types)
            made["type"].push_back(ngsild::compact_name(type, context));
        if (fragment.types.size() == 1)
            made["type"] = json(made["type"].front());
    }
    if (fragment.scopes_are_null)
        made["scope"] = ngsild::ngsild_null;
    else if (fragment.scopes)
        made["scope"] = *fragment.scopes;
    for (const auto& [iri, value] : fragment.attributes.items()) {
        if (!contains(attributes, iri))
            continue;
        auto compacted = compact_attribute(value, context);
        const bool is_bare = fragment.simplified && compacted.is_object() &&
                             compacted.size() == 1 && compacted.contains("value");
        made[ngsild::compact_name(iri, context)] =
            is_bare ? json(compacted["value"]) : std::move(compacted);
    }
    return made;
}

std::vector<std::string> narrowed_attributes(const std::vector<std::string>& wanted,
                                             const match& by) {
    std::vector<std::string> offered;
    for (const auto place : by.information) {
        const auto& names = by.source->information[place].attributes;
        if (names.empty())
            return wanted;
        for (const auto& name : names)
            if (!contains(offered, name))
                offered.push_back(name);
    }
    if (wanted.empty())
        return offered;
    std::vector<std::string> kept;
    for (const auto& name : wanted)
        if (contains(offered, name))
            kept.push_back(name);
    return kept;
}

std::string to_type_text(const query::type_selection& types, const jsonld::context& context) {
    std::string out;
    for (const auto& list : types.any_of) {
        if (!out.empty())
            out += ',';
        std::string names;
        for (const auto& type : list)
            names.append(names.empty() ? "" : ";").append(ngsild::compact_name(type, context));
        out += list.size() > 1 ? "(" + names + ")" : names;
    }
    return out;
}

query_parameters narrowed(const query::entity_selection& selection,
                          const std::vector<std::string>& dataset_ids, const match& by,
                          const jsonld::context& context, filters how) {
    query_parameters out;
    const auto types = offered_types(selection.types, by);
    if (!types.any_of.empty())
        out.emplace_back("type", to_type_text(types, context));
    if (const auto ids = offered_ids(selection.ids, by); !ids.empty())
        out.emplace_back("id", joined(ids));
    if (selection.id_pattern)
        out.emplace_back("idPattern", selection.id_pattern->text());
    else if (const auto pattern = offered_pattern(by); !pattern.empty() && selection.ids.empty())
        out.emplace_back("idPattern", pattern);
    const auto& wanted = how == filters::kept ? selection.attributes : std::vector<std::string>{};
    if (const auto attributes = narrowed_attributes(wanted, by); !attributes.empty())
        out.emplace_back("attrs", joined_names(attributes, context));
    if (how == filters::kept)
        add_filters(out, selection, context);
    if (const auto ids = common_datasets(dataset_ids, by.source->dataset_ids); !ids.empty())
        out.emplace_back("datasetId", joined(ids));
    if (by.source->local_only)
        out.emplace_back("local", "true");
    return out;
}

} // namespace meridian::federation
