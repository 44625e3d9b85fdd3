#include "random_entity.hpp"

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

} // namespace
} // namespace meridian::ngsild
