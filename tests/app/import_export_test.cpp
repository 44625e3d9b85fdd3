// import and export on a real database, as a user sees them: files, output, exit status.
#include "app/commands.hpp"
#include "support/cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meridian/base/json.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <pqxx/pqxx>
#include <sstream>
#include <zlib.h>

using namespace meridian;
using testing::HasSubstr;

namespace {

struct outcome {
    int status;
    std::string output;
    std::string errors;
};

template <typename Function>
outcome captured(Function function) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int status = function();
    std::fflush(stdout);
    auto output = testing::internal::GetCapturedStdout();
    return {status, std::move(output), testing::internal::GetCapturedStderr()};
}

/// Without the system attributes that a broker sets itself, on every level.
void drop_stamps(json& value) {
    if (value.is_object()) {
        value.erase("createdAt");
        value.erase("modifiedAt");
    }
    if (value.is_structured())
        for (auto& part : value)
            drop_stamps(part);
}

std::vector<std::string> comparable_lines(const std::string& ndjson) {
    std::vector<std::string> lines;
    std::istringstream in(ndjson);
    for (std::string line; std::getline(in, line);) {
        auto entity = json::parse(line);
        drop_stamps(entity);
        lines.push_back(to_text(entity));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

/// All that an Entity may hold.
const std::string rich_entity =
    R"({"id":"urn:x:rich","type":["A","B"],"scope":["/a/b","/c"],"expiresAt":"2096-01-01T00:00:00Z",)"
    R"("p":[{"type":"Property","value":1,"datasetId":"urn:d:1"},)"
    R"({"type":"Property","value":{"a":[]},"observedAt":"2026-01-01T00:00:00.123456Z",)"
    R"("unitCode":"CEL","expiresAt":"2096-01-02T00:00:00Z",)"
    R"("q":{"type":"Relationship","object":"urn:a","expiresAt":"2096-01-02T00:00:00Z"}}],)"
    R"("v":{"type":"VocabProperty","vocab":["a","b"]},)"
    R"("l":{"type":"LanguageProperty","languageMap":{"en":"x","de":["y","z"]}},)"
    R"("j":{"type":"JsonProperty","json":{"x":[1,{"y":null}]}},)"
    R"("lp":{"type":"ListProperty","valueList":[1,2,"x"]},)"
    R"("lr":{"type":"ListRelationship","objectList":[{"object":"urn:a"},{"object":"urn:b"}]},)"
    R"("r":{"type":"Relationship","object":["urn:a","urn:b"],"objectType":"T"},)"
    R"("location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[1.5,2.25]}}})";

class import_export : public testing::Test {
protected:
    import_export() { settings_.db = test::shared_database(); }

    std::string file(const std::string& name, const std::string& content) {
        const auto path = folder_.path() / name;
        std::ofstream(path, std::ios::binary) << content;
        return path.string();
    }
    std::string gzip_file(const std::string& name, const std::string& content) {
        const auto path = (folder_.path() / name).string();
        gzFile made = gzopen(path.c_str(), "wb");
        gzwrite(made, content.data(), static_cast<unsigned>(content.size()));
        gzclose(made);
        return path;
    }
    outcome import(const std::string& tenant, const std::vector<std::string>& files) {
        settings_.tenant = tenant;
        return captured([&] { return app::import_entities(settings_, files); });
    }
    outcome export_from(const std::string& tenant) {
        settings_.tenant = tenant;
        return captured([&] { return app::export_entities(settings_); });
    }

    test::temporary_folder folder_;
    config settings_;
};

} // namespace

TEST_F(import_export, what_is_exported_can_be_imported_without_loss) {
    std::ifstream town(MERIDIAN_SOURCE_DIR "/docs/demo/town.ndjson");
    std::ostringstream content;
    content << town.rdbuf() << rich_entity << '\n';
    const auto first = import("first", {file("town.ndjson", content.str())});
    ASSERT_EQ(first.status, 0) << first.errors;
    const auto exported = export_from("first");
    ASSERT_EQ(exported.status, 0) << exported.errors;
    const auto second = import("second", {gzip_file("exported.gz", exported.output)});
    ASSERT_EQ(second.status, 0) << second.errors;
    const auto again = export_from("second");
    EXPECT_EQ(comparable_lines(again.output), comparable_lines(exported.output));
    EXPECT_THAT(comparable_lines(again.output), testing::Contains(rich_entity));
    EXPECT_EQ(std::count(again.output.begin(), again.output.end(), '\n'), 296);
}

TEST_F(import_export, temporal_evolutions_are_added_in_any_order_of_time) {
    const auto line = [](const char* value, const char* moment) {
        return std::string(
                   R"({"id":"urn:x:meter","type":"Meter","level":[{"type":"Property","value":)") +
               value + R"(,"observedAt":")" + moment + "\"}]}\n";
    };
    settings_.temporal = true;
    const auto path = file(
        "meter.ndjson", line("2", "1999-01-02T00:00:00Z") + "{\"id\":\"urn:x:no-type\"}\n" +
                            line("3", "2999-01-03T00:00:00Z") + line("1", "1999-01-01T00:00:00Z"));
    const auto done = import("evolving", {path});
    EXPECT_EQ(done.status, 1);
    EXPECT_THAT(done.errors, HasSubstr(path + ":2: refused: The Entity has no type (5.2.4)."));
    EXPECT_THAT(done.errors, HasSubstr("3 Entities"));
    pqxx::connection connection(settings_.db);
    pqxx::nontransaction reading(connection);
    const auto rows =
        reading.exec("SELECT string_agg(h.num::text, ',' ORDER BY h.ts) FROM history h "
                     "JOIN entity e USING (eid) WHERE e.uri = 'urn:x:meter'");
    EXPECT_EQ(rows[0][0].as<std::string>(), "1,2,3");
}

TEST_F(import_export, refused_entities_are_named_and_the_others_are_stored) {
    const auto path =
        file("some.ndjson", R"({"id":"urn:x:1","type":"A","p":{"type":"Property","value":1}}
nonsense

{"id":"urn:x:2","p":{"type":"Property","value":1}}
{"id":"urn:x:3","type":"A"}
)");
    const auto done = import("some", {path});
    EXPECT_EQ(done.status, 1);
    EXPECT_THAT(done.errors, HasSubstr(path + ":2: refused: not JSON at byte 2"));
    EXPECT_THAT(done.errors, HasSubstr(path + ":4: refused: "));
    EXPECT_THAT(done.errors, HasSubstr("2 Entities"));
    const std::vector<std::string> stored{
        R"({"id":"urn:x:1","type":"A","p":{"type":"Property","value":1}})",
        R"({"id":"urn:x:3","type":"A"})"};
    EXPECT_EQ(comparable_lines(export_from("some").output), stored);
}

TEST_F(import_export, of_an_entity_that_comes_often_the_last_one_wins) {
    std::string array = "[";
    for (int i = 0; i < 2'000; ++i)
        array += R"({"id":"urn:x:)" + std::to_string(i % 3) + R"(","type":"A","p":)" +
                 std::to_string(i) + "}\n,";
    array.back() = ']';
    const auto done = import("often", {file("often.json", array)});
    EXPECT_EQ(done.status, 0) << done.errors;
    const std::vector<std::string> stored{
        R"({"id":"urn:x:0","type":"A","p":{"type":"Property","value":1998}})",
        R"({"id":"urn:x:1","type":"A","p":{"type":"Property","value":1999}})",
        R"({"id":"urn:x:2","type":"A","p":{"type":"Property","value":1997}})"};
    EXPECT_EQ(comparable_lines(export_from("often").output), stored);
}

TEST_F(import_export, a_file_that_cannot_be_read_is_a_failure_and_the_next_is_read) {
    const auto good = file("good.ndjson", R"({"id":"urn:x:1","type":"A"})");
    const auto whole = gzip_file("whole.gz", rich_entity + "\n" + rich_entity);
    std::filesystem::resize_file(whole, std::filesystem::file_size(whole) / 2);
    const auto done = import("files", {"/nowhere/x", whole, good});
    EXPECT_EQ(done.status, 1);
    EXPECT_THAT(done.errors, HasSubstr("/nowhere/x: No such file or directory"));
    EXPECT_THAT(done.errors, HasSubstr(whole + ": unexpected end of file"));
    EXPECT_EQ(comparable_lines(export_from("files").output),
              std::vector<std::string>{R"({"id":"urn:x:1","type":"A"})"});
}

TEST_F(import_export, a_tenant_that_is_not_there_is_not_exported) {
    const auto done = export_from("nobody");
    EXPECT_EQ(done.status, 1);
    EXPECT_EQ(done.output.find("{\"id\""), std::string::npos);
}

TEST_F(import_export, explain_shows_plan_statement_and_what_the_database_makes_of_it) {
    settings_.tenant = "explained";
    ASSERT_EQ(
        import("explained", {file("one.ndjson", R"({"id":"urn:x:1","type":"A","p":5})")}).status,
        0);
    const auto done = captured([&] {
        return app::explain(settings_, "http://localhost:1026/ngsi-ld/v1/entities?type=A&q=p%3E4");
    });
    EXPECT_EQ(done.status, 0);
    EXPECT_THAT(done.output, HasSubstr("access: by type"));
    EXPECT_THAT(done.output, HasSubstr("FROM search"));
    EXPECT_THAT(done.output, HasSubstr("$1 = "));
    EXPECT_THAT(done.output, HasSubstr("Execution Time"));
    const auto one =
        captured([&] { return app::explain(settings_, "/ngsi-ld/v1/entities/urn:x:1"); });
    EXPECT_THAT(one.output, HasSubstr("retrieve: urn:x:1"));
    EXPECT_THAT(one.output, HasSubstr("uri = ANY($2) AND doc IS NOT NULL"));
    EXPECT_THAT(one.output, HasSubstr("entity_uri"));
    const auto refused =
        captured([&] { return app::explain(settings_, "/ngsi-ld/v1/entities?q=%3E%3E"); });
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.errors, HasSubstr("meridian explain: "));
}
