#include "meridian/ngsild/history.hpp"

#include "meridian/ngsild/document.hpp"
#include "ngsild/representation/instance.hpp"
#include "ngsild/temporal/rest.hpp"

namespace meridian::ngsild {

namespace {

/// Integers up to here are exact as doubles.
constexpr std::int64_t exact_integer = std::int64_t{1} << 53;

constexpr std::int16_t flags_of(attribute_kind kind, history_value value) noexcept {
    return static_cast<std::int16_t>((static_cast<int>(kind) << history_flag::kind_shift) |
                                     (static_cast<int>(value) << history_flag::value_shift));
}

void set_flag(std::int16_t& flags, std::int16_t flag) noexcept {
    flags = static_cast<std::int16_t>(flags | flag);
}

bool is_exact(const json& number) noexcept {
    if (number.is_number_unsigned())
        return number.get<std::uint64_t>() <= static_cast<std::uint64_t>(exact_integer);
    const auto value = number.get<std::int64_t>();
    return value <= exact_integer && value >= -exact_integer;
}

history_value set_value(new_history_row& row, const json& value) {
    if (value.is_number())
        row.num = value.get<double>();
    if (value.is_number_float())
        return history_value::floating;
    if (value.is_number() && is_exact(value))
        return history_value::integer;
    if (value.is_string()) {
        row.txt = value.get_ref<const std::string&>();
        return history_value::string;
    }
    row.txt = to_text(value);
    return history_value::json;
}

json value_of(const history_row& row) {
    switch (row.value()) {
    case history_value::integer:
        return static_cast<std::int64_t>(row.num.value_or(0));
    case history_value::floating:
        return row.num.value_or(0);
    case history_value::string:
        return std::string(row.txt);
    case history_value::none:
    case history_value::json:
        break;
    }
    auto parsed = parse_json(row.value() == history_value::json ? row.txt : null_value(row.kind()));
    return parsed ? std::move(*parsed) : json();
}

} // namespace

attribute_kind history_row::kind() const noexcept {
    const int stored = (flags & history_flag::kind_mask) >> history_flag::kind_shift;
    const bool known = stored >= static_cast<int>(attribute_kind::property) &&
                       stored <= static_cast<int>(attribute_kind::list_relationship);
    return known ? static_cast<attribute_kind>(stored) : attribute_kind::property;
}

history_value history_row::value() const noexcept {
    return static_cast<history_value>((flags & history_flag::value_mask) >>
                                      history_flag::value_shift);
}

bool history_row::is_deleted() const noexcept {
    return (flags & history_flag::deleted) != 0;
}

bool history_row::has_observed_at() const noexcept {
    return (flags & history_flag::has_observed_at) != 0;
}

history_row new_history_row::view(std::int64_t iid) const noexcept {
    history_row out{attribute, dataset, ts, modified_at, created_at, iid, flags, num, {}, {}, {}};
    if (txt)
        out.txt = *txt;
    if (rest)
        out.rest = *rest;
    return out;
}

new_history_row to_history_row(name_id attribute, const attribute_instance& instance,
                               history_origin origin, const names& dictionary,
                               std::optional<timestamp> first_ts) {
    new_history_row out;
    out.attribute = attribute;
    out.dataset = instance.dataset_id.empty() ? 0 : dictionary.find(instance.dataset_id);
    out.ts = instance.observed_at.value_or(instance.modified_at);
    out.modified_at = instance.modified_at;
    out.created_at = instance.created_at;
    out.flags = flags_of(instance.kind, set_value(out, instance.value));
    if (instance.observed_at)
        set_flag(out.flags, history_flag::has_observed_at);
    if (origin == history_origin::current_state)
        set_flag(out.flags, history_flag::from_current_state);
    if (first_ts == out.ts)
        first_ts.reset();
    out.rest = encode_rest(instance, first_ts, dictionary);
    return out;
}

new_history_row to_deletion_row(name_id attribute, name_id dataset,
                                const attribute_instance& before, timestamp deleted_at) {
    new_history_row out;
    out.attribute = attribute;
    out.dataset = dataset;
    out.ts = deleted_at;
    out.modified_at = deleted_at;
    out.created_at = before.created_at;
    out.flags = flags_of(before.kind, history_value::none);
    set_flag(out.flags, history_flag::deleted);
    set_flag(out.flags, history_flag::from_current_state);
    return out;
}

new_history_row to_scope_row(const std::vector<std::string>& scopes, timestamp created_at,
                             timestamp modified_at) {
    attribute_instance instance;
    instance.created_at = created_at;
    instance.modified_at = modified_at;
    new_history_row out;
    if (scopes.empty()) {
        out = to_deletion_row(scope_attribute, 0, instance, modified_at);
    } else {
        out.ts = modified_at;
        out.modified_at = modified_at;
        out.created_at = created_at;
        const auto value = scopes.size() == 1 ? json(scopes.front()) : json(scopes);
        out.flags = flags_of(attribute_kind::property, set_value(out, value));
        set_flag(out.flags, history_flag::from_current_state);
    }
    // 4.5.6: observedAt is a copy of modifiedAt.
    set_flag(out.flags, history_flag::has_observed_at);
    return out;
}

std::vector<new_history_row> to_history_rows(const change& of, const names& dictionary) {
    std::vector<new_history_row> out;
    out.reserve(of.attributes.size() + 1);
    const auto origin =
        of.is_evolution_only() ? history_origin::temporal_api : history_origin::current_state;
    for (const auto& one : of.attributes) {
        if (one.after)
            out.push_back(to_history_row(one.attribute, *one.after, origin, dictionary));
        else if (one.before)
            out.push_back(to_deletion_row(one.attribute, one.dataset, *one.before, of.modified_at));
    }
    if (of.scopes_before != of.scopes_after) {
        const auto created_at = of.scopes_before.empty() ? of.modified_at : of.created_at;
        out.push_back(to_scope_row(of.scopes_after, created_at, of.modified_at));
    }
    return out;
}

attribute_instance decode(const history_row& row, const names& dictionary) {
    const auto rest = decode_rest(row.rest);
    attribute_instance out;
    if (rest.more) {
        out = decode(*rest.more, dictionary);
    } else if (!rest.text.empty()) {
        auto members = parse_json("{" + std::string(rest.text.substr(1)) + "}");
        if (members)
            out.members = std::move(*members);
    }
    out.kind = row.kind();
    out.value = value_of(row);
    out.dataset_id = std::string(dictionary.iri(row.dataset));
    out.observed_at.reset();
    if (row.has_observed_at())
        out.observed_at = row.ts;
    out.expires_at.reset();
    if (rest.expires_at != timestamp{})
        out.expires_at = rest.expires_at;
    out.created_at = row.created_at;
    out.modified_at = row.modified_at;
    return out;
}

std::vector<std::string> scopes_of(const history_row& row, const names& dictionary) {
    if (row.is_deleted())
        return {};
    const auto value = decode(row, dictionary).value;
    if (value.is_string())
        return {value.get<std::string>()};
    return value.get<std::vector<std::string>>();
}

} // namespace meridian::ngsild
