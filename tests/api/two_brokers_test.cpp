/// Two brokers on one database: what one writes, with names that the other has never heard of, the
/// other reads, queries, changes and forgets.
#include "api/support.hpp"

#include "support/cluster.hpp"
#include "support/database_url.hpp"
#include "support/receiver.hpp"

namespace meridian::api::test {
namespace {

using meridian::test::create_database;
using meridian::test::meridian_process;
using meridian::test::url_of;

/// Both have started when the first Entity is written, so that neither has loaded a name of it.
class two_brokers : public testing::Test {
protected:
    std::string url_ = url_of(create_database());
    meridian_process one_{{"--db=" + url_}};
    meridian_process other_{{"--db=" + url_}};
    http_client writes_{one_.port()};
    http_client reads_{other_.port()};
};

/// An Entity all of whose names are its own: types, Attributes, one of an Attribute, a datasetId.
json hut(const std::string& number) {
    return json{{"id", "urn:x:" + number},
                {"type", {"Hut" + number, "Shelter" + number}},
                {"beds" + number,
                 {{"type", "Property"},
                  {"value", 12},
                  {"datasetId", "urn:d:" + number},
                  {"observedAt", "2026-01-01T00:00:00Z"},
                  {"source" + number, {{"type", "Property"}, {"value", "book"}}}}},
                {"height" + number, {{"type", "Property"}, {"value", 2'000}}}};
}

TEST_F(two_brokers, an_entity_with_new_names_is_read_by_the_other) {
    ASSERT_EQ(writes_.post(entities, hut("1")).status, 201U);
    EXPECT_EQ(show(reads_.get(entities + "/urn:x:1")), ok(hut("1")));
    ASSERT_EQ(writes_.post(entities, hut("2")).status, 201U);
    EXPECT_EQ(show(reads_.get(entities + "?id=urn:x:2&local=true")), ok(list(hut("2"))));
}

TEST_F(two_brokers, of_one_moment_the_last_change_is_the_last_instance_whoever_made_it) {
    const auto level = [](int value) {
        return json{{"type", "Property"}, {"value", value}, {"observedAt", "2026-01-01T00:00:00Z"}};
    };
    const json pond{{"id", "urn:x:pond"}, {"type", "Pond"}, {"level", level(0)}};
    ASSERT_EQ(writes_.post(entities, pond).status, 201U);
    for (int value = 1; value <= 6; ++value) {
        const auto& by = value % 2 == 0 ? writes_ : reads_;
        ASSERT_EQ(by.patch(entities + "/urn:x:pond/attrs", {{"level", level(value)}}).status, 204U);
        const auto last = reads_.get(temporal + "/urn:x:pond?lastN=1").content()["level"];
        EXPECT_EQ(last[0]["value"], value);
    }
}

TEST_F(two_brokers, queries_of_the_other_know_new_names) {
    const auto write = [&](const std::string& number) {
        ASSERT_EQ(writes_.post(entities, hut(number)).status, 201U);
    };
    write("1");
    EXPECT_EQ(show(reads_.get(entities + "?type=Hut1")), ok(list(hut("1"))));
    write("2");
    EXPECT_EQ(show(reads_.get(entities + "?q=height2%3E1999")), ok(list(hut("2"))));
    write("3");
    EXPECT_EQ(show(reads_.get(entities + "?attrs=beds3,height3")), ok(list(hut("3"))));
    write("4");
    EXPECT_EQ(show(reads_.get(entities + "/urn:x:4?pick=id,height4")),
              ok({{"id", "urn:x:4"}, {"height4", hut("4")["height4"]}}));
    write("5");
    EXPECT_EQ(show(reads_.get(entities + "/urn:x:5?datasetId=urn:d:5&pick=id,beds5")),
              ok({{"id", "urn:x:5"}, {"beds5", hut("5")["beds5"]}}));
    write("6");
    EXPECT_EQ(ids_in(reads_.post(batch + "/query",
                                 {{"type", "Query"}, {"entities", list(json{{"type", "Hut6"}})}})),
              list("urn:x:6"));
    EXPECT_EQ(show(reads_.get(entities + "?type=NobodyHasIt")), ok(json::array()));
}

TEST_F(two_brokers, types_attributes_and_evolutions_of_new_names_are_shown_by_the_other) {
    ASSERT_EQ(writes_.post(entities, hut("1")).status, 201U);
    EXPECT_EQ(reads_.get("/ngsi-ld/v1/types").content()["typeList"], list("Hut1", "Shelter1"));
    EXPECT_EQ(reads_.get("/ngsi-ld/v1/attributes").content()["attributeList"],
              list("beds1", "height1"));
    ASSERT_EQ(writes_.post(entities, hut("2")).status, 201U);
    EXPECT_EQ(reads_.get("/ngsi-ld/v1/types/Hut2").content()["entityCount"], 1);
    ASSERT_EQ(writes_.post(entities, hut("3")).status, 201U);
    EXPECT_EQ(reads_.get("/ngsi-ld/v1/attributes/height3").content()["attributeCount"], 1);
    ASSERT_EQ(writes_.post(entities, hut("4")).status, 201U);
    const auto evolution = reads_.get(temporal + "/urn:x:4").content();
    EXPECT_EQ(evolution["type"], hut("4")["type"]);
    EXPECT_EQ(evolution["beds4"][0]["source4"]["value"], "book") << evolution;
    ASSERT_EQ(writes_.post(entities, hut("5")).status, 201U);
    const auto found =
        reads_.get(temporal + "?type=Hut5&attrs=beds5&timerel=after&timeAt=2025-01-01T00:00:00Z")
            .content();
    ASSERT_EQ(found.size(), 1U) << found;
    EXPECT_EQ(found[0]["beds5"][0]["value"], 12) << found;
}

TEST_F(two_brokers, the_other_changes_an_entity_whose_names_it_has_not_heard_of) {
    ASSERT_EQ(writes_.post(entities, hut("1")).status, 201U);
    const json patch{{"name", {{"type", "Property"}, {"value", "Payer"}}}};
    EXPECT_EQ(show(reads_.patch(entities + "/urn:x:1?type=Hut1", patch)), no_content());
    auto expected = hut("1");
    expected["name"] = patch["name"];
    EXPECT_EQ(show(writes_.get(entities + "/urn:x:1")), ok(expected));
    EXPECT_EQ(ids_in(writes_.get(entities + "?q=height1==2000;name==%22Payer%22")),
              list("urn:x:1"));
    EXPECT_EQ(show(reads_.remove(entities + "/urn:x:1/attrs/height1")), no_content());
    expected.erase("height1");
    EXPECT_EQ(show(writes_.get(entities + "/urn:x:1")), ok(expected));
}

} // namespace
} // namespace meridian::api::test
