// An array of an Entity and of changes, `{"merge": fragment}`, `{"delete": [name, datasetId]}` …:
// each change leaves a valid Entity, tells exactly what differs, and done twice does no more.

#include "fuzz.hpp"
#include "learned_names.hpp"
#include "shown_again.hpp"

#include "meridian/ngsild/change.hpp"
#include "meridian/ngsild/document.hpp"
#include "meridian/ngsild/parse.hpp"

#include <algorithm>
#include <optional>
#include <string>

using namespace meridian;

namespace {

using ngsild::attribute_change;
using ngsild::change;

timestamp moment(int second) {
    return timestamp{std::chrono::seconds{1'700'000'000 + second}};
}

/// An Entity as the store has it.
struct row {
    std::string id;
    std::string document;
    timestamp modified_at = moment(0);

    [[nodiscard]] ngsild::stored_entity stored() const {
        const auto view = ngsild::document_view::open(document);
        fuzz::expect(view.has_value(), "a document opens");
        return {id, moment(0), modified_at, 1, *view};
    }
    [[nodiscard]] ngsild::entity entity(const ngsild::names& dictionary) const {
        auto made = ngsild::decode(stored().document, dictionary);
        made.id = id;
        return made;
    }
};

result<change> change_by(const row& old, const std::string& how, const json& payload,
                         const ngsild::change_scope& scope) {
    const auto& core = *jsonld::core_context();
    if (how == "delete") {
        const auto text = [&](std::size_t index) {
            const bool is_there = payload.is_array() && payload.size() > index;
            return is_there && payload[index].is_string() ? payload[index].get<std::string>() : "";
        };
        const auto all = payload.is_array() && payload.size() > 2 ? ngsild::delete_all::yes
                                                                  : ngsild::delete_all::no;
        return ngsild::delete_attribute(old.stored(), core.expand(text(0)), text(1), all, scope);
    }
    if (how == "replace_entity") {
        MERIDIAN_TRY(const auto subject, ngsild::parse_entity(payload, core));
        return ngsild::replace_entity(old.stored(), subject, scope);
    }
    if (how == "partial_update" || how == "replace") {
        if (!payload.is_object() || payload.empty())
            return problem(problem_kind::bad_request_data, "names no Attribute");
        const auto first = payload.begin();
        MERIDIAN_TRY(const auto fragment, ngsild::parse_attribute_fragment(
                                              first.value(), core.expand(first.key()), core));
        return how == "replace" ? ngsild::replace_attribute(old.stored(), fragment, scope)
                                : ngsild::partial_update_attribute(old.stored(), fragment, scope);
    }
    const auto format = how == "merge_simplified" ? ngsild::input_format::simplified
                                                  : ngsild::input_format::normalized_or_concise;
    MERIDIAN_TRY(const auto fragment, ngsild::parse_entity_fragment(payload, core, format));
    if (how == "append" || how == "append_new")
        return ngsild::append_attributes(
            old.stored(), fragment,
            how == "append" ? ngsild::overwrite::yes : ngsild::overwrite::no, scope);
    if (how == "update")
        return ngsild::update_attributes(old.stored(), fragment, scope);
    ngsild::merge_options options;
    if (how == "merge_lang")
        options.lang = "en";
    if (how == "merge_observed")
        options.observed_at = moment(9);
    return ngsild::merge_entity(old.stored(), fragment, options, scope);
}

std::optional<ngsild::attribute_instance> instance_of(const row& from, ngsild::name_id attribute,
                                                      ngsild::name_id dataset,
                                                      const ngsild::names& dictionary) {
    const auto document = from.stored().document;
    for (std::size_t index = 0; index < document.size(); ++index)
        if (const auto one = document.instance(index);
            one.attribute == attribute && one.dataset == dataset)
            return ngsild::decode(one, dictionary);
    return std::nullopt;
}

/// Everything that is stored and notified derives from the list of changes.
void check_told(const row& before, const row& after, const change& made,
                const ngsild::names& dictionary) {
    for (const auto& one : made.attributes) {
        fuzz::expect(instance_of(before, one.attribute, one.dataset, dictionary) == one.before,
                     "`before` is what was there");
        fuzz::expect(instance_of(after, one.attribute, one.dataset, dictionary) == one.after,
                     "`after` is what is there");
        fuzz::expect(one.before.has_value() != (one.happened == attribute_change::what::created) &&
                         one.after.has_value() != (one.happened == attribute_change::what::deleted),
                     "`happened` says so");
    }
    const auto is_told = [&](const ngsild::instance_view& instance) {
        return std::ranges::any_of(made.attributes, [&](const auto& one) {
            return one.attribute == instance.attribute && one.dataset == instance.dataset;
        });
    };
    for (const auto* side : {&before, &after}) {
        const auto document = side->stored().document;
        for (std::size_t index = 0; index < document.size(); ++index) {
            const auto one = document.instance(index);
            fuzz::expect(is_told(one) ||
                             instance_of(before, one.attribute, one.dataset, dictionary) ==
                                 instance_of(after, one.attribute, one.dataset, dictionary),
                         "what differs is told");
        }
    }
    const auto was = before.entity(dictionary);
    const auto is = after.entity(dictionary);
    const auto are_names_of = [&](const std::vector<ngsild::name_id>& ids,
                                  const std::vector<std::string>& types) {
        return std::ranges::equal(
            ids, types, [&](auto id, const auto& type) { return dictionary.iri(id) == type; });
    };
    fuzz::expect(are_names_of(made.types_before, was.types) &&
                     are_names_of(made.types_after, is.types),
                 "types before and after");
    fuzz::expect(made.scopes_before == was.scopes && made.scopes_after == is.scopes,
                 "scopes before and after");
    fuzz::expect(made.expires_before == was.expires_at && made.expires_after == is.expires_at,
                 "expiresAt before and after");
}

/// Gives the row after one change; nothing where it is refused or changes nothing.
std::optional<row> changed(const row& before, const std::string& how, const json& payload, int at,
                           const ngsild::names& dictionary) {
    const ngsild::change_scope scope{dictionary, moment(at)};
    const auto made = change_by(before, how, payload, scope);
    if (!made || made->happened == change::what::none)
        return std::nullopt;
    fuzz::expect(made->happened == change::what::updated, "a living Entity is updated");
    row after{before.id, made->document, made->modified_at};
    check_told(before, after, *made, dictionary);
    const auto is = after.entity(dictionary);
    fuzz::expect_shown_again(is, after.stored().document, dictionary);
    return after;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto payload = parse_json(fuzz::text_of(data, size));
    if (!payload || !payload->is_array() || payload->size() < 2)
        return 0;
    const auto made = ngsild::parse_entity(payload->front(), *jsonld::core_context());
    if (!made)
        return 0;
    const fuzz::learned_names dictionary;
    const ngsild::change_scope scope{dictionary, moment(0)};
    row now{made->id, ngsild::create_entity(*made, scope).document};
    fuzz::expect(fuzz::without_times(now.entity(dictionary)) == *made,
                 "what is created is what was sent");
    for (std::size_t index = 1; index < payload->size(); ++index) {
        const auto& one = (*payload)[index];
        if (!one.is_object() || one.empty())
            continue;
        const auto& how = one.begin().key();
        const auto& what = one.begin().value();
        auto after = changed(now, how, what, static_cast<int>(index), dictionary);
        if (!after)
            continue;
        const auto twice = changed(*after, how, what, 100 + static_cast<int>(index), dictionary);
        if (twice)
            fuzz::expect(fuzz::without_times(twice->entity(dictionary)) ==
                             fuzz::without_times(after->entity(dictionary)),
                         "done twice does no more");
        now = std::move(*after);
    }
    return 0;
}
