#include "random_entity.hpp"

#include "meridian/ngsild/compact_name.hpp"
#include "meridian/ngsild/document.hpp"
#include "meridian/ngsild/parse.hpp"
#include "meridian/ngsild/representation.hpp"

#include <gtest/gtest.h>

namespace meridian::ngsild {
namespace {

constexpr timestamp never_expired{std::chrono::seconds{1}};

std::string text_of(const entity& subject, const representation& how, const names& dictionary) {
    const auto bytes = encode(subject, dictionary);
    const auto view = document_view::open(bytes);
    EXPECT_TRUE(view);
    compacted_names compacted(jsonld::core_context(), dictionary);
    std::string out;
    append_entity(out, {subject.id, {}, {}, *view}, how, compacted, never_expired);
    return out;
}

/// Takes away what a payload does not bring in (createdAt, modifiedAt) or may not hold (unitCode
/// of a Relationship, objectType of a Property …).
void make_payload(std::vector<attribute>& attributes) {
    for (auto& one : attributes) {
        for (auto& each : one.instances) {
            each.created_at = each.modified_at = timestamp{};
            const bool is_relationship = each.kind == attribute_kind::relationship ||
                                         each.kind == attribute_kind::list_relationship;
            if (!is_relationship)
                each.object_type = nullptr;
            if (each.kind != attribute_kind::property) {
                each.value_type = nullptr;
                each.members = json::object();
            }
            make_payload(each.attributes);
        }
    }
}

/// 4.5.1, 4.5.2.3: the normalized and the concise representation are lossless.
void expect_lossless(representation_format format, unsigned seed) {
    known_names dictionary;
    random_entities source(seed, dictionary);
    representation how;
    how.format = format;
    how.sys_attrs = true;
    for (int round = 0; round < 60; ++round) {
        auto subject = source.next();
        make_payload(subject.attributes);
        const auto text = text_of(subject, how, dictionary);
        const auto payload = parse_json(text);
        ASSERT_TRUE(payload) << text;
        const auto read = parse_entity(*payload, *jsonld::core_context());
        ASSERT_TRUE(read) << read.error().detail() << text;
        ASSERT_EQ(*read, subject) << text;
    }
}

TEST(clause_4_5_1_entity, normalized_text_reads_back_as_the_same_entity) {
    expect_lossless(representation_format::normalized, 21);
}

TEST(clause_4_5_2_property, concise_text_reads_back_as_the_same_entity) {
    expect_lossless(representation_format::concise, 22);
}

/// As `compact_name` in the @context; and what it gives is a name that leads to the IRI again.
void expect_shown(std::string_view shown, std::string_view iri, const jsonld::context& context) {
    const auto name = compact_name(iri, context);
    EXPECT_EQ(shown, name);
    EXPECT_TRUE(is_name(name)) << name;
    EXPECT_EQ(iri, context.expand(name)) << name;
}

TEST(clause_4_6_2_supported_names, what_does_not_compact_to_a_name_is_shown_as_its_iri) {
    const auto local = parse_json(R"({"ex": "https://ex.example/", "my_ex": "https://my.example/",
                                      "c-d": "https://ex.example/term"})");
    const auto outcome = jsonld::build_context(*local, [](auto) { return nullptr; });
    ASSERT_TRUE(outcome && outcome->built);
    const auto& user = *outcome->built;
    const auto own = std::string(jsonld::default_vocab);
    for (const auto* context : {&user, jsonld::core_context().get()}) {
        expect_shown("größe_1", own + "größe_1", *context);
        for (const auto* tail : {"a-b", "1a", "a.b", "_a", "a/b", "é-è"})
            expect_shown(own + tail, own + tail, *context);
    }
    expect_shown("ex:a-b", "https://ex.example/a-b", user); // a URI by its form
    expect_shown("my_ex:a", "https://my.example/a", user);
    expect_shown("https://my.example/a-b", "https://my.example/a-b", user);
    expect_shown("https://ex.example/term", "https://ex.example/term", user);
}

TEST(clause_4_6_2_supported_names, types_and_attributes_without_a_short_name_read_back) {
    const std::string payload = R"({"id":"urn:e:1",)"
                                R"("type":"https://uri.etsi.org/ngsi-ld/default-context/a-b",)"
                                R"("https://uri.etsi.org/ngsi-ld/default-context/c-d":)"
                                R"({"type":"VocabProperty","vocab":"no name",)"
                                R"("https://uri.etsi.org/ngsi-ld/default-context/e-f":)"
                                R"({"type":"Property","value":1}}})";
    const auto made = parse_entity(*parse_json(payload), *jsonld::core_context());
    ASSERT_TRUE(made) << made.error().detail();
    known_names dictionary;
    dictionary.learn_all(names_of(*made));
    EXPECT_EQ(payload, text_of(*made, representation{}, dictionary));
}

} // namespace
} // namespace meridian::ngsild
