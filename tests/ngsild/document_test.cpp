#include "known_names.hpp"
#include "random_entity.hpp"

#include "meridian/ngsild/document.hpp"

#include <gtest/gtest.h>

namespace meridian::ngsild {
namespace {

entity without_row(entity subject) {
    subject.id.clear(); // the row has it, not the document
    return subject;
}

TEST(document, decoding_gives_what_was_encoded) {
    known_names dictionary;
    random_entities source(7, dictionary);
    for (int round = 0; round < 40; ++round) {
        const auto subject = source.next();
        const auto bytes = encode(subject, dictionary);
        const auto view = document_view::open(bytes);
        ASSERT_TRUE(view);
        ASSERT_EQ(decode(*view, dictionary), without_row(subject));
    }
}

TEST(document, builder_of_copies_gives_the_same_bytes) {
    known_names dictionary;
    random_entities source(8, dictionary);
    for (int round = 0; round < 40; ++round) {
        const auto subject = source.next();
        const auto bytes = encode(subject, dictionary);
        const auto view = document_view::open(bytes);
        ASSERT_TRUE(view);
        document_builder copies(dictionary);
        std::vector<name_id> types;
        for (std::size_t index = 0; index < view->type_count(); ++index)
            types.push_back(view->type(index));
        copies.set_types(types);
        copies.set_scopes(subject.scopes);
        copies.set_expires_at(view->expires_at());
        for (std::size_t index = 0; index < view->size(); ++index)
            copies.copy(view->instance(index));
        ASSERT_EQ(copies.finish(), bytes);
    }
}

TEST(document, views_show_the_spans_of_an_instance) {
    known_names dictionary;
    for (const auto* iri : {"https://e.org/T", "https://e.org/a", "https://e.org/b", "urn:d:1"})
        dictionary.learn(iri);
    entity subject;
    subject.types = {"https://e.org/T"};
    subject.scopes = {"/A"};
    attribute_instance nested;
    nested.kind = attribute_kind::vocab_property;
    nested.value = "https://e.org/v";
    attribute_instance one;
    one.value = 21.5;
    one.dataset_id = "urn:d:1";
    one.observed_at = parse_date_time("2026-01-01T00:00:00Z");
    one.members["unitCode"] = "CEL";
    one.attributes = {{"https://e.org/b", {nested}}};
    subject.attributes = {{"https://e.org/a", {one}}};

    const auto bytes = encode(subject, dictionary);
    const auto view = document_view::open(bytes);
    ASSERT_TRUE(view);
    ASSERT_EQ(view->size(), 1u);
    const auto shown = view->instance(0);
    EXPECT_EQ(shown.text, R"("type":"Property","value":21.5,"datasetId":"urn:d:1",)"
                          R"("observedAt":"2026-01-01T00:00:00Z","unitCode":"CEL")");
    EXPECT_EQ(shown.value, "21.5");
    EXPECT_EQ(shown.flags, entry_value_is_primitive | entry_has_members);
    EXPECT_EQ(shown.dataset, dictionary.find("urn:d:1"));
    EXPECT_EQ(view->scopes(), std::vector<std::string_view>{"/A"});
    ASSERT_EQ(shown.attribute_count, 1u);
    const auto inner = nested_instances(shown).front();
    EXPECT_EQ(inner.text, R"("type":"VocabProperty")");
    EXPECT_EQ(inner.value, "");
    EXPECT_EQ(inner.flags, entry_value_is_primitive | entry_has_names);
    EXPECT_EQ(named_members(inner).front().iris, std::vector<std::string_view>{"https://e.org/v"});
}

TEST(document, empty_one_opens) {
    const known_names dictionary;
    const auto bytes = encode(entity{}, dictionary);
    const auto view = document_view::open(bytes);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->size(), 0u);
    EXPECT_EQ(view->type_count(), 0u);
}

/// Reads all that views reach; the address sanitizer watches.
std::size_t read_all(const instance_view& instance) {
    std::size_t sum = 0;
    for (const char byte : instance.slice)
        sum += static_cast<unsigned char>(byte);
    for (const auto& member : named_members(instance))
        for (const auto iri : member.iris)
            sum += iri.size();
    for (const auto& nested : nested_instances(instance))
        sum += read_all(nested);
    return sum;
}

TEST(document, damaged_bytes_are_refused_or_read_within_their_bounds) {
    known_names dictionary;
    random_entities source(9, dictionary);
    std::size_t refused = 0;
    for (int round = 0; round < 20; ++round) {
        const auto bytes = encode(source.next(), dictionary);
        for (int flips = 0; flips < 30; ++flips) {
            // A copy of exact size on the heap: what lies behind it is out of bounds.
            std::vector<char> damaged(bytes.begin(), bytes.end());
            for (std::size_t count = 1 + source.below(3); count > 0; --count)
                damaged[source.below(damaged.size())] = static_cast<char>(source.below(256));
            if (source.below(3) == 0)
                damaged.resize(source.below(damaged.size()));
            damaged.shrink_to_fit();
            const auto view = document_view::open(std::string_view(damaged.data(), damaged.size()));
            if (!view) {
                ++refused;
                EXPECT_EQ(view.error().kind(), problem_kind::internal_error);
                continue;
            }
            for (std::size_t index = 0; index < view->size(); ++index)
                (void)read_all(view->instance(index));
            const auto again = encode(decode(*view, dictionary), dictionary);
            EXPECT_TRUE(document_view::open(again));
        }
    }
    EXPECT_GT(refused, 0u);
}

} // namespace
} // namespace meridian::ngsild
