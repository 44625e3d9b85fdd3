#include "random_entity.hpp"
#include "support.hpp"

#include <map>

// What holds for each Entity and each fragment, tried on random ones.

namespace meridian::ngsild {
namespace {

json normalized_payload(const entity& subject) {
    auto out = shown(subject);
    out["id"] = subject.id;
    out["type"] = subject.types;
    if (!subject.scopes.empty())
        out["scope"] = subject.scopes;
    if (subject.expires_at)
        out["expiresAt"] = to_text(*subject.expires_at);
    return out;
}

void forget_times(std::vector<attribute>& attributes) {
    for (auto& one : attributes)
        for (auto& instance : one.instances) {
            instance.created_at = {};
            instance.modified_at = {};
            forget_times(instance.attributes);
        }
}

/// Random instances may have members that their kind must not; parsing refuses those.
void make_valid(std::vector<attribute>& attributes) {
    for (auto& one : attributes)
        for (auto& instance : one.instances) {
            const bool relates = instance.kind == attribute_kind::relationship ||
                                 instance.kind == attribute_kind::list_relationship;
            const bool measures = instance.kind == attribute_kind::property ||
                                  instance.kind == attribute_kind::geo_property ||
                                  instance.kind == attribute_kind::list_property;
            if (!measures)
                instance.members.erase("unitCode");
            if (relates || instance.kind == attribute_kind::language_property)
                instance.value_type = json();
            if (!relates)
                instance.object_type = json();
            make_valid(instance.attributes);
        }
}

TEST(property, parsing_what_was_printed_gives_the_same_entity) {
    known_names dictionary;
    random_entities source(11, dictionary);
    for (int round = 0; round < 40; ++round) {
        auto subject = source.next();
        make_valid(subject.attributes);
        forget_times(subject.attributes);
        const auto text = to_text(normalized_payload(subject));
        const auto again = parse(text);
        ASSERT_TRUE(again) << again.error().detail() << again.error().pointer() << text;
        ASSERT_EQ(*again, subject);
    }
}

/// JSON Merge Patch by another way than `merge_value` goes: over the paths of all leaves.
/// An empty object is a leaf too.
using path = std::vector<std::string>;
void list_leaves(const json& value, path& at, std::map<path, json>& out) {
    if (!value.is_object() || value.empty()) {
        out[at] = value;
        return;
    }
    for (const auto& [name, part] : value.items()) {
        at.push_back(name);
        list_leaves(part, at, out);
        at.pop_back();
    }
}

json reference_merge(const json& target, const json& patch) {
    std::map<path, json> changes;
    path at;
    list_leaves(patch, at, changes);
    auto out = target;
    for (const auto& [where, leaf] : changes) {
        auto* here = &out;
        bool is_reached = true;
        for (std::size_t depth = 0; depth < where.size(); ++depth) {
            if (!here->is_object())
                *here = json::object();
            const bool is_last = depth + 1 == where.size();
            if (is_last && leaf == std::string(ngsild_null)) {
                here->erase(where[depth]);
                is_reached = false;
                break;
            }
            here = &(*here)[where[depth]];
        }
        if (!is_reached)
            continue;
        if (!leaf.is_object())
            *here = leaf;
        else if (!here->is_object())
            *here = json::object();
    }
    return out;
}

/// Objects compare as sets of members here.
std::map<path, json> content(const json& value) {
    std::map<path, json> out;
    path at;
    list_leaves(value, at, out);
    return out;
}

json with_nulls(random_entities& source, json value) {
    if (!value.is_object())
        return value;
    for (auto& [name, part] : value.items())
        part = source.below(4) == 0 ? json(ngsild_null) : with_nulls(source, part);
    return value;
}

TEST(property, merging_values_is_json_merge_patch) {
    known_names dictionary;
    random_entities source(12, dictionary);
    const auto name = in_default("a");
    dictionary.learn(name);
    dictionary.learn(in_default("T"));
    for (int round = 0; round < 500; ++round) {
        const auto stored = source.value();
        const auto patch = with_nulls(source, source.value());
        entity subject;
        subject.types = {in_default("T")};
        attribute_instance instance;
        instance.kind = attribute_kind::json_property;
        instance.value = stored;
        subject.attributes = {{name, {instance}}};
        const auto bytes = create_entity(subject, {dictionary, timestamp{}}).document;
        const auto view = document_view::open(bytes);
        entity_fragment fragment;
        fragment.attributes[name] = json{{"type", "JsonProperty"}, {"json", patch}};
        const auto made = merge_entity({"urn:e:1", {}, {}, 1, *view}, fragment, {},
                                       {dictionary, timestamp{std::chrono::seconds{1}}});
        ASSERT_TRUE(made) << made.error().detail();
        const auto after = document_view::open(made->document);
        ASSERT_TRUE(after);
        const auto merged = decode(after->instance(0), dictionary).value;
        ASSERT_EQ(content(merged), content(reference_merge(stored, patch)))
            << stored << " merged with " << patch;
    }
}

TEST(property, changes_leave_documents_that_open_and_tell_what_differs) {
    known_names dictionary;
    random_entities source(13, dictionary);
    for (int round = 0; round < 25; ++round) {
        auto before = source.next();
        auto sent = source.next();
        make_valid(before.attributes);
        make_valid(sent.attributes);
        const auto bytes = create_entity(before, {dictionary, timestamp{}}).document;
        const auto view = document_view::open(bytes);
        auto payload = normalized_payload(sent);
        const auto fragment = parse_entity_fragment(payload, *jsonld::core_context(),
                                                    input_format::normalized_or_concise);
        ASSERT_TRUE(fragment) << fragment.error().detail();
        const change_scope scope{dictionary, timestamp{std::chrono::seconds{5}}};
        const stored_entity old{"urn:e:1", {}, {}, 1, *view};
        for (const auto& made :
             {append_attributes(old, *fragment, overwrite::yes, scope),
              append_attributes(old, *fragment, overwrite::no, scope),
              update_attributes(old, *fragment, scope), merge_entity(old, *fragment, {}, scope),
              replace_entity(old, sent, scope)}) {
            ASSERT_TRUE(made) << made.error().detail();
            if (made->happened == change::what::none)
                continue;
            const auto after = document_view::open(made->document);
            ASSERT_TRUE(after);
            std::size_t expected = view->size();
            for (const auto& one : made->attributes) {
                expected += one.happened == attribute_change::what::created ? 1 : 0;
                expected -= one.happened == attribute_change::what::deleted ? 1 : 0;
            }
            ASSERT_EQ(after->size(), expected);
            const auto decoded = decode(*after, dictionary);
            for (const auto& one : made->attributes) {
                if (!one.after)
                    continue;
                const auto named = std::ranges::find(
                    decoded.attributes, dictionary.iri(one.attribute), &attribute::name);
                ASSERT_NE(named, decoded.attributes.end());
                EXPECT_NE(std::ranges::find(named->instances, *one.after), named->instances.end());
            }
        }
    }
}

} // namespace
} // namespace meridian::ngsild
