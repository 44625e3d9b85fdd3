/// As-of reads: an extension (docs/conformance.md, "Beyond the standard").
#include "api/support.hpp"

#include "meridian/base/time.hpp"
#include "meridian/base/uri.hpp"

#include <chrono>
#include <random>

namespace meridian::api::test {
namespace {

const std::string id_of_room = "urn:ngsi-ld:Room:1";
const std::string path = entities + "/" + id_of_room;

std::string now() {
    return to_text(
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()));
}

std::string then(std::string target, const std::string& moment) {
    target += target.find('?') == std::string::npos ? '?' : '&';
    return target + "asOf=" + moment;
}

/// Status and body; members of objects have no order.
std::string seen(const http_answer& answer) {
    return std::to_string(answer.status) + ' ' + nlohmann::json::parse(answer.body).dump(1);
}

// ---- a history of random writes ---------------------------------------------------------------

class writer {
public:
    writer(http_client client, unsigned seed) : client_(std::move(client)), random_(seed) {}

    /// One write; those that are refused (of what is not there) leave everything as it is.
    void write() {
        const auto answer = write_to(entities + "/" + id());
        EXPECT_NE(answer.status, 400U) << last_ << '\n' << answer;
        EXPECT_LT(answer.status, 500U) << last_ << '\n' << answer;
    }
    [[nodiscard]] const std::string& last() const noexcept { return last_; }

private:
    std::size_t below(std::size_t limit) { return random_() % limit; }
    std::string id() { return "urn:ngsi-ld:Room:" + std::to_string(1 + below(3)); }
    std::string name() { return std::string(1, static_cast<char>('a' + below(4))); }

    json instance() {
        const auto value = static_cast<int>(below(100));
        switch (below(6)) {
        case 0:
            return {{"type", "Property"},
                    {"value", value / 8.0},
                    {"observedAt", "2020-01-01T00:00:" + std::to_string(10 + below(50)) + "Z"}};
        case 1:
            return {{"type", "Relationship"}, {"object", "urn:x:" + std::to_string(value)}};
        case 2:
            return {{"type", "LanguageProperty"}, {"languageMap", {{"en", "a"}, {"de", "b"}}}};
        case 3:
            return {{"type", "VocabProperty"}, {"vocab", list("office", "hall")}};
        case 4:
            return {{"type", "Property"},
                    {"value", value},
                    {"unitCode", "CEL"},
                    {"accuracy", {{"type", "Property"}, {"value", value}}}};
        default:
            return {{"type", "GeoProperty"},
                    {"value", {{"type", "Point"}, {"coordinates", list(value, value / 2.0)}}}};
        }
    }
    json property() {
        return {{"type", "Property"},
                {"value", {{"level", static_cast<int>(below(9))}, {"text", "ü"}}}};
    }
    json instances() {
        auto first = instance();
        auto second = first;
        second["datasetId"] = "urn:set:" + std::to_string(below(2));
        return below(3) == 0 ? list(second) : list(first, second);
    }
    json fragment() {
        auto made = json::object();
        made[name()] = below(2) == 0 ? instances() : instance();
        made[name()] = property();
        if (below(4) == 0)
            made["scope"] = below(2) == 0 ? json("/one") : list("/one/two", "/three");
        return made;
    }
    json whole(const std::string& of) {
        auto made = fragment();
        made["id"] = of;
        made["type"] = below(4) == 0 ? list("Room", "Hall") : json("Room");
        if (below(6) == 0)
            made["expiresAt"] = "2090-01-01T00:00:00Z";
        return made;
    }

    http_answer send(const std::string& method, const std::string& target, const json& body) {
        const auto text = body == "" ? std::string{} : body.dump();
        last_ = method + ' ' + target + ' ' + text;
        return client_.send(method, target, text, {});
    }
    http_answer write_to(const std::string& target) {
        switch (below(13)) {
        case 0:
        case 1:
            return send("POST", entities, whole(id()));
        case 2:
            return send("PATCH", target, {{name(), {{"value", static_cast<int>(below(50))}}}});
        case 3:
            return send("POST", target + "/attrs", fragment());
        case 4:
            return send("PATCH", target + "/attrs", fragment());
        case 5:
            return send("DELETE", target + "/attrs/" + name(), "");
        case 6:
            return send("DELETE", target + "/attrs/" + name() + "?datasetId=urn:set:1", "");
        case 7:
            return send("PUT", target, whole(target.substr(entities.size() + 1)));
        case 8:
            return send("DELETE", target, "");
        case 9:
            return send("POST", batch + "/upsert?options=update", list(whole(id()), whole(id())));
        case 10:
            return send("POST", target + "/attrs", {{"type", "Hall"}});
        case 11:
            return send("PUT", target + "/attrs/" + name(), instance());
        default:
            return send("DELETE", target + "/attrs/scope", "");
        }
    }

    http_client client_;
    std::mt19937 random_;
    std::string last_;
};

const std::vector<std::string> questions{
    entities + "/urn:ngsi-ld:Room:1?options=sysAttrs",
    entities + "/urn:ngsi-ld:Room:2?options=sysAttrs",
    entities + "/urn:ngsi-ld:Room:3?options=concise",
    entities + "?type=Room&options=sysAttrs",
    entities + "?type=Hall&format=simplified",
    entities + "?local=true&id=urn:ngsi-ld:Room:1,urn:ngsi-ld:Room:3&pick=id,a,b",
    entities + "?attrs=c",
    entities + "?local=true&q=a%3E20",
    entities + "?type=Room&scopeQ=/one/%23",
    entities + "?type=Room&georel=within&geometry=Polygon&geoproperty=b&coordinates=" +
        encode_path_segment("[[[0,0],[60,0],[60,60],[0,60],[0,0]]]"),
};

TEST(as_of_reads, tell_what_was_answered_after_each_of_many_writes) {
    for (const unsigned seed : {1U, 2U, 3U}) {
        const auto client = fresh_tenant();
        // The tenant is there, so that questions before the first Entity have an answer.
        EXPECT_EQ(client.post(entities, {{"id", "urn:x:0"}, {"type", "Other"}}).status, 201U);
        writer writes(client, seed);
        struct moment {
            std::string at;
            std::string after;
            std::vector<std::string> answers;
        };
        std::vector<moment> moments;
        for (int count = 0; count < 60; ++count) {
            writes.write();
            moment made{"", writes.last(), {}};
            for (const auto& question : questions)
                made.answers.push_back(seen(client.get(question)));
            made.at = now();
            moments.push_back(std::move(made));
        }
        for (std::size_t at = 0; at < moments.size(); ++at)
            for (std::size_t i = 0; i < questions.size(); ++i)
                ASSERT_EQ(seen(client.get(then(questions[i], moments[at].at))),
                          moments[at].answers[i])
                    << "seed " << seed << ", " << questions[i] << " after write " << at << ": "
                    << moments[at].after;
    }
}

// ---- one thing at a time ----------------------------------------------------------------------

TEST(as_of_reads, an_entity_that_was_not_there_is_404) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(entities, {{"id", "urn:x:0"}, {"type", "Other"}}).status, 201U);
    const auto before = now();
    EXPECT_EQ(client.post(entities, room()).status, 201U);
    const auto living = now();
    EXPECT_EQ(client.remove(path).status, 204U);
    const auto gone = now();
    EXPECT_EQ(client.post(entities, room()).status, 201U);
    EXPECT_EQ(client.get(then(path, before)).status, 404U);
    EXPECT_EQ(seen(client.get(then(path, living))), "200 " + nlohmann::json(room()).dump(1));
    EXPECT_EQ(client.get(then(path, gone)).status, 404U);
    EXPECT_EQ(client.get(then(path, now())).status, 200U);
    EXPECT_EQ(ids_in(client.get(then(entities + "?type=Room", gone))), json::array());
    EXPECT_EQ(ids_in(client.get(then(entities + "?type=Room", living))), list(id_of_room));
}

TEST(as_of_reads, are_written_as_the_request_asks) {
    const auto client = fresh_tenant();
    const json site{
        {"id", "urn:x:1"},
        {"type", "Site"},
        {"name", {{"type", "LanguageProperty"}, {"languageMap", {{"en", "one"}}}}},
        {"location",
         {{"type", "GeoProperty"}, {"value", {{"type", "Point"}, {"coordinates", list(8, 50)}}}}}};
    EXPECT_EQ(client.post(entities, site).status, 201U);
    const auto target = entities + "/urn:x:1";
    const auto of = [&](const std::string& query, const std::string& type) {
        return client.get(query, {{"Accept", type}});
    };
    const std::vector<std::pair<std::string, std::string>> asked{
        {target, "application/geo+json"},
        {entities + "?type=Site", "application/geo+json"},
        {target + "?format=simplified&lang=en", "application/json"},
        {target, "application/ld+json"},
        {target + "?pick=name", "application/json"},
        {entities + "?type=Site&count=true&limit=1", "application/json"},
    };
    std::vector<std::string> answers;
    for (const auto& [query, type] : asked)
        answers.push_back(show(of(query, type)));
    const auto moment = now();
    EXPECT_EQ(client.put(target, {{"id", "urn:x:1"}, {"type", "Site"}, {"x", 1}}).status, 204U);
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const auto answer = of(then(asked[i].first, moment), asked[i].second);
        EXPECT_EQ(show(answer), answers[i]) << asked[i].first;
        EXPECT_EQ(answer.header("ETag"), "");
    }
}

TEST(as_of_reads, page_by_offset_and_count) {
    const auto client = fresh_tenant();
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(client.post(entities, room("urn:x:" + std::to_string(i))).status, 201U);
    const auto moment = now();
    EXPECT_EQ(client.remove(entities + "/urn:x:3").status, 204U);
    const auto page = client.get(then(entities + "?type=Room&count=true&limit=2&offset=2", moment));
    EXPECT_EQ(ids_in(page), list("urn:x:2", "urn:x:3"));
    EXPECT_EQ(page.header("NGSILD-Results-Count"), "5");
}

TEST(as_of_reads, hide_what_had_expired) {
    const auto client = fresh_tenant();
    const auto due =
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()) +
        std::chrono::milliseconds{300};
    auto transient = room();
    transient["expiresAt"] = to_text(due);
    EXPECT_EQ(client.post(entities, transient).status, 201U);
    const auto living = now();
    EXPECT_EQ(client.get(then(path, living)).status, 200U);
    EXPECT_EQ(client.post(entities, {{"id", "urn:x:2"}, {"type", "Room"}}).status, 201U);
    const auto is_swept = [&] { // until then answers have no ETag
        return client.get(path).status == 404U &&
               !client.get(entities + "/urn:x:2").header("ETag").empty();
    };
    EXPECT_TRUE(meridian::test::wait_for(is_swept));
    EXPECT_EQ(client.get(then(path, living)).status, 200U);
    EXPECT_EQ(client.get(then(path, to_text(due))).status, 404U);
    EXPECT_EQ(client.get(then(path, now())).status, 404U);
}

TEST(as_of_reads, what_cannot_be_told_is_refused) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(entities, room()).status, 201U);
    const auto refusal = [&](const std::string& target) { return kind_of(client.get(target)); };
    const auto moment = now();
    EXPECT_EQ(refusal(path + "?asOf=yesterday"), "400 BadRequestData");
    EXPECT_EQ(refusal(path + "?asOf="), "400 BadRequestData");
    EXPECT_EQ(refusal(then(path, "2990-01-01T00:00:00Z")), "400 BadRequestData");
    EXPECT_EQ(refusal(then(path, "1990-01-01T00:00:00Z")), "400 BadRequestData");
    EXPECT_EQ(refusal(then(path + "?join=flat", moment)), "400 BadRequestData");
    EXPECT_EQ(refusal(then(entities + "?type=Room&local=true&orderBy=id", moment)),
              "400 BadRequestData");
    EXPECT_EQ(refusal(then(entities + "?type=Room&q=a%7BRoom:b%7D==1", moment)),
              "400 BadRequestData");
    EXPECT_EQ(kind_of(client.post(batch + "/query?asOf=" + moment, {{"type", "Query"}})),
              "400 InvalidRequest");
}

TEST(as_of_reads, too_many_candidates_are_403) {
    const auto client = fresh_tenant();
    auto all = json::array();
    for (int i = 0; i < 1000; ++i)
        all.push_back({{"id", "urn:x:" + std::to_string(i)}, {"type", "Many"}});
    EXPECT_EQ(client.post(batch + "/create", all).status, 201U);
    const auto limit = client.get(then(entities + "?type=Many&count=true&limit=0", now()));
    EXPECT_EQ(limit.header("NGSILD-Results-Count"), "1000");
    EXPECT_EQ(client.post(entities, {{"id", "urn:x:1000"}, {"type", "Many"}}).status, 201U);
    EXPECT_EQ(client.post(entities, room()).status, 201U);
    const auto moment = now();
    EXPECT_EQ(kind_of(client.get(then(entities + "?type=Many", moment))), "403 TooComplexQuery");
    EXPECT_EQ(ids_in(client.get(then(entities + "?type=Room", moment))), list(id_of_room));
    EXPECT_EQ(ids_in(client.get(then(entities + "?id=urn:x:7&type=Many", moment))),
              list("urn:x:7"));
}

} // namespace
} // namespace meridian::api::test
