/// Clauses 6.14 to 6.17 and 6.31: the batch operations; 5.5.11: duplicates in a batch.
#include "api/support.hpp"

namespace meridian::api::test {
namespace {

json thing(const std::string& id, const json& n) {
    return {{"id", id}, {"type", "Thing"}, {"n", {{"type", "Property"}, {"value", n}}}};
}

json error(const std::string& id, unsigned status, const std::string& type,
           const std::string& title, const std::string& detail, const std::string& pointer = "") {
    json details{{"type", "https://uri.etsi.org/ngsi-ld/errors/" + type},
                 {"title", title},
                 {"detail", detail},
                 {"status", status}};
    if (!pointer.empty())
        details["pointer"] = pointer;
    return {{"entityId", id}, {"error", details}};
}

json exists(const std::string& id) {
    return error(id, 409, "AlreadyExists", "Already exists",
                 "the Entity '" + id + "' already exists");
}
json missing(const std::string& id) {
    return error(id, 404, "ResourceNotFound", "Resource not found",
                 "the Entity '" + id + "' does not exist");
}

std::string made(const json& ids) {
    return shown(201, ids, {{"Content-Type", "application/json"}});
}
std::string partly(const json& ids, const json& errors) {
    return shown(207, {{"success", ids}, {"errors", errors}},
                 {{"Content-Type", "application/json"}});
}

http_client tenant_with(const json& things) {
    auto client = fresh_tenant();
    EXPECT_EQ(client.post(batch + "/create", things).status, 201U);
    return client;
}

json value_of(const http_client& client, const std::string& id) {
    const auto body = client.get(entities + "/" + id + "?options=keyValues").content();
    return body.contains("n") ? body["n"] : body;
}

TEST(clause_6_14_3_1_batch_create, all_new_is_201_with_the_ids) {
    const auto client = fresh_tenant();
    EXPECT_EQ(show(client.post(batch + "/create", list(thing("urn:x:1", 1), thing("urn:x:2", 2)))),
              made(list("urn:x:1", "urn:x:2")));
    EXPECT_EQ(show(client.get(entities + "?type=Thing")),
              ok(list(thing("urn:x:1", 1), thing("urn:x:2", 2))));
}

TEST(clause_6_14_3_1_batch_create, what_is_refused_leaves_its_neighbours_alone) {
    const auto client = tenant_with(list(thing("urn:x:1", 1)));
    const auto answer = client.post(
        batch + "/create", list(thing("urn:x:1", 5), thing("urn:x:2", 2), thing("nonsense", 3)));
    EXPECT_EQ(show(answer), partly(list("urn:x:2"),
                                   list(error("nonsense", 400, "BadRequestData", "Bad request data",
                                              "The id of the Entity is not a URI (5.2.4).", "/id"),
                                        exists("urn:x:1"))));
    EXPECT_EQ(value_of(client, "urn:x:1"), 1);
}

TEST(clause_5_5_11_duplicates, of_two_creations_of_one_id_the_second_is_refused) {
    const auto client = fresh_tenant();
    EXPECT_EQ(show(client.post(batch + "/create", list(thing("urn:x:1", 1), thing("urn:x:1", 2)))),
              partly(list("urn:x:1"), list(exists("urn:x:1"))));
    EXPECT_EQ(value_of(client, "urn:x:1"), 1);
}

TEST(clause_5_5_11_duplicates, of_two_upserts_of_one_id_the_last_counts) {
    const auto client = tenant_with(list(thing("urn:x:1", 0)));
    EXPECT_EQ(show(client.post(batch + "/upsert", list(thing("urn:x:1", 1), thing("urn:x:1", 2)))),
              no_content());
    EXPECT_EQ(value_of(client, "urn:x:1"), 2);
}

TEST(clause_6_15_3_1_batch_upsert, new_ids_are_201_and_only_old_ones_204) {
    const auto client = tenant_with(list(thing("urn:x:1", 1)));
    EXPECT_EQ(show(client.post(batch + "/upsert", list(thing("urn:x:1", 5), thing("urn:x:2", 2)))),
              made(list("urn:x:2")));
    EXPECT_EQ(show(client.post(batch + "/upsert", list(thing("urn:x:1", 6), thing("urn:x:2", 7)))),
              no_content());
    EXPECT_EQ(value_of(client, "urn:x:1"), 6);
    EXPECT_EQ(value_of(client, "urn:x:2"), 7);
}

TEST(clause_6_15_3_1_batch_upsert, update_keeps_the_attributes_that_were_not_sent) {
    const json first{{"id", "urn:x:1"}, {"type", "Thing"}, {"a", 1}, {"b", 1}};
    const json second{{"id", "urn:x:1"}, {"type", "Thing"}, {"b", 2}};
    const auto client = tenant_with(list(first));
    const auto now = [&] { return show(client.get(entities + "/urn:x:1?options=keyValues")); };
    EXPECT_EQ(show(client.post(batch + "/upsert?options=update", list(second))), no_content());
    EXPECT_EQ(now(), ok({{"id", "urn:x:1"}, {"type", "Thing"}, {"a", 1}, {"b", 2}}));
    EXPECT_EQ(show(client.post(batch + "/upsert?options=replace", list(second))), no_content());
    EXPECT_EQ(now(), ok({{"id", "urn:x:1"}, {"type", "Thing"}, {"b", 2}}));
}

TEST(clause_6_16_3_1_batch_update, unknown_entities_are_reported_in_207) {
    const auto client = tenant_with(list(thing("urn:x:1", 1)));
    EXPECT_EQ(show(client.post(batch + "/update", list(thing("urn:x:1", 2)))), no_content());
    EXPECT_EQ(show(client.post(batch + "/update", list(thing("urn:x:1", 3), thing("urn:x:9", 3)))),
              partly(list("urn:x:1"), list(missing("urn:x:9"))));
    EXPECT_EQ(value_of(client, "urn:x:1"), 3);
    EXPECT_EQ(client.get(entities + "/urn:x:9").status, 404U);
}

TEST(clause_6_16_3_1_batch_update, no_overwrite_changes_nothing_that_exists) {
    const auto client = tenant_with(list(thing("urn:x:1", 1)));
    const auto answer =
        client.post(batch + "/update?options=noOverwrite", list(thing("urn:x:1", 2)));
    EXPECT_LT(answer.status, 300U) << answer;
    EXPECT_EQ(value_of(client, "urn:x:1"), 1);
}

TEST(clause_6_31_3_1_batch_merge, attributes_are_merged_and_unknown_entities_reported) {
    const auto client = tenant_with(list(thing("urn:x:1", 1)));
    const json merge{{"id", "urn:x:1"}, {"n", {{"value", 2}, {"unitCode", "MTR"}}}};
    EXPECT_EQ(show(client.post(batch + "/merge", list(merge, thing("urn:x:9", 3)))),
              partly(list("urn:x:1"), list(missing("urn:x:9"))));
    auto expected = thing("urn:x:1", 2);
    expected["n"]["unitCode"] = "MTR";
    EXPECT_EQ(show(client.get(entities + "/urn:x:1")), ok(expected));
}

TEST(clause_6_17_3_1_batch_delete, what_exists_goes_and_the_rest_is_reported) {
    const auto client = tenant_with(list(thing("urn:x:1", 1), thing("urn:x:2", 1)));
    EXPECT_EQ(show(client.post(batch + "/delete", list("urn:x:1"))), no_content());
    EXPECT_EQ(
        show(client.post(batch + "/delete", list("urn:x:1", "urn:x:2", "nonsense"))),
        partly(list("urn:x:2"), list(error("nonsense", 400, "BadRequestData", "Bad request data",
                                           "the id 'nonsense' is not a valid URI"),
                                     missing("urn:x:1"))));
    EXPECT_EQ(show(client.get(entities + "?type=Thing")), ok(json::array()));
}

TEST(clause_5_6_7_batch_create, an_empty_array_and_an_object_are_400) {
    const auto client = fresh_tenant();
    for (const auto* operation : {"create", "upsert", "update", "merge", "delete"}) {
        const auto target = batch + "/" + operation;
        EXPECT_EQ(kind_of(client.post(target, json::array())), "400 BadRequestData") << operation;
        EXPECT_EQ(kind_of(client.post(target, json::object())), "400 BadRequestData") << operation;
    }
}

} // namespace
} // namespace meridian::api::test
