/// Clause 4.5.5: Entities of several Context Sources become one; clauses 6.3.18, 4.3.6.6: words.
#include "federation/support.hpp"
#include "meridian/federation/merge.hpp"
#include "meridian/federation/words.hpp"

namespace meridian::federation::test {
namespace {

const std::string name = "https://uri.etsi.org/ngsi-ld/default-context/p";

ngsild::attribute_instance instance(int value, const char* observed_at = nullptr,
                                    int modified_second = 0) {
    ngsild::attribute_instance made;
    made.value = value;
    if (observed_at)
        made.observed_at = parse_date_time(observed_at);
    made.modified_at = noon + std::chrono::seconds(modified_second);
    return made;
}

ngsild::entity with(ngsild::attribute_instance one) {
    ngsild::entity made;
    made.id = "urn:r:1";
    made.types = {"urn:Room"};
    made.attributes.push_back({name, {std::move(one)}});
    return made;
}

/// The values of the Attribute after a merge, in order.
std::vector<json> merged_values(std::vector<contribution> parts) {
    std::vector<json> values;
    for (const auto& attribute : merge(std::move(parts), noon).attributes)
        for (const auto& one : attribute.instances)
            values.push_back(one.value);
    return values;
}

std::vector<contribution> parts_of(std::initializer_list<ngsild::entity> entities) {
    std::vector<contribution> parts;
    for (const auto& one : entities)
        parts.emplace_back(one, false);
    return parts;
}

TEST(clause_4_5_5_3_conflicts, the_most_recent_observed_at_then_modified_at_wins) {
    const auto* early = "2026-01-01T00:00:00Z";
    const auto* late = "2026-01-02T00:00:00Z";
    const std::vector<json> one{1};
    const std::vector<json> two{2};
    EXPECT_EQ(merged_values(parts_of({with(instance(1, early)), with(instance(2, late))})), two);
    EXPECT_EQ(merged_values(parts_of({with(instance(1, late)), with(instance(2, early, 9))})), one);
    EXPECT_EQ(merged_values(parts_of({with(instance(1)), with(instance(2, early))})), two);
    EXPECT_EQ(merged_values(parts_of({with(instance(1)), with(instance(2, nullptr, 1))})), two);
    EXPECT_EQ(merged_values(parts_of({with(instance(1)), with(instance(2))})), one);
    auto other = instance(2);
    other.dataset_id = "urn:d:1";
    EXPECT_EQ(merged_values(parts_of({with(instance(1)), with(other)})), (std::vector<json>{1, 2}));
    auto expired = instance(2, late);
    expired.expires_at = noon;
    EXPECT_EQ(merged_values(parts_of({with(instance(1, early)), with(expired)})), one);
}

TEST(clause_4_5_5_2_transient, expiry_goes_to_attributes_and_the_entity_keeps_the_last_common_one) {
    auto first = with(instance(1));
    auto second = with(instance(2, nullptr, 1));
    first.expires_at = noon + std::chrono::hours(1);
    auto merged = merge(parts_of({first, second}), noon);
    EXPECT_EQ(merged.expires_at, std::nullopt);
    second.expires_at = noon + std::chrono::hours(2);
    merged = merge(parts_of({first, second}), noon);
    EXPECT_EQ(merged.expires_at, second.expires_at);
    EXPECT_EQ(merged.attributes[0].instances[0].expires_at, second.expires_at);
}

TEST(clause_4_3_6_2_auxiliary, adds_only_attributes_that_nobody_else_tells) {
    auto aux = with(instance(2, "2026-01-02T00:00:00Z"));
    aux.attributes.push_back({name + "2", {instance(3)}});
    std::vector<contribution> parts;
    parts.emplace_back(aux, true);
    parts.emplace_back(with(instance(1)), false);
    EXPECT_EQ(merged_values(std::move(parts)), (std::vector<json>{1, 3}));
}

TEST(clause_4_3_6_1_constraints, what_is_not_registered_is_left_out) {
    match by;
    by.source = made(1, payload_with(R"({"datasetId": ["@none"], "information": [
        {"entities": [{"type": "Room"}], "propertyNames": ["p"]}]})"));
    by.information = {0};
    const auto read = [&](const char* text) {
        return read_entity(parsed(text), *jsonld::core_context(), by, noon);
    };
    const auto found = read(R"({"id": "urn:r:1", "type": "Room", "modifiedAt":
        "2026-01-01T00:00:00Z", "q": {"type": "Property", "value": 1},
        "p": [{"type": "Property", "value": 1, "modifiedAt": "2026-01-02T00:00:00Z"},
              {"type": "Property", "value": 2, "datasetId": "urn:d:1"}]})");
    ASSERT_TRUE(found && *found);
    ASSERT_EQ((*found)->attributes.size(), 1U);
    ASSERT_EQ((*found)->attributes[0].instances.size(), 1U);
    EXPECT_EQ(to_text((*found)->attributes[0].instances[0].modified_at), "2026-01-02T00:00:00Z");
    const auto other = read(R"({"id": "urn:c:1", "type": "Car"})");
    EXPECT_TRUE(other && !*other);
    EXPECT_FALSE(read(R"({"id": "urn:r:1"})"));
}

TEST(clause_6_3_18_via, pseudonyms_are_read_and_written) {
    EXPECT_EQ(parse_via("1.1 a:1026, HTTP/1.1 b-x (comment),, 1.0  c"),
              (std::vector<std::string>{"a:1026", "b-x", "c"}));
    EXPECT_EQ(parse_via(""), std::vector<std::string>{});
    EXPECT_EQ(alias_of("a:1026", ""), "a:1026");
    EXPECT_EQ(alias_of("a:1026", "my city, old"), "a:1026-my%20city%2C%20old");
}

TEST(clause_4_3_6_6_words, fragments_are_compacted_on_every_level) {
    ngsild::entity_fragment fragment;
    fragment.attributes[iri("p")] =
        json{{"type", "Property"},
             {"value", 1},
             {iri("q"), {{"type", "VocabProperty"}, {"vocab", iri("v")}}}};
    fragment.attributes[iri("other")] = "urn:ngsi-ld:null";
    const auto made_of = render_fragment(fragment, {iri("p")}, *jsonld::core_context());
    EXPECT_EQ(made_of, parsed(R"({"p": {"type": "Property", "value": 1,
                                        "q": {"type": "VocabProperty", "vocab": "v"}}})"));
}

} // namespace
} // namespace meridian::federation::test
