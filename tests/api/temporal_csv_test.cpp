/// Temporal Evolutions as CSV (docs/csv.md), which the standard does not have: 5.7.3 and 5.7.4 with
/// `Accept: text/csv`.
#include "api/support.hpp"

#include "meridian/base/csv.hpp"
#include "meridian/base/time.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

namespace meridian::api::test {
namespace {

const std::string station = temporal + "/urn:x:station";
const std::string entity_queries = "/ngsi-ld/v1/temporal/entityOperations/query";
const std::string ever = "?type=Station&timerel=after&timeAt=2000-01-01T00:00:00Z";
const std::string columns = "entityId,type,attribute,attributeType,datasetId,instanceId,observedAt,"
                            "value,unitCode,members,deletedAt";

json observed(const json& value, const std::string& at) {
    return {{"type", "Property"}, {"value", value}, {"observedAt", at}};
}

json station_with(const json& attributes, const std::string& id = "urn:x:station") {
    json made{{"id", id}, {"type", "Station"}};
    made.update(attributes);
    return made;
}

http_answer csv(const http_client& client, const std::string& target) {
    return client.get(target, {{"Accept", "text/csv"}});
}

using table = std::vector<std::vector<std::string>>;

/// The records of an answer; instanceIds, which the broker gives, are "id".
table records(const http_answer& answer) {
    csv_reader reader(1'000'000);
    std::vector<csv_record> found;
    reader.feed(answer.body, found);
    reader.finish(found);
    table all;
    for (auto& each : found) {
        EXPECT_EQ(each.fault, "");
        for (auto& field : each.fields)
            if (field.starts_with("urn:ngsi-ld:instance:"))
                field = "id";
        all.push_back(std::move(each.fields));
    }
    return all;
}

/// The rows of a table behind its header, joined by commas.
std::vector<std::string> lines(const http_answer& answer) {
    std::vector<std::string> all;
    for (const auto& row : records(answer)) {
        std::string line;
        for (const auto& field : row)
            line.append(line.empty() && &field == &row.front() ? "" : ",").append(field);
        all.push_back(std::move(line));
    }
    EXPECT_FALSE(all.empty()) << answer;
    if (!all.empty())
        all.erase(all.begin());
    return all;
}

/// One column, without its name.
std::vector<std::string> column(const http_answer& answer, const std::string& name) {
    const auto all = records(answer);
    std::vector<std::string> cells;
    if (all.empty())
        return cells;
    const auto at = std::ranges::find(all.front(), name) - all.front().begin();
    for (auto row = all.begin() + 1; row != all.end(); ++row)
        cells.push_back(row->at(static_cast<std::size_t>(at)));
    return cells;
}

std::string minute(int number) {
    return to_text(*parse_date_time("2020-01-01T00:00:00Z") + std::chrono::minutes{number});
}

/// A Station with so many instances of `a`, one a minute, with their numbers as values, or texts
/// that begin with them and are about so long.
void provide(const http_client& client, int count, const std::string& id = "urn:x:station",
             std::size_t bytes = 0) {
    const int at_once = bytes == 0 ? 50'000 : static_cast<int>(5'000'000 / bytes);
    for (int from = 0; from < count; from += at_once) {
        auto instances = json::array();
        for (int number = from; number < std::min(count, from + at_once); ++number) {
            const json value =
                bytes == 0 ? json(number) : json(std::to_string(number) + std::string(bytes, 'x'));
            instances.push_back(observed(value, minute(number)));
        }
        const auto answer = client.post(temporal, station_with({{"a", instances}}, id));
        ASSERT_TRUE(answer.status == 201 || answer.status == 204) << answer;
    }
}

/// More than the sockets hold: 14 MB.
constexpr int large = 7'000;
void provide_large(const http_client& client) {
    provide(client, large, "urn:x:station", 2'000);
}

using strings = std::vector<std::string>;

TEST(csv_of_evolutions, an_instance_is_a_row) {
    const auto client = fresh_tenant();
    auto with_unit = observed(21.5, "2018-08-01T12:00:00Z");
    with_unit["unitCode"] = "CEL";
    auto of_dataset = observed(7, "2018-08-01T12:01:00Z");
    of_dataset["datasetId"] = "urn:x:d";
    const json evolution = station_with(
        {{"a", list(with_unit, of_dataset)}, {"b", list(observed("x,y", "2018-08-01T12:00:00Z"))}});
    ASSERT_EQ(client.post(temporal, evolution).status, 201U);
    const auto answer = csv(client, station);
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.header("Content-Type"), "text/csv; charset=utf-8; header=present");
    EXPECT_EQ(answer.header("Link"), client.get(station).header("Link"));
    EXPECT_TRUE(answer.body.starts_with(columns + "\r\n")) << answer;
    EXPECT_TRUE(answer.body.ends_with("\r\n"));
    EXPECT_EQ(lines(answer),
              (strings{"urn:x:station,Station,a,Property,,id,2018-08-01T12:00:00Z,21.5,CEL,,",
                       "urn:x:station,Station,a,Property,urn:x:d,id,2018-08-01T12:01:00Z,7,,,",
                       "urn:x:station,Station,b,Property,,id,2018-08-01T12:00:00Z,x,y,,,"}));
    EXPECT_EQ(csv(client, temporal + ever).body, answer.body);
    // An instanceId is the one that 5.6.14 takes.
    const auto id = client.get(station + "?attrs=b").content()["b"][0]["instanceId"];
    EXPECT_NE(answer.body.find(id.get<std::string>()), std::string::npos);
}

TEST(csv_of_evolutions, a_value_reads_as_json_or_is_a_string) {
    const auto client = fresh_tenant();
    const json values = list("plain", "12", "true", "", " 1", "{", "[1]", "007", "1 and 2", 12, 1.5,
                             1e300, true, list(1, "a"), json{{"x", json{{"y", false}}}},
                             json{{"@type", "Date"}, {"@value", "2018-08-01"}}, "say \"so\"");
    auto instances = json::array();
    for (std::size_t at = 0; at < values.size(); ++at)
        instances.push_back(observed(values[at], minute(static_cast<int>(at))));
    const auto stored = client.post(temporal, station_with({{"a", instances}}));
    ASSERT_EQ(stored.status, 201U) << stored;
    const auto cells = column(csv(client, station), "value");
    EXPECT_EQ(cells, (strings{"plain", "\"12\"", "\"true\"", "\"\"", "\" 1\"", "{", "\"[1]\"",
                              "007", "1 and 2", "12", "1.5", "1e+300", "true", "[1,\"a\"]",
                              "{\"x\":{\"y\":false}}",
                              "{\"@type\":\"Date\",\"@value\":\"2018-08-01\"}", "say \"so\""}));
    for (std::size_t at = 0; at < cells.size(); ++at)
        EXPECT_EQ(parse_json(cells[at]).value_or(json(cells[at])), values[at]) << cells[at];
}

TEST(csv_of_evolutions, other_kinds_members_and_the_scope_have_their_columns) {
    const auto client = fresh_tenant();
    const auto at = "2018-08-01T12:00:00Z";
    const json evolution = station_with(
        {{"scope", list(json{{"type", "Property"}, {"value", "/a"}, {"observedAt", at}})},
         {"r", list(json{{"type", "Relationship"}, {"object", "urn:x:o"}, {"observedAt", at}})},
         {"l", list(json{{"type", "LanguageProperty"},
                         {"languageMap", {{"en", "yes"}, {"fr", "oui"}}},
                         {"observedAt", at}})},
         {"v", list(json{{"type", "VocabProperty"}, {"vocab", "sunny"}, {"observedAt", at}})},
         {"j", list(json{{"type", "JsonProperty"}, {"json", {{"k", 1}}}, {"observedAt", at}})},
         {"n", list(json{{"type", "Property"},
                         {"value", 1},
                         {"observedAt", at},
                         {"unitCode", "CEL"},
                         {"accuracy", {{"type", "Property"}, {"value", 0.1}}}})}});
    ASSERT_EQ(client.post(temporal, evolution).status, 201U);
    auto found = lines(csv(client, station));
    std::ranges::sort(found);
    const std::string of = "urn:x:station,Station,";
    const std::string when = ",,id,2018-08-01T12:00:00Z,";
    strings expected{of + "j,JsonProperty" + when + "{\"k\":1},,,",
                     of + "l,LanguageProperty" + when + "{\"en\":\"yes\",\"fr\":\"oui\"},,,",
                     of + "n,Property" + when +
                         "1,CEL,{\"accuracy\":{\"type\":\"Property\",\"value\":0.1}},",
                     of + "r,Relationship" + when + "urn:x:o,,,",
                     of + "scope,,,,2018-08-01T12:00:00Z,/a,,,",
                     of + "v,VocabProperty" + when + "sunny,,,"};
    EXPECT_EQ(found, expected);
    EXPECT_EQ(lines(csv(client, station + "?attrs=l&lang=fr")),
              (strings{of + "l,Property" + when + "oui,,{\"lang\":\"fr\"},"}));
}

TEST(csv_of_evolutions, deletions_have_no_value_and_sys_attrs_two_more_columns) {
    const auto client = fresh_tenant();
    ASSERT_EQ(
        client.post(entities, station_with({{"a", {{"type", "Property"}, {"value", 1}}}})).status,
        201U);
    ASSERT_EQ(client.remove(entities + "/urn:x:station/attrs/a").status, 204U);
    const auto answer = csv(client, station + "?options=sysAttrs");
    EXPECT_TRUE(answer.body.starts_with(columns + ",createdAt,modifiedAt\r\n")) << answer;
    EXPECT_EQ(column(answer, "value"), (strings{"1", ""}));
    const auto deleted = column(answer, "deletedAt");
    ASSERT_EQ(deleted.size(), 2U);
    EXPECT_EQ(deleted[0], "");
    EXPECT_TRUE(parse_date_time(deleted[1])) << deleted[1];
    const auto modified = column(answer, "modifiedAt");
    EXPECT_TRUE(parse_date_time(modified[0])) << modified[0];
    EXPECT_EQ(modified[1], "");
    const auto by_modification = csv(client, temporal + ever + "&timeproperty=modifiedAt");
    EXPECT_TRUE(by_modification.body.starts_with(columns + ",modifiedAt\r\n")) << by_modification;
    EXPECT_EQ(column(csv(client, temporal + ever + "&timeproperty=deletedAt"), "deletedAt"),
              (strings{deleted[1]}));
}

TEST(csv_of_evolutions, parameters_are_those_of_the_json_answer) {
    const auto client = fresh_tenant();
    auto of_dataset = observed(3, "2018-08-01T12:03:00Z");
    of_dataset["datasetId"] = "urn:x:d";
    const json evolution =
        station_with({{"a", list(observed(1, "2018-08-01T12:01:00Z"),
                                 observed(2, "2018-08-01T12:02:00Z"), of_dataset)},
                      {"b", list(observed(4, "2018-08-01T12:04:00Z"))}});
    ASSERT_EQ(client.post(temporal, evolution).status, 201U);
    const auto values = [&](const std::string& query) {
        return column(csv(client, station + query), "value");
    };
    EXPECT_EQ(values("?attrs=b"), (strings{"4"}));
    EXPECT_EQ(values("?pick=a"), (strings{"1", "2", "3"}));
    EXPECT_EQ(values("?omit=a"), (strings{"4"}));
    EXPECT_EQ(values("?lastN=2"), (strings{"3", "2", "4"}));
    EXPECT_EQ(values("?datasetId=urn:x:d"), (strings{"3"}));
    EXPECT_EQ(values("?timerel=between&timeAt=2018-08-01T12:02:00Z&endTimeAt=2018-08-01T12:04:00Z"),
              (strings{"2", "3"}));
    EXPECT_EQ(values("?timerel=before&timeAt=2018-01-01T00:00:00Z"), strings{});
    EXPECT_EQ(lines(csv(client, station + "?pick=a&lastN=1")),
              (strings{",,a,Property,urn:x:d,id,2018-08-01T12:03:00Z,3,,,"}));
    EXPECT_EQ(column(csv(client, temporal + ever + "&q=b==4&attrs=a"), "value"),
              (strings{"1", "2", "3"}));
    EXPECT_EQ(column(csv(client, temporal + ever + "&q=b==5"), "value"), strings{});
}

TEST(csv_of_evolutions, without_a_limit_there_are_no_pages) {
    meridian::test::meridian_process broker(
        {"--default-page=1", "--max-temporal-instances=1", "--max-page=2"});
    const http_client client(broker.port());
    for (const auto* id : {"urn:x:1", "urn:x:2", "urn:x:3"})
        provide(client, 2, id);
    const auto ids = [&](const std::string& more) {
        return column(csv(client, temporal + ever + more), "entityId");
    };
    auto all = ids("");
    EXPECT_EQ(all.size(), 6U);
    const strings pages[] = {ids("&limit=2"), ids("&limit=2&offset=2"), ids("&offset=1")};
    EXPECT_EQ(pages[0], (strings{all.begin(), all.begin() + 4}));
    EXPECT_EQ(pages[1], (strings{all.begin() + 4, all.end()}));
    EXPECT_EQ(pages[2], (strings{all.begin() + 2, all.end()}));
    const auto page = csv(client, temporal + ever + "&limit=2&count=true");
    EXPECT_EQ(page.status, 200U);
    EXPECT_EQ(page.header("NGSILD-Results-Count"), "3");
    EXPECT_TRUE(std::ranges::any_of(page.headers, [](const auto& line) {
        return line.second.find("offset=2>; rel=\"next\"; type=\"text/csv\"") != std::string::npos;
    })) << page;
    EXPECT_EQ(csv(client, temporal + ever + "&count=true").header("NGSILD-Results-Count"), "3");
    const auto none = csv(client, temporal + ever + "&limit=0&count=true");
    EXPECT_EQ(none.header("NGSILD-Results-Count"), "3");
    EXPECT_EQ(none.body, columns + "\r\n");
    EXPECT_EQ(kind_of(csv(client, temporal + ever + "&limit=3")), "403 TooManyResults");
}

TEST(csv_of_evolutions, an_order_holds_for_all_entities_of_an_answer) {
    const auto client = fresh_tenant();
    constexpr int all = 250; // more than are read at one time
    json created = json::array();
    std::vector<std::string> ids;
    for (int number = 0; number < all; ++number) {
        const auto id = "urn:x:" + std::to_string(1'000 + number * 37 % all);
        created.push_back(station_with({{"a", observed(number, "2020-01-01T00:00:00Z")}}, id));
        ids.push_back(id);
    }
    ASSERT_EQ(client.post(batch + "/create", created).status, 201U);
    std::ranges::sort(ids);
    EXPECT_EQ(column(csv(client, temporal + ever + "&orderBy=id"), "entityId"), ids);
    std::ranges::reverse(ids);
    EXPECT_EQ(column(csv(client, temporal + ever + "&orderBy=id;desc"), "entityId"), ids);
    EXPECT_EQ(
        column(csv(client, temporal + ever + "&orderBy=id;desc&limit=2&offset=1"), "entityId"),
        (std::vector{ids[1], ids[2]}));
}

TEST(csv_of_evolutions, an_aggregation_is_a_row_a_period_and_a_column_a_method) {
    const auto client = fresh_tenant();
    const json evolution = station_with(
        {{"a", list(observed(1, "2018-08-01T12:00:00Z"), observed(2, "2018-08-01T12:30:00Z"),
                    observed("x", "2018-08-01T13:00:00Z"))}});
    ASSERT_EQ(client.post(temporal, evolution).status, 201U);
    const auto answer = csv(client, station + "?format=aggregatedValues&aggrMethods=sum,totalCount,"
                                              "max&aggrPeriodDuration=PT1H");
    EXPECT_EQ(answer.body,
              "entityId,type,attribute,attributeType,start,end,totalCount,sum,max\r\n"
              "urn:x:station,Station,a,Property,2018-08-01T12:00:00Z,2018-08-01T13:00:00Z,2,3,2\r\n"
              "urn:x:station,Station,a,Property,2018-08-01T13:00:00Z,2018-08-01T14:00:00Z,1,,x\r\n")
        << answer;
}

TEST(csv_of_evolutions, a_posted_query_answers_the_same) {
    const auto client = fresh_tenant();
    provide(client, 3);
    const json query{{"type", "Query"},
                     {"entities", list(json{{"type", "Station"}})},
                     {"temporalQ", {{"timerel", "after"}, {"timeAt", "2000-01-01T00:00:00Z"}}}};
    const auto answer = client.post(entity_queries, query, {{"Accept", "text/csv"}});
    EXPECT_EQ(answer.status, 200U) << answer;
    EXPECT_EQ(answer.body, csv(client, station).body);
}

TEST(csv_of_evolutions, names_are_those_of_the_requests_context) {
    const auto client = fresh_tenant();
    const json evolution{{"id", "urn:x:station"},
                         {"type", "https://uri.etsi.org/ngsi-ld/Station"},
                         {"https://example.org/a", list(observed(1, minute(0)))}};
    ASSERT_EQ(client.post(temporal, evolution).status, 201U);
    EXPECT_EQ(column(csv(client, station), "attribute"), (strings{"https://example.org/a"}));
}

TEST(csv_of_evolutions, what_is_refused_is_refused_in_json) {
    const auto client = fresh_tenant();
    provide(client, 1);
    EXPECT_EQ(kind_of(csv(client, temporal + "/urn:x:none")), "404 ResourceNotFound");
    EXPECT_EQ(kind_of(csv(client, station + "?attrs=none")), "404 ResourceNotFound");
    EXPECT_EQ(kind_of(csv(client, temporal + "?type=Station")), "400 BadRequestData");
    EXPECT_EQ(kind_of(csv(client, station + "?lastN=x")), "400 BadRequestData");
    EXPECT_EQ(csv(client, entities + "?type=Station").status, 406U);
    EXPECT_EQ(csv(client, station + "?lastN=x").header("Content-Type"), "application/json");
    const auto unknown = csv(client, temporal + "?type=Nothing&timerel=after&timeAt=" + minute(0));
    EXPECT_EQ(unknown.body, columns + "\r\n");
    // JSON stays what is answered to who takes anything.
    EXPECT_EQ(client.get(station, {{"Accept", "*/*"}}).header("Content-Type"), "application/json");
    EXPECT_EQ(client.get(station, {{"Accept", "application/json;q=0.5, text/*"}}).body,
              csv(client, station).body);
}

TEST(csv_of_evolutions, long_ones_are_written_while_they_are_read) {
    const auto client = fresh_tenant();
    constexpr int count = 30'000; // an answer in JSON has 1,000
    provide(client, count);
    const auto answer = csv(client, station);
    EXPECT_EQ(answer.header("Transfer-Encoding"), "chunked");
    EXPECT_EQ(answer.header("Content-Length"), "");
    const auto values = column(answer, "value");
    ASSERT_EQ(values.size(), static_cast<std::size_t>(count));
    for (int number = 0; number < count; ++number)
        ASSERT_EQ(values[static_cast<std::size_t>(number)], std::to_string(number));
    const auto newest = column(csv(client, station + "?lastN=20000"), "value");
    ASSERT_EQ(newest.size(), 20'000U);
    EXPECT_EQ(newest.front(), std::to_string(count - 1));
    EXPECT_EQ(newest.back(), std::to_string(count - 20'000));
    EXPECT_EQ(column(csv(client, temporal + ever + "&timeproperty=createdAt"), "value").size(),
              static_cast<std::size_t>(count));
    const auto head = client.send("HEAD", station, {}, {{"Accept", "text/csv"}});
    EXPECT_EQ(head.status, 200U);
    EXPECT_EQ(head.body, "");
}

/// Asks for all of the station and waits for the answer to begin: who reads no more holds an
/// export, and its snapshot.
void begin_to_read(const meridian::test::raw_connection& on, const std::string& tenant = "") {
    const auto named = tenant.empty() ? "" : "NGSILD-Tenant: " + tenant + "\r\n";
    ASSERT_TRUE(on.send("GET " + station + " HTTP/1.1\r\nHost: h\r\nAccept: text/csv\r\n" + named +
                        "\r\n"));
    char line[12] = {};
    ASSERT_EQ(::recv(on.descriptor(), line, sizeof line, MSG_PEEK | MSG_WAITALL), 12);
    ASSERT_EQ(std::string(line, sizeof line), "HTTP/1.1 200");
}

TEST(csv_of_evolutions, the_number_under_way_is_bounded_and_who_goes_or_stalls_gives_way) {
    meridian::test::meridian_process broker({"--max-exports=1", "--request-timeout=2s"});
    const http_client client(broker.port());
    provide_large(client);
    const auto small = station + "?lastN=1";
    const auto is_free = [&] { return csv(client, small).status == 200; };
    {
        const meridian::test::raw_connection first(broker.port());
        begin_to_read(first);
        EXPECT_EQ(csv(client, small).status, 503U);
        EXPECT_EQ(csv(client, small).header("Retry-After"), "1");
        EXPECT_EQ(client.get(small).status, 200U); // JSON needs no place
    }
    EXPECT_TRUE(meridian::test::wait_for(is_free)) << "the peer has gone";
    const meridian::test::raw_connection second(broker.port());
    begin_to_read(second);
    EXPECT_FALSE(is_free());
    EXPECT_TRUE(meridian::test::wait_for(is_free)) << "the peer takes nothing";
    // One that is under way does not keep the broker from stopping.
    const meridian::test::raw_connection third(broker.port());
    begin_to_read(third);
    EXPECT_EQ(broker.stop(), 0);
}

TEST(csv_of_evolutions, what_is_written_meanwhile_is_not_in_it) {
    const auto client = fresh_tenant();
    provide_large(client);
    meridian::test::raw_connection reader(client.port());
    const auto tenant = client.get(station).header("NGSILD-Tenant");
    begin_to_read(reader, tenant); // the snapshot has begun
    ASSERT_EQ(
        client.post(temporal, station_with({{"a", list(observed(-1, minute(large)))}})).status,
        204U);
    const auto answer = reader.read();
    const auto values = column(answer, "value");
    ASSERT_EQ(values.size(), static_cast<std::size_t>(large));
    EXPECT_TRUE(values.back().starts_with(std::to_string(large - 1)));
    EXPECT_EQ(column(csv(client, station + "?lastN=1"), "value"), (strings{"-1"}));
}

/// `meridian import --temporal` into a Tenant of the shared broker; the exit status.
int import_csv(const std::string& tenant, const std::string& content, const std::string& errors,
               const std::vector<std::string>& more = {}) {
    meridian::test::temporary_folder folder;
    const auto file = folder.path() / "rows.csv";
    std::ofstream(file, std::ios::binary) << content;
    std::vector<std::string> command{std::string(MERIDIAN_BINARY_DIR) + "/meridian",
                                     "import",
                                     "--temporal",
                                     "--tenant",
                                     tenant,
                                     "--data-dir",
                                     shared_broker().folder() / "data",
                                     file};
    command.insert(command.end(), more.begin(), more.end());
    meridian::test::child_process running(command, folder.path() / "output");
    const int status = running.wait();
    std::ifstream told(folder.path() / "output.err");
    const std::string text{std::istreambuf_iterator<char>(told), {}};
    EXPECT_NE(text.find(errors), std::string::npos) << text;
    return status;
}

TEST(csv_of_evolutions, an_export_is_imported_without_loss) {
    const auto client = fresh_tenant();
    provide(client, 12'000, "urn:x:many");
    json evolution = station_with({{"scope", list(json{{"type", "Property"},
                                                       {"value", list("/a", "/b")},
                                                       {"observedAt", minute(1)}})}});
    evolution["type"] = list("Station", "Place");
    const json kinds = list(
        json{{"value", "12"}}, json{{"value", 12}}, json{{"value", ""}}, json{{"value", "a,\"b\n"}},
        json{{"value", {{"x", list(1, false)}}}}, json{{"value", true}, {"unitCode", "C,L"}},
        json{{"value", 0.1}, {"datasetId", "urn:x:d"}, {"quality", {{"value", "good"}}}},
        json{{"object", "urn:x:1"}, {"objectType", "Room"}},
        json{{"object", list("urn:x:1", "urn:x:2")}},
        json{{"languageMap", {{"en", "x"}, {"fr", list("y", "z")}}}}, json{{"vocab", "sunny"}},
        json{{"vocab", list("sunny", "warm")}}, json{{"json", {{"k", 1}}}}, json{{"json", "12"}},
        json{{"valueList", list(1, "x")}}, json{{"objectList", list(json{{"object", "urn:x:1"}})}},
        json{{"value", {{"type", "Point"}, {"coordinates", list(1.5, 2)}}},
             {"type", "GeoProperty"}},
        json{{"value", {{"@type", "DateTime"}, {"@value", minute(7)}}}});
    for (std::size_t at = 0; at < kinds.size(); ++at) {
        json instance = kinds[at];
        instance["observedAt"] = minute(static_cast<int>(at));
        evolution["a" + std::to_string(at)] = list(instance);
    }
    const auto stored = client.post(temporal, evolution);
    ASSERT_EQ(stored.status, 201U) << stored;
    const auto everything = temporal + "?local=true&timerel=after&timeAt=2000-01-01T00:00:00Z";
    const auto exported = csv(client, everything);
    ASSERT_EQ(records(exported).size(), 12'000 + kinds.size() + 2)
        << exported.body.substr(0, 3'000);
    const auto tenant = meridian::test::fresh_tenant_name();
    EXPECT_EQ(import_csv(tenant, exported.body, " 0 refused"), 0);
    const http_client second(client.port(), {{"NGSILD-Tenant", tenant}});
    auto before = records(exported);
    auto after = records(csv(second, everything));
    // The order of the Entities is that of their creation here.
    std::ranges::stable_sort(before, {}, [](const auto& row) { return row.front(); });
    std::ranges::stable_sort(after, {}, [](const auto& row) { return row.front(); });
    EXPECT_EQ(after, before);
}

TEST(csv_of_evolutions, columns_of_any_file_are_named_and_what_is_refused_has_its_line) {
    const auto tenant = meridian::test::fresh_tenant_name();
    const std::string rows = "station,time,pm10,note\r\n"
                             "ES2,2025-01-01T02:00:00Z,3,\r\n"
                             "ES1,2025-01-01T01:00:00Z,1,\"fine, dry\"\r\n"
                             "ES1,01.02.2025,1,\r\n"
                             "ES1,2025-01-01T00:00:00Z,2\r\n"
                             "ES1,2025-01-01T00:00:00Z,2,\r\n";
    EXPECT_EQ(import_csv(tenant, rows, "rows.csv:4: refused: ",
                         {"--columns=id=urn:x:{station},type=Station,observedAt=time,"
                          "PM10=pm10:GQ,note=note"}),
              1);
    const http_client client(shared_broker().port(), {{"NGSILD-Tenant", tenant}});
    auto found = lines(csv(client, temporal + ever));
    std::ranges::sort(found);
    EXPECT_EQ(found,
              (strings{"urn:x:ES1,Station,PM10,Property,,id,2025-01-01T00:00:00Z,2,GQ,,",
                       "urn:x:ES1,Station,PM10,Property,,id,2025-01-01T01:00:00Z,1,GQ,,",
                       "urn:x:ES1,Station,note,Property,,id,2025-01-01T01:00:00Z,fine, dry,,,",
                       "urn:x:ES2,Station,PM10,Property,,id,2025-01-01T02:00:00Z,3,GQ,,"}));
    EXPECT_EQ(import_csv(tenant, rows, "the header has no column 'PM'", {"--columns=p=PM"}), 1);
}

} // namespace
} // namespace meridian::api::test
