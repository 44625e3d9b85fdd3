#include "meridian/ngsild/temporal.hpp"

#include "ngsild/temporal/instance_text.hpp"
#include "ngsild/temporal/rest.hpp"

#include <algorithm>

namespace meridian::ngsild {

namespace {

using rows_view = std::span<const history_row>;

/// 4.15, of a LanguageProperty; false where there is no language to choose.
bool append_one_language(std::string& out, const history_row& row, const temporal_plan& how) {
    if (!how.lang || row.kind() != attribute_kind::language_property || row.is_deleted())
        return false;
    const auto chosen = how.lang->choose(row.txt);
    if (chosen.tag.empty())
        return false;
    out += R"("type":"Property","value":)";
    out += chosen.value;
    out += R"(,"lang":")";
    out += chosen.tag;
    out += '"';
    return true;
}

void append_times(std::string& out, const history_row& row, const temporal_plan& how) {
    if (how.shows(time_property::created_at))
        append_moment(out, "createdAt", row.created_at);
    if (!row.is_deleted() && how.shows(time_property::modified_at))
        append_moment(out, "modifiedAt", row.modified_at);
    // 4.5.7 sets deletedAt, 6.3.11 shows it with sysAttrs.
    if (row.is_deleted() && how.shows(time_property::deleted_at))
        append_moment(out, "deletedAt", row.modified_at);
}

/// Who made the instance, an extension. Where the Attribute has one of its own of that name, by a
/// name that no Attribute has (4.6.2), so that neither hides the other.
void append_subject(std::string& out, const history_row& row, const rest_view& rest,
                    compacted_names& names) {
    if (row.subject.empty())
        return;
    bool is_taken = false;
    for (std::uint32_t index = 0; rest.more && index < rest.more->attribute_count; ++index)
        is_taken = is_taken ||
                   names.member(nested_instance(*rest.more, index).attribute) == R"("modifiedBy":)";
    append_comma(out);
    out += is_taken ? R"("@modifiedBy":)" : R"("modifiedBy":)";
    append_json_string(out, row.subject);
}

/// 4.5.7, 4.5.8: one instance.
void append_instance(std::string& out, const history_row& row, const temporal_plan& how) {
    auto& names = *how.style.names;
    const auto rest = decode_rest(row.rest);
    out += '{';
    if (!append_one_language(out, row, how)) {
        out += R"("type":")";
        out += type_member(row.kind());
        out += R"(",")";
        out += value_member(row.kind());
        out += R"(":)";
        append_value(out, row, names);
    }
    if (row.dataset != 0) {
        out += R"(,"datasetId":)";
        append_json_string(out, names.dictionary().iri(row.dataset));
    }
    if (row.has_observed_at())
        append_moment(out, "observedAt", row.ts);
    if (how.how.instance_ids && row.iid != 0 && row.attribute != scope_attribute) {
        out += R"(,"instanceId":")";
        out += to_instance_id({rest.first_ts.value_or(row.ts), row.iid});
        out += '"';
    }
    out += rest.text;
    if (rest.more)
        append_named_members(out, *rest.more, how.style);
    if (how.how.sys_attrs && rest.expires_at != timestamp{})
        append_moment(out, "expiresAt", rest.expires_at);
    append_times(out, row, how);
    if (how.how.modified_by)
        append_subject(out, row, rest, names);
    if (rest.more && rest.more->attribute_count != 0)
        append_nested(out, *rest.more, how.style);
    out += '}';
}

timestamp moment_of(const history_row& row, time_property property) noexcept {
    switch (property) {
    case time_property::observed_at:
        return row.ts;
    case time_property::created_at:
        return row.created_at;
    case time_property::modified_at:
    case time_property::deleted_at:
        return row.modified_at;
    }
    return row.ts;
}

/// 4.5.9: the first of the two elements.
void append_simplified_value(std::string& out, const history_row& row, const temporal_plan& how) {
    const bool is_map = row.kind() == attribute_kind::language_property ||
                        row.kind() == attribute_kind::list_relationship;
    if (is_map && row.value() == history_value::json) {
        append_simplified(out, row.kind(), row.txt, how.style.lang);
        return;
    }
    const bool wrapped = row.kind() == attribute_kind::language_property ||
                         row.kind() == attribute_kind::json_property ||
                         row.kind() == attribute_kind::vocab_property;
    if (wrapped) {
        out += R"({")";
        out += value_member(row.kind());
        out += R"(":)";
    }
    append_value(out, row, *how.style.names);
    if (wrapped)
        out += '}';
}

/// 4.5.9: `{"type":…,"values":[`
void begin_series(std::string& out, attribute_kind kind, name_id dataset,
                  const temporal_plan& how) {
    const bool chosen = how.lang && kind == attribute_kind::language_property;
    out += R"({"type":")";
    out += type_member(chosen ? attribute_kind::property : kind);
    out += '"';
    if (dataset != 0) {
        out += R"(,"datasetId":)";
        append_json_string(out, how.style.names->dictionary().iri(dataset));
    }
    out += R"(,")";
    out += chosen ? "value" : value_member(kind);
    out += R"(s":[)";
}

/// 4.5.9: the instances of one datasetId and kind.
void append_series(std::string& out, rows_view rows, const history_row& first,
                   const temporal_plan& how) {
    begin_series(out, first.kind(), first.dataset, how);
    for (const auto& row : rows) {
        if (row.dataset != first.dataset || row.kind() != first.kind() || !how.shows(row))
            continue;
        append_comma(out);
        out += '[';
        append_simplified_value(out, row, how);
        out += R"(,")";
        append_text(out, moment_of(row, how.how.property));
        out += R"("])";
    }
    out += "]}";
}

/// CHOICE: 4.5.9 knows one object an Attribute. Where an Attribute has instances of several
/// datasetIds, or of several kinds, an array of such objects, each with its datasetId, keeps them
/// apart.
void append_all_series(std::string& out, rows_view rows, const temporal_plan& how) {
    std::vector<const history_row*> heads;
    for (const auto& row : rows) {
        const bool known = std::ranges::any_of(heads, [&](const history_row* head) {
            return head->dataset == row.dataset && head->kind() == row.kind();
        });
        if (!known && how.shows(row))
            heads.push_back(&row);
    }
    const bool several = heads.size() > 1;
    if (several)
        out += '[';
    for (const auto* head : heads) {
        if (head != heads.front())
            out += ',';
        append_series(out, rows, *head, how);
    }
    if (several)
        out += ']';
}

/// CHOICE: 4.5.7 allows an object for a single instance; an array always is simpler to read.
void append_instances(std::string& out, rows_view rows, const temporal_plan& how) {
    out += '[';
    for (const auto& row : rows) {
        if (!how.shows(row))
            continue;
        append_comma(out);
        append_instance(out, row, how);
    }
    out += ']';
}

void append_name(std::string& out, name_id attribute, compacted_names& names) {
    append_comma(out);
    if (attribute == scope_attribute)
        out += R"("scope":)";
    else
        out += names.member(attribute);
}

void append_head(std::string& out, const temporal_head& head, const temporal_representation& how,
                 compacted_names& names) {
    const auto& shown = how.shown;
    if (shown.id)
        append_id(out, head.id);
    if (shown.type)
        append_types(
            out, head.types.size(), [&](std::size_t index) { return head.types[index]; }, names);
    if (shown.created_at && (how.sys_attrs || shown.created_at_picked))
        append_moment(out, "createdAt", head.created_at);
    if (shown.modified_at && (how.sys_attrs || shown.modified_at_picked))
        append_moment(out, "modifiedAt", head.modified_at);
    if (head.deleted_at && how.sys_attrs)
        append_moment(out, "deletedAt", *head.deleted_at);
}

/// CHOICE: an Attribute whose instances are all in another part of the answer (6.3.10) is an empty
/// array, or in 4.5.9 an empty series, which says that there are some.
void append_held_back(std::string& out, const temporal_head& head, const temporal_plan& how) {
    for (const auto& one : head.held_back) {
        if (one.attribute == scope_attribute ? !how.how.shown.scope
                                             : !how.filter.shows_attribute(one.attribute))
            continue;
        append_name(out, one.attribute, *how.style.names);
        if (how.how.format == temporal_format::simplified) {
            begin_series(out, one.kind, 0, how);
            out += "]}";
        } else {
            out += "[]";
        }
    }
}

} // namespace

void append_temporal_entity(std::string& out, const temporal_head& head, rows_view rows,
                            const temporal_representation& how, compacted_names& names) {
    const temporal_plan ready(how, names);
    out.reserve(out.size() + 256 + rows.size() * 160);
    out += '{';
    append_head(out, head, how, names);
    while (!rows.empty()) {
        const auto attribute = rows.front().attribute;
        const auto end = std::ranges::find_if(
            rows, [&](const history_row& row) { return row.attribute != attribute; });
        const auto group = rows.first(static_cast<std::size_t>(end - rows.begin()));
        rows = rows.subspan(group.size());
        if (std::ranges::none_of(group, [&](const history_row& row) { return ready.shows(row); }))
            continue;
        append_name(out, attribute, names);
        if (how.format == temporal_format::simplified)
            append_all_series(out, group, ready);
        else
            append_instances(out, group, ready);
    }
    append_held_back(out, head, ready);
    append_context(out, how.context_member);
    out += '}';
}

void append_aggregated_entity(std::string& out, const temporal_head& head,
                              std::span<const aggregated_attribute> attributes,
                              const temporal_representation& how, compacted_names& names) {
    const instance_filter filter(how.shown, {}, names.dictionary());
    out += '{';
    append_head(out, head, how, names);
    for (const auto& one : attributes) {
        if (one.attribute == scope_attribute ? !how.shown.scope
                                             : !filter.shows_attribute(one.attribute))
            continue;
        append_name(out, one.attribute, names);
        out += R"({"type":")";
        out += type_member(one.kind);
        out += '"';
        for (const auto& series : one.series) {
            out += R"(,")";
            out += method_member(series.method);
            out += R"(":[)";
            for (const auto& period : series.periods) {
                append_comma(out);
                out += '[';
                out += period.value;
                out += R"(,")";
                append_text(out, period.start);
                out += R"(",")";
                append_text(out, period.end);
                out += R"("])";
            }
            out += ']';
        }
        out += '}';
    }
    append_context(out, how.context_member);
    out += '}';
}

} // namespace meridian::ngsild
