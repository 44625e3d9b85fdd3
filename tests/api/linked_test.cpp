/// Clause 4.5.23 Linked Entity retrieval by 6.4.3.2, 6.5.3.1 and 6.23.
#include "api/support.hpp"

#include "support/receiver.hpp"

#include <algorithm>

namespace meridian::api::test {
namespace {

constexpr std::string_view at = "urn:x:";

json named(const std::string& id, const std::string& type, const std::string& name) {
    return {{"id", std::string(at) + id},
            {"type", type},
            {"name", {{"type", "Property"}, {"value", name}}}};
}

json link(const json& object) {
    return {{"type", "Relationship"}, {"object", object}};
}

/// A Vehicle, parked in a Garage of a City, which is the Garage's owner and its own sister.
http_client fleet() {
    auto client = fresh_tenant();
    auto vehicle = named("v:1", "Vehicle", "Bus");
    vehicle["isParked"] = link("urn:x:g:1");
    vehicle["passengers"] = link({"urn:x:p:1", "urn:x:p:2", "urn:x:p:gone"});
    vehicle["route"] = {{"type", "ListRelationship"},
                        {"objectList", {{{"object", "urn:x:c:1"}}, {{"object", "urn:x:p:1"}}}}};
    auto garage = named("g:1", "Garage", "Top");
    garage["isIn"] = link("urn:x:c:1");
    garage["isIn"]["checkedBy"] = link("urn:x:p:1");
    auto city = named("c:1", "City", "Antwerp");
    city["owns"] = link({"urn:x:g:1"});
    city["sister"] = link("urn:x:c:1");
    for (const auto& one :
         {vehicle, garage, city, named("p:1", "Person", "Ann"), named("p:2", "Person", "Bob")})
        EXPECT_EQ(client.post(entities, one).status, 201U);
    return client;
}

std::string one(const std::string& id, const std::string& query) {
    return entities + "/urn:x:" + id + "?" + query;
}

const json ann = named("p:1", "Person", "Ann");
const json bob = named("p:2", "Person", "Bob");

TEST(clause_4_5_23_2_inline, normalized_entities_stand_within_the_relationships) {
    const auto client = fleet();
    auto city = named("c:1", "City", "Antwerp");
    city["owns"] = link(list("urn:x:g:1"));
    city["sister"] = link("urn:x:c:1");
    auto garage = named("g:1", "Garage", "Top");
    garage["isIn"] = {
        {"type", "Relationship"}, {"object", "urn:x:c:1"}, {"checkedBy", link("urn:x:p:1")}};
    auto expected = named("v:1", "Vehicle", "Bus");
    expected["isParked"] = link("urn:x:g:1");
    expected["isParked"]["entity"] = garage;
    expected["passengers"] = link({"urn:x:p:1", "urn:x:p:2", "urn:x:p:gone"});
    expected["passengers"]["entity"] = list(ann, bob);
    expected["route"] = {{"type", "ListRelationship"},
                         {"objectList", {{{"object", "urn:x:c:1"}}, {{"object", "urn:x:p:1"}}}},
                         {"entityList", list(city, ann)}};
    EXPECT_EQ(show(client.get(one("v:1", "join=inline"))), ok(expected));
}

TEST(clause_4_5_23_linked_entities, an_answer_is_304_until_one_of_them_changes) {
    const auto client = fleet();
    for (const auto& target : {one("v:1", "join=inline&joinLevel=2"),
                               entities + "?type=Vehicle&join=flat&joinLevel=2"}) {
        const auto tag_now = [&] { return client.get(target).header("ETag"); };
        const auto is_known = [&](const std::string& tag) {
            return client.get(target, {{"If-None-Match", tag}}).status == 304U;
        };
        auto tag = tag_now();
        EXPECT_NE(tag, "");
        EXPECT_TRUE(is_known(tag));
        EXPECT_EQ(client.post(entities, named("q", "Person", "Eve")).status, 201U);
        EXPECT_TRUE(is_known(tag)) << "not linked";
        EXPECT_EQ(client.patch(entities + "/urn:x:c:1", {{"name", "Ghent"}}).status, 204U);
        EXPECT_FALSE(is_known(tag)) << "on the second level";
        tag = tag_now();
        EXPECT_EQ(client.post(entities, named("p:gone", "Person", "Dan")).status, 201U);
        EXPECT_FALSE(is_known(tag)) << "there now";
        tag = tag_now();
        for (const auto* id : {"urn:x:p:gone", "urn:x:q"})
            EXPECT_EQ(client.remove(entities + "/" + id).status, 204U);
        EXPECT_FALSE(is_known(tag)) << "gone";
    }
}

TEST(clause_4_5_23_2_inline, concise_and_simplified_and_two_levels_without_cycles) {
    const auto client = fleet();
    EXPECT_EQ(show(client.get(one("g:1", "join=inline&format=concise"))),
              ok({{"id", "urn:x:g:1"},
                  {"type", "Garage"},
                  {"name", "Top"},
                  {"isIn",
                   {{"object", "urn:x:c:1"},
                    {"entity",
                     {{"id", "urn:x:c:1"},
                      {"type", "City"},
                      {"name", "Antwerp"},
                      {"owns", {{"object", list("urn:x:g:1")}}},
                      {"sister", {{"object", "urn:x:c:1"}}}}},
                    {"checkedBy", {{"object", "urn:x:p:1"}}}}}}));
    // The City is met at the first level; the Garage within it is not itself again.
    const json city = {{"id", "urn:x:c:1"},
                       {"type", "City"},
                       {"name", "Antwerp"},
                       {"owns", list("urn:x:g:1")},
                       {"sister", "urn:x:c:1"}};
    EXPECT_EQ(show(client.get(one("g:1", "join=inline&joinLevel=5&format=simplified"))),
              ok({{"id", "urn:x:g:1"}, {"type", "Garage"}, {"name", "Top"}, {"isIn", city}}));
    EXPECT_EQ(show(client.get(one("v:1", "join=inline&format=simplified&pick=passengers,route"))),
              ok({{"passengers",
                   {{{"id", "urn:x:p:1"}, {"type", "Person"}, {"name", "Ann"}},
                    {{"id", "urn:x:p:2"}, {"type", "Person"}, {"name", "Bob"}},
                    "urn:x:p:gone"}},
                  {"route", {city, {{"id", "urn:x:p:1"}, {"type", "Person"}, {"name", "Ann"}}}}}));
}

TEST(clause_4_5_23_3_flat, linked_entities_follow_level_by_level_each_once) {
    const auto client = fleet();
    const auto all = [&](const std::string& query) {
        return ids_in(client.get(one("v:1", "join=flat&" + query)));
    };
    EXPECT_EQ(all("joinLevel=1"),
              (json{"urn:x:v:1", "urn:x:g:1", "urn:x:p:1", "urn:x:p:2", "urn:x:c:1"}));
    EXPECT_EQ(all("pick=id,isParked"), (json{"urn:x:v:1", "urn:x:g:1"}));
    EXPECT_EQ(all("pick=id,isParked&joinLevel=2"), (json{"urn:x:v:1", "urn:x:g:1", "urn:x:c:1"}));
    EXPECT_EQ(all("pick=id,isParked&joinLevel=2&containedBy=urn:x:c:1,urn:x:q"),
              (json{"urn:x:v:1", "urn:x:g:1"}));
    EXPECT_EQ(all("omit=isParked,route,passengers"), list("urn:x:v:1"));
    EXPECT_EQ(
        show(client.get(one("c:1", "join=flat&format=simplified&omit=owns"))),
        ok(list(json{
            {"id", "urn:x:c:1"}, {"type", "City"}, {"name", "Antwerp"}, {"sister", "urn:x:c:1"}})));
}

TEST(clause_5_7_2_linked_entities, a_query_joins_what_its_entities_are_linked_with) {
    auto client = fleet();
    auto other = named("v:2", "Vehicle", "Tram");
    other["isParked"] = link("urn:x:g:1");
    EXPECT_EQ(client.post(entities, other).status, 201U);
    const auto query = entities + "?type=Vehicle&pick=id,isParked{id,isIn{name}}&joinLevel=2";
    const auto nested = [](const char* id) {
        return json{{"id", id},
                    {"isParked", {{"id", "urn:x:g:1"}, {"isIn", {{"name", "Antwerp"}}}}}};
    };
    EXPECT_EQ(show(client.get(query + "&join=inline&format=simplified")),
              ok(list(nested("urn:x:v:1"), nested("urn:x:v:2"))));
    const json flat = {{{"id", "urn:x:v:1"}, {"isParked", "urn:x:g:1"}},
                       {{"id", "urn:x:v:2"}, {"isParked", "urn:x:g:1"}},
                       {{"id", "urn:x:g:1"}, {"isIn", "urn:x:c:1"}},
                       {{"name", "Antwerp"}}};
    EXPECT_EQ(show(client.get(query + "&join=flat&format=simplified")), ok(flat));
    const json body = {{"type", "Query"},
                       {"entities", list(json{{"type", "Vehicle"}})},
                       {"pick", {"id", "isParked{id,isIn{name}}"}},
                       {"join", "flat"},
                       {"joinLevel", 2}};
    EXPECT_EQ(show(client.post(batch + "/query?format=simplified", body)), ok(flat));
    auto short_of = flat;
    short_of.erase(2);
    short_of.erase(2);
    auto contained = body;
    contained["containedBy"] = list("urn:x:g:1");
    EXPECT_EQ(show(client.post(batch + "/query?format=simplified", contained)), ok(short_of));
}

TEST(clause_4_21_projection, omit_within_braces_is_about_the_linked_entities) {
    const auto client = fleet();
    EXPECT_EQ(show(client.get(one("g:1", "join=inline&format=simplified&"
                                         "omit=type,isIn{owns,sister,id}"))),
              ok({{"id", "urn:x:g:1"},
                  {"name", "Top"},
                  {"isIn", {{"type", "City"}, {"name", "Antwerp"}}}}));
    EXPECT_EQ(show(client.get(one("g:1", "join=inline&format=simplified&"
                                         "pick=name,isIn&omit=isIn{owns,sister,id}"))),
              ok({{"name", "Top"}, {"isIn", {{"type", "City"}, {"name", "Antwerp"}}}}));
}

TEST(clause_4_5_23_linked_entities, geojson_ld_json_lang_and_sysattrs_hold_for_them_too) {
    auto client = fresh_tenant();
    const json point = {{"type", "Point"}, {"coordinates", {1, 2}}};
    const json street = {
        {"id", "urn:x:s:1"},
        {"type", "Street"},
        {"name", {{"type", "LanguageProperty"}, {"languageMap", {{"en", "Hill"}, {"fr", "Mont"}}}}},
        {"location", {{"type", "GeoProperty"}, {"value", point}}}};
    const json house = {{"id", "urn:x:h:1"}, {"type", "House"}, {"street", link("urn:x:s:1")}};
    EXPECT_EQ(client.post(entities, street).status, 201U);
    EXPECT_EQ(client.post(entities, house).status, 201U);
    const json shown = {
        {"id", "urn:x:s:1"}, {"type", "Street"}, {"name", "Mont"}, {"location", point}};
    const auto path = one("h:1", "format=simplified&lang=fr&join=");
    const auto geo =
        client.get(path + "inline", {{"Accept", "application/geo+json"}, {"Prefer", "body=json"}});
    EXPECT_EQ(parse_json(geo.body).value_or(json()),
              (json{{"id", "urn:x:h:1"},
                    {"type", "Feature"},
                    {"geometry", nullptr},
                    {"properties", {{"type", "House"}, {"street", shown}}}}));
    const auto flat =
        client.get(path + "flat", {{"Accept", "application/geo+json"}, {"Prefer", "body=json"}});
    EXPECT_EQ(
        parse_json(flat.body).value_or(json()),
        (json{{"type", "FeatureCollection"},
              {"features",
               {{{"id", "urn:x:h:1"},
                 {"type", "Feature"},
                 {"geometry", nullptr},
                 {"properties", {{"type", "House"}, {"street", "urn:x:s:1"}}}},
                {{"id", "urn:x:s:1"},
                 {"type", "Feature"},
                 {"geometry", point},
                 {"properties", {{"type", "Street"}, {"name", "Mont"}, {"location", point}}}}}}}));
    const auto linked = client.get(path + "inline", {{"Accept", "application/ld+json"}});
    const auto body = parse_json(linked.body).value_or(json());
    EXPECT_TRUE(body.contains("@context"));
    EXPECT_FALSE(body["street"].contains("@context")) << linked.body;
    const auto times = client.get(one("h:1", "options=sysAttrs&join=inline"));
    const auto timed = parse_json(times.body).value_or(json());
    EXPECT_TRUE(timed["street"]["entity"].contains("createdAt")) << times.body;
    EXPECT_TRUE(timed["street"]["entity"]["location"].contains("modifiedAt")) << times.body;
}

TEST(clause_4_5_5_linked_entities, each_instance_of_a_relationship_is_joined) {
    auto client = fleet();
    const json seat = {
        {"id", "urn:x:t:1"},
        {"type", "Seat"},
        {"usedBy",
         {link("urn:x:p:1"),
          {{"type", "Relationship"}, {"object", "urn:x:p:2"}, {"datasetId", "urn:d:1"}}}}};
    EXPECT_EQ(client.post(entities, seat).status, 201U);
    EXPECT_EQ(
        show(client.get(one("t:1", "join=inline&format=simplified"))),
        ok({{"id", "urn:x:t:1"},
            {"type", "Seat"},
            {"usedBy",
             {{"dataset",
               {{"@none", {{"id", "urn:x:p:1"}, {"type", "Person"}, {"name", "Ann"}}},
                {"urn:d:1", {{"id", "urn:x:p:2"}, {"type", "Person"}, {"name", "Bob"}}}}}}}}));
    EXPECT_EQ(ids_in(client.get(one("t:1", "join=flat&datasetId=urn:d:1"))),
              (json{"urn:x:t:1", "urn:x:p:2"}));
}

TEST(clause_5_7_2_4_linked_entities, what_goes_deeper_than_joinlevel_is_400) {
    const auto client = fleet();
    const std::pair<std::string, std::string> cases[] = {
        {"join=sideways", "join must be flat, inline or @none, not 'sideways'"},
        {"join=flat&joinLevel=0", "joinLevel must be a positive integer"},
        {"join=flat&containedBy=x", "containedBy has an id that is no URI: 'x'"},
        {"pick=isParked{name}",
         "pick projects linked Entities, but Linked Entity retrieval is not requested (join)"},
        {"join=inline&omit=isParked{isIn{name}}",
         "omit projects linked Entities 2 levels deep, joinLevel is 1"},
        {"q=isParked{name}==%22Top%22",
         "too deep a query: q looks into linked Entities, but Linked Entity retrieval is not "
         "requested (join)"},
        {"join=flat&q=isParked{isIn{name}}",
         "too deep a query: q looks 2 levels into linked Entities, joinLevel is 1"},
    };
    for (const auto& [query, detail] : cases)
        EXPECT_EQ(show(client.get(entities + "?type=Vehicle&" + query)),
                  refused(400, "BadRequestData", detail))
            << query;
    EXPECT_EQ(ids_in(client.get(entities + "?type=Vehicle&pick=id&join=flat&"
                                           "q=isParked{name}==%22Top%22")),
              list("urn:x:v:1"));
}

TEST(clause_5_8_6_notification, has_what_its_entities_are_linked_with) {
    meridian::test::receiver endpoint;
    auto client = fleet();
    const auto subscription = [&](const std::string& id, const json& more) {
        json made = {{"id", id},
                     {"type", "Subscription"},
                     {"entities", list(json{{"type", "Vehicle"}})},
                     {"notification",
                      {{"endpoint", {{"uri", endpoint.url("/" + id)}}},
                       {"format", "simplified"},
                       {"pick", {"id", "isParked{name,isIn{name}}"}},
                       {"joinLevel", 2}}}};
        made["notification"].update(more);
        return made;
    };
    EXPECT_EQ(client.post(subscriptions, subscription("urn:s:inline", {{"join", "inline"}})).status,
              201U);
    EXPECT_EQ(client.post(subscriptions, subscription("urn:s:flat", {{"join", "flat"}})).status,
              201U);
    auto vehicle = json{{"id", "urn:x:v:9"}, {"type", "Vehicle"}, {"isParked", link("urn:x:g:1")}};
    EXPECT_EQ(client.post(entities, vehicle).status, 201U);
    const json city = {{"name", "Antwerp"}};
    for (const auto& one : endpoint.wait_for(2)) {
        const auto data = one.content()["data"];
        if (one.target == "/urn:s:inline")
            EXPECT_EQ(data, list(json{{"id", "urn:x:v:9"},
                                      {"isParked", {{"name", "Top"}, {"isIn", city}}}}));
        else
            EXPECT_EQ(data, (json{{{"id", "urn:x:v:9"}, {"isParked", "urn:x:g:1"}},
                                  {{"name", "Top"}, {"isIn", "urn:x:c:1"}},
                                  city}));
    }
}

TEST(clause_4_5_23_linked_entities, an_answer_that_grows_beyond_measure_is_403) {
    auto client = fresh_tenant();
    // Ten Entities of which each is linked with all: 10! ways through them.
    auto ids = json::array();
    for (int i = 0; i < 10; ++i)
        ids.push_back("urn:x:" + std::to_string(i));
    for (const auto& id : ids)
        EXPECT_EQ(client.post(entities, {{"id", id}, {"type", "T"}, {"knows", link(ids)}}).status,
                  201U);
    const auto answer = client.get(entities + "?type=T&join=inline&joinLevel=9");
    EXPECT_EQ(show(answer),
              refused(403, "TooComplexQuery",
                      "more than 10000 linked Entities: ask for fewer Entities, levels or "
                      "Relationships"));
    EXPECT_EQ(ids_in(client.get(entities + "?type=T&join=flat&joinLevel=9")).size(), 10U);
}

} // namespace
} // namespace meridian::api::test
