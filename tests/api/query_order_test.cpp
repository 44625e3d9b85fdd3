/// Clause 4.23 by 6.4.3.2 and 6.23: answers in the order that the request names.
#include "api/support.hpp"

#include <algorithm>

namespace meridian::api::test {
namespace {

json building(int number, const json& name) {
    return {{"id", "urn:x:b:" + std::to_string(number)},
            {"type", "Building"},
            {"name", {{"type", "Property"}, {"value", name}, {"code", 10 - number}}},
            {"location",
             {{"type", "GeoProperty"},
              {"value", {{"type", "Point"}, {"coordinates", {number * 7 % 5, 40}}}}}}};
}

/// Buildings 1 to 5, created in the order 3, 1, 5, 2, 4.
http_client street() {
    auto client = fresh_tenant();
    const std::vector<json> names{"Zebra", "Ähre", "apfel", 7, "Apfel"};
    for (const int number : {3, 1, 5, 2, 4})
        EXPECT_EQ(
            client.post(entities, building(number, names[static_cast<std::size_t>(number) - 1]))
                .status,
            201U);
    return client;
}

json buildings(std::initializer_list<int> numbers) {
    auto ids = json::array();
    for (const int number : numbers)
        ids.push_back("urn:x:b:" + std::to_string(number));
    return ids;
}

TEST(clause_4_23_entity_ordering, answers_come_in_the_order_that_is_asked_for) {
    const auto client = street();
    const std::pair<std::string, json> cases[] = {
        {"orderBy=name", buildings({4, 2, 3, 5, 1})},
        {"orderBy=name;desc", buildings({1, 5, 3, 2, 4})},
        {"orderBy=name&collation=en-u-kf-upper", buildings({4, 2, 5, 3, 1})},
        {"orderBy=id;desc", buildings({5, 4, 3, 2, 1})},
        {"orderBy=createdAt", buildings({3, 1, 5, 2, 4})},
        {"orderBy=name.createdAt;desc", buildings({4, 2, 5, 1, 3})},
        {"orderBy=name.code", buildings({5, 4, 3, 2, 1})},
        {"orderBy=type,id", buildings({1, 2, 3, 4, 5})},
        {"orderBy=location;dist-asc&orderFrom=%5B0,40%5D", buildings({5, 3, 1, 4, 2})},
        {"orderBy=location;dist-desc&orderFrom=%5B0,40%5D", buildings({2, 4, 1, 3, 5})},
    };
    for (const auto& [query, expected] : cases) {
        const auto answer = client.get(entities + "?type=Building&local=true&" + query);
        EXPECT_EQ(ids_in(answer), expected) << query << show(answer);
    }
}

TEST(clause_4_23_entity_ordering,
     pages_and_count_go_by_the_order_and_what_is_rechecked_counts_not) {
    const auto client = street();
    const auto path = entities + "?type=Building&local=true&orderBy=name&idPattern=%5B1-4%5D$";
    const auto answer = client.get(path + "&limit=2&offset=1&count=true");
    EXPECT_EQ(ids_in(answer), buildings({2, 3})) << show(answer);
    EXPECT_EQ(answer.header("NGSILD-Results-Count"), "4");
    EXPECT_NE(show(answer).find("orderBy=name&idPattern=%5B1-4%5D$&count=true&limit=2&offset=3>; "
                                "rel=\"next\""),
              std::string::npos)
        << show(answer);
    EXPECT_EQ(ids_in(client.get(path + "&offset=9")), json::array());
}

TEST(clause_4_23_entity_ordering, many_candidates_are_ordered_over_all_of_them) {
    auto client = fresh_tenant();
    for (int part = 0; part < 3; ++part) {
        auto all = json::array();
        for (int at = 0; at < 500; ++at)
            all.push_back({{"id", "urn:x:" + std::to_string(part * 500 + at)},
                           {"type", "T"},
                           {"n", (at * 7 + part * 31) % 500 * 3 + part}});
        EXPECT_EQ(client.post(batch + "/create", all).status, 201U);
    }
    const auto answer =
        client.get(entities + "?type=T&local=true&orderBy=n;desc&limit=3&options=keyValues&pick=n");
    EXPECT_EQ(answer.content(), json::array({{{"n", 1499}}, {{"n", 1498}}, {{"n", 1497}}}))
        << show(answer);
}

TEST(clause_5_2_43_ordering_params, a_query_body_orders_too) {
    const auto client = street();
    const auto asked = [](const json& ordering) {
        return json{{"type", "Query"},
                    {"entities", list(json{{"type", "Building"}})},
                    {"ordering", ordering}};
    };
    const auto path = batch + "/query?local=true";
    EXPECT_EQ(ids_in(client.post(path, asked({{"orderBy", {"name;desc", "id"}}}))),
              buildings({1, 5, 3, 2, 4}));
    EXPECT_EQ(ids_in(client.post(path, asked({{"orderBy", list("location;dist-asc")},
                                              {"coordinates", {0, 40}},
                                              {"geometry", "Point"}}))),
              buildings({5, 3, 1, 4, 2}));
    EXPECT_EQ(
        show(client.post(path,
                         asked({{"orderBy", list("location;dist-asc")}, {"coordinates", "0,40"}}))),
        refused(400, "BadRequestData",
                "the Query's member 'ordering' has coordinates that are no array", "/ordering"));
}

TEST(clause_5_7_2_4_ordering, what_no_context_source_takes_part_in_is_local) {
    const auto client = street();
    EXPECT_EQ(ids_in(client.get(entities + "?type=Building&orderBy=id;desc")),
              buildings({5, 4, 3, 2, 1}));
    const json query{{"type", "Query"},
                     {"entities", list(json{{"type", "Building"}})},
                     {"ordering", {{"orderBy", list("id;desc")}}}};
    EXPECT_EQ(ids_in(client.post(batch + "/query", query)), buildings({5, 4, 3, 2, 1}));
}

TEST(clause_5_7_2_4_ordering, is_refused_where_it_can_not_be) {
    const auto client = street();
    const std::pair<std::string, std::string> cases[] = {
        {"local=true&orderBy=name&collation=!!nope",
         "collation: '!!nope' is no collation of ICU (RFC 6067)"},
        {"local=true&orderBy=location;dist-asc",
         "orderFrom: goes with dist-asc or dist-desc in orderBy, and they with it"},
    };
    for (const auto& [query, detail] : cases)
        EXPECT_EQ(show(client.get(entities + "?type=Building&" + query)),
                  refused(400, "BadRequestData", detail));
}

} // namespace
} // namespace meridian::api::test
