#include "random_entity.hpp"
#include "rendering.hpp"

#include "meridian/ngsild/history.hpp"

namespace meridian::ngsild {
namespace {

using kind = attribute_kind;

TEST(history_row, decoding_gives_the_instance_that_was_encoded) {
    known_names dictionary;
    random_entities source(11, dictionary);
    for (int round = 0; round < 100; ++round) {
        for (const auto& attribute : source.next().attributes) {
            for (const auto& one : attribute.instances) {
                const auto row = to_history_row(dictionary.find(attribute.name), one,
                                                history_origin::temporal_api, dictionary);
                ASSERT_EQ(decode(row.view(), dictionary), one);
            }
        }
    }
}

TEST(history_row, numbers_are_in_num_and_the_rest_in_txt) {
    known_names dictionary;
    const auto row = [&](std::string_view value) {
        return to_history_row(1, instance(kind::property, value), history_origin::current_state,
                              dictionary);
    };
    EXPECT_EQ(row("20").num, 20.0);
    EXPECT_EQ(row("20").txt, std::nullopt);
    EXPECT_EQ(row("20").view().value(), history_value::integer);
    EXPECT_EQ(row("20.0").view().value(), history_value::floating);
    EXPECT_EQ(row(R"("a\"b")").txt, "a\"b");
    EXPECT_EQ(row(R"("a")").view().value(), history_value::string);
    EXPECT_EQ(row("[1]").txt, "[1]");
    EXPECT_EQ(row("9007199254740993").txt, "9007199254740993");
    EXPECT_TRUE(row("9007199254740993").num.has_value());
    EXPECT_EQ(row("20").rest, std::nullopt);
}

TEST(history_row, ts_is_observed_at_else_modified_at) {
    known_names dictionary;
    auto one = instance(kind::geo_property, "null");
    auto row = to_history_row(1, one, history_origin::temporal_api, dictionary);
    EXPECT_EQ(row.ts, at(1));
    EXPECT_FALSE(row.view().has_observed_at());
    one.observed_at = at(-5);
    row = to_history_row(1, one, history_origin::temporal_api, dictionary);
    EXPECT_EQ(row.ts, at(-5));
    EXPECT_TRUE(row.view().has_observed_at());
    EXPECT_EQ(row.view().kind(), kind::geo_property);
    EXPECT_FALSE(row.view().is_deleted());
}

TEST(history_row, a_change_gives_a_row_an_instance_and_one_for_the_scope) {
    known_names dictionary;
    change of;
    of.modified_at = at(5);
    of.attributes.push_back(
        {attribute_change::what::created, 3, 0, {}, instance(kind::property, "1")});
    of.attributes.push_back(
        {attribute_change::what::deleted, 4, 7, instance(kind::relationship, R"("urn:a:1")"), {}});
    of.scopes_before = {"/A"};
    const auto rows = to_history_rows(of, dictionary);
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].attribute, 3);
    EXPECT_NE(rows[0].flags & history_flag::from_current_state, 0);
    EXPECT_EQ(rows[1].attribute, 4);
    EXPECT_EQ(rows[1].dataset, 7);
    EXPECT_TRUE(rows[1].view().is_deleted());
    EXPECT_EQ(rows[1].ts, at(5));
    EXPECT_EQ(decode(rows[1].view(), dictionary).value, "urn:ngsi-ld:null");
    EXPECT_EQ(rows[2].attribute, scope_attribute);
    EXPECT_TRUE(rows[2].view().is_deleted());
}

TEST(instance_id, reads_back_and_refuses_others) {
    for (const auto& key : {instance_key{at(3), 26}, instance_key{timestamp{}, 1},
                            instance_key{timestamp{std::chrono::microseconds{-5}}, 1'000'000}})
        EXPECT_EQ(parse_instance_id(to_instance_id(key)), key);
    for (const auto* text :
         {"", "urn:ngsi-ld:instance:", "urn:ngsi-ld:instance:1", "urn:x:1-2",
          "urn:ngsi-ld:instance:1-", "urn:ngsi-ld:instance:-1", "urn:ngsi-ld:instance:1-2g",
          "urn:ngsi-ld:instance:1-2-3", "urn:ngsi-ld:instance:11111111111111111-2"})
        EXPECT_EQ(parse_instance_id(text), std::nullopt) << text;
}

TEST(instance_id, keeps_naming_the_first_ts_of_a_moved_instance) {
    known_names dictionary;
    auto one = instance(kind::property, "1");
    one.observed_at = at(50);
    const auto moved = to_history_row(1, one, history_origin::temporal_api, dictionary, at(3));
    EXPECT_EQ(key_of(moved.view(9)), (instance_key{at(3), 9}));
    EXPECT_EQ(decode(moved.view(9), dictionary), one);
}

TEST(history_row, damaged_rests_are_read_as_empty) {
    history_row row;
    row.flags = to_history_row(1, instance(kind::property, "1"), history_origin::temporal_api,
                               known_names{})
                    .flags;
    row.num = 1;
    EXPECT_EQ(history_row{}.kind(), kind::property);
    for (const auto rest : {std::string_view("x"), std::string_view("\1"), std::string_view("\1\1"),
                            std::string_view("\1\4ab"), std::string_view("\2\0", 2)}) {
        row.rest = rest;
        EXPECT_EQ(decode(row, known_names{}).members, json::object());
    }
}

} // namespace
} // namespace meridian::ngsild
