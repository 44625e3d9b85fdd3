/// Clauses 4.3.6, 5.7.1, 5.7.2, 5.6.1–5.6.6, 5.6.17–5.6.19 where Registrations match, with real
/// brokers: A has the Registrations, B is the Context Source.
#include "api/support.hpp"
#include "support/receiver.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

namespace meridian::api::test {
namespace {

using meridian::test::fresh_tenant_name;
using meridian::test::meridian_process;
using meridian::test::received;
using meridian::test::receiver;
using meridian::test::reply;

const std::string registrations = "/ngsi-ld/v1/csourceRegistrations";

meridian_process& second_broker() {
    static meridian_process broker;
    return broker;
}

/// A tenant of a broker, and what a Registration says of it.
struct place {
    explicit place(meridian_process& broker)
        : tenant(fresh_tenant_name()), client(broker.port(), {{"NGSILD-Tenant", tenant}}),
          endpoint("http://127.0.0.1:" + std::to_string(broker.port())) {
        const json first{{"id", "urn:x:first"}, {"type", "First"}};
        if (client.post(entities, first).status != 201 ||
            client.remove(entities + "/urn:x:first").status != 204)
            throw std::runtime_error("a tenant cannot be made");
    }
    std::string tenant;
    http_client client;
    std::string endpoint;
};

json property(const json& value, const char* observed_at = nullptr) {
    json made{{"type", "Property"}, {"value", value}};
    if (observed_at)
        made["observedAt"] = observed_at;
    return made;
}

json entity(const std::string& id, const json& attributes, const std::string& type = "Room") {
    json made{{"id", id}, {"type", type}};
    made.update(attributes);
    return made;
}

json by_type(const std::string& type = "Room") {
    return list(json{{"entities", list(json{{"type", type}})}});
}

json by_id(const std::string& id, const std::string& attribute) {
    return list(json{{"entities", list(json{{"id", id}, {"type", "Room"}})},
                     {"propertyNames", list(attribute)}});
}

/// Registers `at` in A; `more` are further members.
void enrol(const place& a, const place& at, const std::string& mode, const json& information,
           const json& more = json::object(), const std::string& id = "urn:csr:1") {
    json made{{"id", id},
              {"type", "ContextSourceRegistration"},
              {"mode", mode},
              {"endpoint", at.endpoint},
              {"tenant", at.tenant},
              {"operations", list("redirectionOps")},
              {"information", information}};
    made.update(more);
    const auto answer = a.client.post(registrations, made);
    ASSERT_EQ(answer.status, 201U) << answer;
}

void enrol(const place& a, const receiver& at, const std::string& mode, const json& information,
           const json& more = json::object()) {
    json made{{"id", "urn:csr:1"},
              {"type", "ContextSourceRegistration"},
              {"mode", mode},
              {"endpoint", at.url("")},
              {"operations", list("redirectionOps")},
              {"information", information}};
    made.update(more);
    const auto answer = a.client.post(registrations, made);
    ASSERT_EQ(answer.status, 201U) << answer;
}

/// Entities in the order of their ids.
json by_ids(json all) {
    if (all.is_array())
        std::sort(all.begin(), all.end(), [](const json& left, const json& right) {
            return left.value("id", std::string()) < right.value("id", std::string());
        });
    return all;
}

/// All Link headers in one text.
std::string links_of(const http_answer& answer) {
    std::string links;
    for (const auto& [header, value] : answer.headers)
        if (header == "Link")
            links += value + ", ";
    return links;
}

const std::string room_1 = "urn:ngsi-ld:Room:1";
const std::string path_1 = entities + "/" + room_1;

TEST(clause_5_7_1_retrieve_inclusive, attributes_are_merged_and_the_most_recent_is_taken) {
    const place a(meridian::test::shared_broker());
    const place b(second_broker());
    ASSERT_EQ(a.client
                  .post(entities, entity(room_1, {{"p", property(1, "2026-01-01T00:00:00Z")},
                                                  {"q", property(1, "2026-01-03T00:00:00Z")},
                                                  {"here", property("a")}}))
                  .status,
              201U);
    ASSERT_EQ(b.client
                  .post(entities, entity(room_1, {{"p", property(2, "2026-01-02T00:00:00Z")},
                                                  {"q", property(2, "2026-01-02T00:00:00Z")},
                                                  {"there", property("b")}}))
                  .status,
              201U);
    enrol(a, b, "inclusive", by_type());
    const auto answer = a.client.get(path_1);
    EXPECT_EQ(show(answer), ok(entity(room_1, {{"p", property(2, "2026-01-02T00:00:00Z")},
                                               {"q", property(1, "2026-01-03T00:00:00Z")},
                                               {"here", property("a")},
                                               {"there", property("b")}})));
    EXPECT_EQ(a.client.get(path_1 + "?local=true&options=keyValues").content(),
              entity(room_1, {{"p", 1}, {"q", 1}, {"here", "a"}}));
    EXPECT_EQ(a.client.get(path_1 + "?attrs=there&options=keyValues").content(),
              entity(room_1, {{"there", "b"}}));
    EXPECT_EQ(a.client.get(path_1 + "?omit=p,q&options=keyValues").content(),
              entity(room_1, {{"here", "a"}, {"there", "b"}}));
    EXPECT_EQ(kind_of(a.client.get(path_1 + "?attrs=nothing")), "404 ResourceNotFound");
}

TEST(clause_5_7_2_query_inclusive, entities_of_both_are_found_counted_and_paged) {
    const place a(meridian::test::shared_broker());
    const place b(second_broker());
    for (const auto* id : {"urn:r:1", "urn:r:2"})
        ASSERT_EQ(a.client.post(entities, entity(id, {{"p", property(1)}})).status, 201U);
    for (const auto* id : {"urn:r:2", "urn:r:3", "urn:r:4"})
        ASSERT_EQ(b.client.post(entities, entity(id, {{"t", property(2)}})).status, 201U);
    enrol(a, b, "inclusive", by_type());
    const auto all = a.client.get(entities + "?type=Room&options=keyValues&count=true");
    EXPECT_EQ(by_ids(all.content()),
              list(entity("urn:r:1", {{"p", 1}}), entity("urn:r:2", {{"p", 1}, {"t", 2}}),
                   entity("urn:r:3", {{"t", 2}}), entity("urn:r:4", {{"t", 2}})))
        << all;
    EXPECT_EQ(all.header("NGSILD-Results-Count"), "4");
    auto one_by_one = json::array();
    for (const auto* offset : {"0", "1", "2", "3", "4"}) {
        const auto page =
            a.client.get(entities + "?type=Room&options=keyValues&limit=1&offset=" + offset);
        const bool has_next = links_of(page).find("rel=\"next\"") != std::string::npos;
        EXPECT_EQ(has_next, std::string_view(offset) < "3") << page;
        for (const auto& each : page.content())
            one_by_one.push_back(each);
    }
    EXPECT_EQ(one_by_one, all.content());
    const auto ids = [&](const std::string& query) {
        auto found = ids_in(a.client.get(entities + query));
        std::sort(found.begin(), found.end());
        return found;
    };
    EXPECT_EQ(ids("?type=Room&q=t==2"), list("urn:r:2", "urn:r:3", "urn:r:4"));
    EXPECT_EQ(ids("?type=Room&q=t==2;p==1&splitEntities=true"), list("urn:r:2"));
    EXPECT_EQ(ids("?type=Room&local=true"), list("urn:r:1", "urn:r:2"));
    // 5.7.2.4, 4.23.1: only what one broker has can be ordered.
    EXPECT_EQ(show(a.client.get(entities + "?type=Room&orderBy=id")),
              refused(400, "BadRequestData",
                      "orderBy needs local=true where Context Sources take part (5.7.2.4)"));
    EXPECT_EQ(ids_in(a.client.get(entities + "?type=Room&orderBy=id;desc&local=true")),
              list("urn:r:2", "urn:r:1"));
    EXPECT_EQ(ids("?type=Car"), json::array());
    EXPECT_EQ(ids_in(a.client.post(batch + "/query",
                                   {{"type", "Query"},
                                    {"entities", list(json{{"type", "Room"},
                                                           {"id", list("urn:r:1", "urn:r:3")}})}})),
              list("urn:r:1", "urn:r:3"));
}

TEST(clause_5_6_exclusive, registered_attributes_live_at_the_source_alone) {
    const place a(meridian::test::shared_broker());
    const place b(second_broker());
    enrol(a, b, "exclusive", by_id(room_1, "p"));
    EXPECT_EQ(show(a.client.post(entities,
                                 entity(room_1, {{"p", property(1)}, {"here", property("a")}}))),
              created(path_1));
    EXPECT_EQ(a.client.get(path_1 + "?local=true&options=keyValues").content(),
              entity(room_1, {{"here", "a"}}));
    EXPECT_EQ(b.client.get(path_1 + "?options=keyValues").content(), entity(room_1, {{"p", 1}}));
    EXPECT_EQ(a.client.get(path_1 + "?options=keyValues").content(),
              entity(room_1, {{"here", "a"}, {"p", 1}}));

    EXPECT_EQ(
        show(a.client.patch(path_1 + "/attrs", {{"p", property(2)}, {"here", property("c")}})),
        no_content());
    EXPECT_EQ(show(a.client.patch(path_1 + "/attrs/p", {{"unitCode", "CEL"}})), no_content());
    EXPECT_EQ(show(a.client.patch(path_1, {{"p", {{"observedAt", "2026-01-01T00:00:00Z"}}}})),
              no_content());
    auto expected = property(2, "2026-01-01T00:00:00Z");
    expected["unitCode"] = "CEL";
    EXPECT_EQ(nlohmann::json(b.client.get(path_1).content()),
              nlohmann::json(entity(room_1, {{"p", expected}})));
    EXPECT_EQ(show(a.client.put(path_1 + "/attrs/p", property(3))), no_content());
    EXPECT_EQ(a.client.get(path_1 + "?options=keyValues").content(),
              entity(room_1, {{"here", "c"}, {"p", 3}}));
    EXPECT_EQ(show(a.client.remove(path_1 + "/attrs/p")), no_content());
    EXPECT_EQ(a.client.get(path_1 + "?options=keyValues").content(),
              entity(room_1, {{"here", "c"}}));
    EXPECT_EQ(show(a.client.post(path_1 + "/attrs", {{"p", property(4)}})), no_content());
    EXPECT_EQ(b.client.get(path_1 + "?options=keyValues").content(), entity(room_1, {{"p", 4}}));
    EXPECT_EQ(show(a.client.remove(path_1)), no_content());
    EXPECT_EQ(b.client.get(path_1).status, 404U);
    EXPECT_EQ(a.client.get(path_1).status, 404U);
}

TEST(clause_5_6_redirect, whole_entities_live_at_the_source) {
    const place a(meridian::test::shared_broker());
    const place b(second_broker());
    enrol(a, b, "redirect", by_type());
    EXPECT_EQ(show(a.client.post(entities, entity(room_1, {{"p", property(1)}}))), created(path_1));
    EXPECT_EQ(a.client.get(path_1 + "?local=true").status, 404U);
    EXPECT_EQ(b.client.get(path_1 + "?options=keyValues").content(), entity(room_1, {{"p", 1}}));
    EXPECT_EQ(show(a.client.put(path_1, entity(room_1, {{"q", property(2)}}))), no_content());
    EXPECT_EQ(a.client.get(path_1 + "?options=keyValues").content(), entity(room_1, {{"q", 2}}));
    EXPECT_EQ(kind_of(a.client.remove(entities + "/urn:ngsi-ld:Room:none")),
              "404 ResourceNotFound");
    EXPECT_EQ(show(a.client.remove(path_1)), no_content());
    EXPECT_EQ(b.client.get(path_1).status, 404U);
    // What is here and of another type is not redirected.
    ASSERT_EQ(a.client.post(entities, entity("urn:car:1", {{"p", property(1)}}, "Car")).status,
              201U);
    EXPECT_EQ(show(a.client.patch(entities + "/urn:car:1/attrs", {{"p", property(2)}})),
              no_content());
}

TEST(clause_4_3_6_2_auxiliary, supplements_what_nobody_else_has_and_is_not_written_to) {
    const place a(meridian::test::shared_broker());
    const place b(second_broker());
    ASSERT_EQ(
        b.client.post(entities, entity(room_1, {{"p", property(2)}, {"t", property(2)}})).status,
        201U);
    enrol(a, b, "auxiliary", by_type(), {{"operations", list("retrieveOps")}});
    EXPECT_EQ(show(a.client.post(entities, entity(room_1, {{"p", property(1)}}))), created(path_1));
    EXPECT_EQ(a.client.get(path_1 + "?options=keyValues").content(),
              entity(room_1, {{"p", 1}, {"t", 2}}));
    EXPECT_EQ(show(a.client.remove(path_1)), no_content());
    EXPECT_EQ(b.client.get(path_1).status, 200U);
}

TEST(clause_5_6_unsupported_operation, is_a_conflict_or_a_partial_success) {
    const place a(meridian::test::shared_broker());
    const place b(second_broker());
    enrol(a, b, "exclusive", by_id(room_1, "p"), {{"operations", list("retrieveOps")}});
    EXPECT_EQ(kind_of(a.client.post(entities, entity(room_1, {{"p", property(1)}}))),
              "409 Conflict");
    EXPECT_EQ(a.client.get(path_1 + "?local=true").status, 404U);
    const auto partly =
        a.client.post(entities, entity(room_1, {{"p", property(1)}, {"q", property(2)}}));
    EXPECT_EQ(partly.status, 207U) << partly;
    EXPECT_EQ(partly.header("Location"), path_1);
    EXPECT_EQ(partly.content()["success"], list(room_1));
    EXPECT_EQ(partly.content()["errors"][0]["registrationId"], "urn:csr:1");
    EXPECT_EQ(partly.content()["errors"][0]["error"]["status"], 409);
    const auto update = a.client.patch(path_1 + "/attrs", {{"p", property(1)}, {"q", property(3)}});
    EXPECT_EQ(update.status, 207U) << update;
    EXPECT_EQ(update.content()["updated"].size(), 1U);
    EXPECT_EQ(update.content()["notUpdated"][0]["registrationId"], "urn:csr:1");
}

TEST(clause_6_3_17_warnings, tell_why_an_answer_is_partial) {
    struct row {
        reply says;
        const char* warning;
    };
    std::optional<reply> says;
    receiver peer([&](const received&) { return says.value_or(reply{}); });
    const place a(meridian::test::shared_broker());
    ASSERT_EQ(a.client.post(entities, entity(room_1, {{"p", property(1)}})).status, 201U);
    enrol(a, peer, "inclusive", by_type());
    for (const auto& [what, warning] : {
             row{{403, "", "application/json"}, "299 "},
             row{{200, "no json", "application/json"}, "111 "},
             row{{200, R"({"id": "urn:x"})", "application/json"}, "111 "},
             row{{404, "", "application/json"}, ""},
             row{{508, "", "application/json"}, "199 "},
         }) {
        says = what;
        const auto answer = a.client.get(path_1 + "?options=keyValues");
        EXPECT_EQ(answer.content(), entity(room_1, {{"p", 1}})) << answer;
        EXPECT_EQ(answer.header("NGSILD-Warning").substr(0, 4), warning) << answer;
    }
    peer.close();
    const auto answer = a.client.get(path_1 + "?options=keyValues");
    EXPECT_EQ(answer.content(), entity(room_1, {{"p", 1}})) << answer;
    EXPECT_EQ(answer.header("NGSILD-Warning").substr(0, 4), "199 ") << answer;
    const auto none = a.client.get(entities + "/urn:none");
    EXPECT_EQ(none.status, 404U);
    EXPECT_EQ(none.header("NGSILD-Warning").substr(0, 4), "199 ") << none;
}

TEST(clause_6_3_17_writes, peers_that_are_slow_or_down_are_told_of) {
    receiver slow([](const received&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(600));
        return reply{204, ""};
    });
    const place a(meridian::test::shared_broker());
    enrol(a, slow, "redirect", by_id(room_1, "p"), {{"management", {{"timeout", 100}}}});
    const auto late = a.client.post(entities, entity(room_1, {{"p", property(1)}}));
    EXPECT_EQ(late.status, 504U) << late;
    const auto partly =
        a.client.post(entities, entity(room_1, {{"p", property(1)}, {"q", property(1)}}));
    EXPECT_EQ(partly.status, 207U) << partly;
    EXPECT_EQ(partly.content()["errors"][0]["error"]["status"], 504);
    const auto shown_books = a.client.get(registrations + "/urn:csr:1").content();
    EXPECT_EQ(shown_books["status"], "failed");
    EXPECT_EQ(shown_books["timesFailed"], 2);

    const place c(meridian::test::shared_broker());
    receiver down;
    enrol(c, down, "redirect", by_type());
    down.close();
    const auto gone = c.client.post(entities, entity(room_1, {{"p", property(1)}}));
    EXPECT_EQ(gone.status, 502U) << gone;
}

TEST(clause_6_3_18_via, a_loop_from_a_to_b_to_a_ends) {
    const place a(meridian::test::shared_broker());
    const place b(second_broker());
    ASSERT_EQ(a.client.post(entities, entity(room_1, {{"p", property(1)}})).status, 201U);
    ASSERT_EQ(b.client.post(entities, entity(room_1, {{"t", property(2)}})).status, 201U);
    enrol(a, b, "inclusive", by_type());
    enrol(b, a, "inclusive", by_type());
    EXPECT_EQ(a.client.get(path_1 + "?options=keyValues").content(),
              entity(room_1, {{"p", 1}, {"t", 2}}));
    EXPECT_EQ(ids_in(a.client.get(entities + "?type=Room")), list(room_1));
    EXPECT_EQ(show(a.client.patch(path_1 + "/attrs", {{"p", property(3)}})), no_content());
}

TEST(clause_6_3_18_via, a_loop_of_redirections_is_508) {
    const place a(meridian::test::shared_broker());
    const place b(second_broker());
    enrol(a, b, "redirect", by_type());
    enrol(b, a, "redirect", by_type());
    const auto answer = a.client.post(entities, entity(room_1, {{"p", property(1)}}));
    EXPECT_EQ(answer.status, 508U) << answer;
    // With its alias a Registration does not match what has passed its Context Source (5.12).
    const auto alias =
        b.client.get("/ngsi-ld/v1/info/sourceIdentity").content()["contextSourceAlias"];
    ASSERT_EQ(a.client.patch(registrations + "/urn:csr:1", {{"contextSourceAlias", alias}}).status,
              204U);
    const auto once = b.client.post(entities, entity(room_1, {{"p", property(1)}}));
    EXPECT_EQ(once.status, 201U) << once;
    EXPECT_EQ(a.client.get(path_1 + "?local=true").status, 200U);
}

TEST(clause_6_3_19_source_info, headers_tenant_and_context_go_to_the_source) {
    receiver peer([](const received& asked) {
        if (asked.target.starts_with("/ctx"))
            return reply{200,
                         R"({"@context": {"p": "http://x.org/p", "Room": "http://x.org/Room"}})"};
        return reply{201, ""};
    });
    const place a(meridian::test::shared_broker());
    const auto context = peer.url("/ctx.jsonld");
    json info = list(json{{"entities", list(json{{"type", "http://x.org/Room"}})}});
    enrol(a, peer, "redirect", info,
          {{"tenant", "theirs"},
           {"contextSourceInfo", list(json{{"key", "Authorization"}, {"value", "Bearer x"}},
                                      json{{"key", "X-User"}, {"value", "urn:ngsi-ld:request"}},
                                      json{{"key", "X-Absent"}, {"value", "urn:ngsi-ld:request"}},
                                      json{{"key", "jsonldContext"}, {"value", context}})}});
    const json subject{
        {"id", room_1}, {"type", "http://x.org/Room"}, {"http://x.org/p", property(1)}};
    EXPECT_EQ(a.client.post(entities, subject, {{"X-User", "abc"}, {"Via", "1.1 before"}}).status,
              201U);
    std::optional<received> forwarded;
    for (const auto& one : peer.requests())
        if (one.method == "POST")
            forwarded = one;
    ASSERT_TRUE(forwarded);
    EXPECT_EQ(forwarded->target, "/ngsi-ld/v1/entities");
    EXPECT_EQ(forwarded->content(), entity(room_1, {{"p", property(1)}}));
    auto& headers = forwarded->headers;
    EXPECT_EQ(headers["ngsild-tenant"], "theirs");
    EXPECT_EQ(headers["authorization"], "Bearer x");
    EXPECT_EQ(headers["x-user"], "abc");
    EXPECT_FALSE(headers.contains("x-absent"));
    EXPECT_FALSE(headers.contains("jsonldcontext"));
    EXPECT_EQ(headers["content-type"], "application/json");
    EXPECT_NE(headers["link"].find(context), std::string::npos);
    EXPECT_TRUE(headers["via"].starts_with("1.1 before, 1.1 ")) << headers["via"];
}

} // namespace
} // namespace meridian::api::test
