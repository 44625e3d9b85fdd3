#include "meridian/query/plan.hpp"
#include "store/reads/aggregate_statements.hpp"
#include "store/reads/history_statements.hpp"
#include "store/reads/past_statements.hpp"
#include "store/reads/retrievals.hpp"
#include "store/reads/rollup_statements.hpp"
#include "store/reads/selection.hpp"
#include "store/reads/value_driver.hpp"
#include "support/cluster.hpp"
#include "support/fake_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <pqxx/pqxx>

// The plan of each statement's shape under a generic plan, as PostgreSQL makes it of 30,000
// Entities: which indexes serve, and that nothing is read from end to end. docs/query-planner.md
// shows the same shapes as `meridian explain` prints them.

namespace meridian::test {
namespace {

using query::comparison;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// 1 the type, 2 and 3 Attributes with numbers, 4 with texts, 5 a GeoProperty, 6 another type.
support::fake_names& town_names() {
    static support::fake_names& all = *[] {
        static support::fake_names made;
        for (const char* name : {"Vehicle", "speed", "load", "colour", "location", "Bus"})
            made.add(std::string("https://example.org/") + name);
        return &made;
    }();
    return all;
}
constexpr store::tenant_id tenant = 7;

// Rows as the lanes write them, in bulk.
constexpr const char* load_town = R"sql(
INSERT INTO tenant (id, name) OVERRIDING SYSTEM VALUE VALUES (7, 'town');
INSERT INTO entity (eid, created_at, modified_at, tenant_id, uri, doc)
SELECT g, now(), now(), 7, 'urn:v:' || g, convert_to(repeat('x', 600), 'UTF8')
FROM generate_series(1, 30000) g;
INSERT INTO entity_type SELECT 7, ty, g FROM generate_series(1, 30000) g, (VALUES (0), (1)) t(ty);
INSERT INTO entity_type SELECT 7, 6, g FROM generate_series(1, 30000, 10) g;
INSERT INTO search SELECT 7, 1, g, jsonb_build_object('2.p', 1, '2', g % 1000, '3.p', 1, '3',
       g % 7, '4.p', 1, '4', 'c' || g % 500, 'e.c', 1) FROM generate_series(1, 30000) g;
INSERT INTO search SELECT 7, 6, eid, kv FROM search WHERE eid % 10 = 1;
INSERT INTO entity_scope SELECT 7, '/a/' || g % 300, ty, g
FROM generate_series(1, 30000) g, (VALUES (0), (1)) t(ty);
INSERT INTO geo SELECT g, 7, 1, 5, 0, ST_SetSRID(ST_MakePoint(8 + g % 200 * 0.01, 50 + g / 200 *
       0.01), 4326) FROM generate_series(1, 30000) g;
INSERT INTO attr_index (tenant_id, type_id, attr_id, state, entities)
SELECT 7, 1, a, 'ready', 30000 FROM (VALUES (2), (4)) t(a);
INSERT INTO attr_num SELECT 7, 1, 2, 0, 0, g, g % 1000 FROM generate_series(1, 30000) g;
INSERT INTO attr_txt (tenant_id, type_id, attr_id, kind, n, eid, txt)
SELECT 7, 1, 4, 0, 0, g, 'c' || g % 500 FROM generate_series(1, 30000) g;
INSERT INTO history_type SELECT 7, 1, g FROM generate_series(1, 30000) g;
INSERT INTO history_attr SELECT g, 2 FROM generate_series(1, 30000) g;
INSERT INTO history (eid, ts, modified_at, created_at, iid, num, attr_id, flags)
SELECT g, t, t, t, nextval('history_iid'), 1, 2, 1
FROM generate_series(1, 30000, 10) g, generate_series(now() - interval '20 days', now(),
                                                      interval '12 hours') t;
INSERT INTO history_extent SELECT g, 2, date_trunc('day', now()) - interval '60 days',
       date_trunc('day', now()) - interval '1 day' FROM generate_series(1, 30000, 10) g;
INSERT INTO rollup_day SELECT g, 2, date_trunc('day', now()) - d * interval '1 day', 4
FROM generate_series(1, 30000, 10) g, generate_series(2, 60) d;
INSERT INTO rollup SELECT eid, attr_id, 4, day, 0, 2, 2, 2, 2, 0, 1, 1 FROM rollup_day;
INSERT INTO rollup_dirty (eid, attr_id, day) SELECT eid, attr_id, day FROM rollup_day
WHERE eid % 100 = 1 AND day < now() - interval '50 days';
)sql";

/// A database with the town in it, and a connection with the broker's settings.
pqxx::connection& town() {
    static pqxx::connection& made = *[] {
        static pqxx::connection connection(create_migrated_database());
        pqxx::work loading(connection);
        loading.exec(load_town);
        loading.commit();
        pqxx::nontransaction settled(connection);
        settled.exec("VACUUM ANALYZE");
        settled.exec("SET jit = off");
        settled.exec("SET random_page_cost = 1.1");
        settled.exec("SET plan_cache_mode = force_generic_plan");
        settled.exec("SET enable_seqscan = off");
        settled.exec("SET enable_memoize = off");
        return &connection;
    }();
    return made;
}

/// EXPLAIN of the statement as a prepared one, parameters unknown to the planner.
std::string generic_plan(const std::string& sql, const std::vector<std::string>& printed) {
    pqxx::nontransaction asking(town());
    static int number = 0;
    const std::string name = fmt::format("shape_{}", ++number);
    asking.exec(fmt::format("PREPARE {} AS {}", name, sql));
    std::string values;
    for (const std::string& one : printed)
        values += (values.empty() ? "" : ", ") + asking.quote(one);
    std::string text;
    for (const pqxx::row& line : asking.exec(
             fmt::format("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) EXECUTE {}({})", name, values)))
        text += line[0].as<std::string>() + '\n';
    return text;
}

std::string generic_plan(const store::composed_statement& statement) {
    return generic_plan(statement.text(), statement.printed());
}

/// What every shape keeps to.
auto reads_no_table_from_end_to_end() {
    return AllOf(Not(HasSubstr("Seq Scan on entity")), Not(HasSubstr("Seq Scan on search")),
                 Not(HasSubstr("Seq Scan on geo")), Not(HasSubstr("Seq Scan on attr_num")),
                 Not(HasSubstr("Seq Scan on attr_txt")), Not(HasSubstr("Seq Scan on history_2")),
                 Not(HasSubstr("Seq Scan on history_p")), Not(HasSubstr("Seq Scan on history_fu")),
                 Not(HasSubstr("Seq Scan on history_folded")),
                 Not(HasSubstr("Seq Scan on rollup")));
}

query::q_expression term(const char* name, comparison how, query::literal value) {
    query::q_expression q;
    q.term.target.path.names = {std::string("https://example.org/") + name};
    q.term.how = how;
    q.term.operand = query::value_list{std::move(value)};
    return q;
}

query::entity_selection vehicles() {
    query::entity_selection wanted;
    wanted.types = query::type_selection{{{"https://example.org/Vehicle"}}};
    return wanted;
}

using output = store::selection_options::output;

store::composed_statement statement_of(const query::entity_selection& wanted,
                                       output shape = output::page,
                                       std::optional<query::page> place = {}) {
    query::plan_request request;
    request.selection = wanted;
    const auto plan = query::make_plan(request, town_names());
    store::attribute_indexes known;
    const store::attribute_indexes::tenant_state state{
        tenant,
        1,
        {{tenant, 1, 2, store::attribute_index::phase::ready, 30'000},
         {tenant, 1, 4, store::attribute_index::phase::ready, 30'000}}};
    known.publish({&state, 1});
    const auto driver = store::choose_driver(tenant, plan, *known.current(), town_names());
    store::selection_options options;
    options.wanted = shape;
    options.driver = driver ? &*driver : nullptr;
    if (place) {
        options.backwards = place->before.has_value();
        options.from = options.backwards ? *place->before : place->after.value_or(0);
    }
    return store::render_selection(tenant, plan, options);
}

query::geo_query geo(query::geo_relation relation, const char* geometry, double distance = 0) {
    query::geo_query made;
    made.relation = relation;
    made.geoproperty = "https://example.org/location";
    made.geometry = json::parse(geometry);
    made.distance = distance;
    return made;
}

} // namespace

TEST(store_plans, a_retrieval_is_one_look_up_by_tenant_and_uri) {
    const auto plan = generic_plan("SELECT eid, uri, version, created_at, modified_at, doc FROM "
                                   "entity WHERE tenant_id = $1::int AND uri = ANY($2::text[]) "
                                   "AND doc IS NOT NULL",
                                   {"7", "{urn:v:5}"});
    EXPECT_THAT(store::retrieve_entities.text, HasSubstr("uri = ANY($2) AND doc IS NOT NULL"));
    EXPECT_THAT(plan, HasSubstr("Index Scan using entity_uri on entity"));
}

TEST(store_plans, a_list_reads_a_page_of_entity_type_then_those_documents) {
    const auto plan = generic_plan(statement_of(vehicles()));
    EXPECT_THAT(plan, AllOf(HasSubstr("Index Only Scan using entity_type_pkey on entity_type d "
                                      "(actual rows=21"),
                            HasSubstr("Index Scan using entity_pkey on entity e"),
                            reads_no_table_from_end_to_end()));
}

TEST(store_plans, a_list_of_all_types_reads_the_rows_of_type_0) {
    EXPECT_THAT(generic_plan(statement_of({})),
                AllOf(HasSubstr("Index Only Scan using entity_type_pkey"),
                      HasSubstr("Index Scan using entity_pkey on entity e"),
                      reads_no_table_from_end_to_end()));
}

TEST(store_plans, several_types_read_a_page_each) {
    auto wanted = vehicles();
    wanted.types =
        query::type_selection{{{"https://example.org/Vehicle"}, {"https://example.org/Bus"}}};
    EXPECT_THAT(generic_plan(statement_of(wanted)),
                AllOf(HasSubstr("Index Only Scan using entity_type_pkey on entity_type d "
                                "(actual rows=21 loops=2)"),
                      reads_no_table_from_end_to_end()));
}

TEST(store_plans, a_page_far_on_begins_where_the_one_before_ended) {
    query::page after;
    after.after = 25'000;
    query::page before;
    before.before = 25'000;
    auto filtered = vehicles();
    filtered.q = term("load", comparison::equal, std::int64_t{3});
    for (const auto& [place, direction] :
         {std::pair{after, std::string{}}, std::pair{before, std::string{" Backward"}}}) {
        const auto key = fmt::format("eid {} ", place.after ? ">" : "<");
        EXPECT_THAT(generic_plan(statement_of(vehicles(), output::page, place)),
                    AllOf(HasSubstr("Index Only Scan" + direction +
                                    " using entity_type_pkey on "
                                    "entity_type d (actual rows=21"),
                          HasSubstr(key), HasSubstr("Index Scan using entity_pkey on entity e"),
                          reads_no_table_from_end_to_end()));
        EXPECT_THAT(generic_plan(statement_of(filtered, output::page, place)),
                    AllOf(HasSubstr("Index Scan" + direction +
                                    " using search_pkey on search d "
                                    "(actual rows=21"),
                          HasSubstr(key), reads_no_table_from_end_to_end()));
    }
}

TEST(store_plans, several_types_read_backwards_a_page_each) {
    auto wanted = vehicles();
    wanted.types =
        query::type_selection{{{"https://example.org/Vehicle"}, {"https://example.org/Bus"}}};
    query::page place;
    place.before = 25'000;
    EXPECT_THAT(generic_plan(statement_of(wanted, output::page, place)),
                AllOf(HasSubstr("Index Only Scan Backward using entity_type_pkey on entity_type d "
                                "(actual rows=21 loops=2)"),
                      reads_no_table_from_end_to_end()));
}

TEST(store_plans, index_rows_are_read_from_the_place_on) {
    auto wanted = vehicles();
    wanted.q = term("speed", comparison::greater_equal, std::int64_t{995});
    query::page place;
    place.before = 25'000;
    EXPECT_THAT(generic_plan(statement_of(wanted, output::page, place)),
                AllOf(HasSubstr("Index Only Scan using attr_num_v on attr_num w"),
                      HasSubstr("on search d (never executed)"), reads_no_table_from_end_to_end()));
}

TEST(store_plans, an_order_by_value_reads_search_by_key_and_no_document) {
    query::plan_request wanted;
    wanted.selection = vehicles();
    query::order_term by_speed;
    by_speed.path.names = {"https://example.org/speed"};
    wanted.order.terms = {by_speed};
    for (const auto& types :
         {query::type_selection{{{"https://example.org/Vehicle"}}},
          query::type_selection{{{"https://example.org/Vehicle"}, {"https://example.org/Bus"}}}}) {
        wanted.selection.types = types;
        const auto plan = query::make_plan(wanted, town_names());
        const auto sources = store::sources_of_order(plan, town_names());
        ASSERT_TRUE(sources);
        store::selection_options options;
        options.wanted = output::order;
        options.sources = *sources;
        options.limit = 500;
        EXPECT_THAT(generic_plan(store::render_selection(tenant, plan, options)),
                    AllOf(HasSubstr("Index Only Scan using entity_type_pkey on entity_type d "
                                    "(actual rows=500"),
                          HasSubstr("Index Scan using search_pkey on search s (actual rows=1 "
                                    "loops=500)"),
                          Not(HasSubstr("on entity e")), reads_no_table_from_end_to_end()));
    }
}

TEST(store_plans, a_count_reads_entity_type_alone) {
    EXPECT_THAT(generic_plan(statement_of(vehicles(), output::count)),
                AllOf(HasSubstr("Index Only Scan using entity_type_pkey"),
                      Not(HasSubstr("on entity e")), reads_no_table_from_end_to_end()));
}

TEST(store_plans, q_without_index_rows_passes_over_search_until_the_page_is_full) {
    auto wanted = vehicles();
    wanted.q = term("load", comparison::equal, std::int64_t{3});
    EXPECT_THAT(generic_plan(statement_of(wanted)),
                AllOf(HasSubstr("Index Scan using search_pkey on search d (actual rows=21"),
                      HasSubstr("Index Scan using entity_pkey on entity e"),
                      reads_no_table_from_end_to_end()));
}

TEST(store_plans, q_with_index_rows_reads_those_in_its_ranges) {
    auto wanted = vehicles();
    wanted.q = term("speed", comparison::greater_equal, std::int64_t{995});
    const auto page = generic_plan(statement_of(wanted));
    EXPECT_THAT(page,
                AllOf(HasSubstr("Index Only Scan using attr_num_v on attr_num w"),
                      HasSubstr("on search d (never executed)"), reads_no_table_from_end_to_end()));
    EXPECT_THAT(generic_plan(statement_of(wanted, output::sure_count)),
                AllOf(HasSubstr("Index Only Scan using attr_num_v on attr_num w"),
                      reads_no_table_from_end_to_end()));
    wanted.q = term("colour", comparison::equal, std::string("c17"));
    EXPECT_THAT(generic_plan(statement_of(wanted)),
                AllOf(HasSubstr("Index Only Scan using attr_txt_v on attr_txt w"),
                      reads_no_table_from_end_to_end()));
}

TEST(store_plans, the_rest_of_q_is_looked_up_by_key) {
    auto wanted = vehicles();
    query::q_expression both;
    both.kind = query::q_expression::node::all_of;
    both.operands = {term("load", comparison::equal, std::int64_t{3}),
                     term("speed", comparison::less, std::int64_t{5})};
    wanted.q = both;
    for (const auto shape : {output::page, output::sure_count})
        EXPECT_THAT(generic_plan(statement_of(wanted, shape)),
                    AllOf(HasSubstr("Index Only Scan using attr_num_v on attr_num w"),
                          HasSubstr("Index Scan using search_pkey on search s"),
                          reads_no_table_from_end_to_end()));
}

TEST(store_plans, near_and_within_use_the_geometries_index) {
    auto wanted = vehicles();
    wanted.geo =
        geo(query::geo_relation::near_max, R"({"type":"Point","coordinates":[8.5,50.5]})", 2'000);
    EXPECT_THAT(generic_plan(statement_of(wanted)),
                AllOf(HasSubstr("using geo_g on geo"), reads_no_table_from_end_to_end()));
    wanted.geo = geo(query::geo_relation::within, R"({"type":"Polygon","coordinates":
        [[[8.1,50.1],[8.2,50.1],[8.2,50.2],[8.1,50.2],[8.1,50.1]]]})");
    EXPECT_THAT(generic_plan(statement_of(wanted)),
                AllOf(HasSubstr("using geo_g on geo"), reads_no_table_from_end_to_end()));
    wanted.q = term("load", comparison::equal, std::int64_t{3});
    EXPECT_THAT(generic_plan(statement_of(wanted)),
                AllOf(HasSubstr("using geo_g on geo"),
                      HasSubstr("Index Scan using search_pkey on search s"),
                      reads_no_table_from_end_to_end()));
}

TEST(store_plans, scopes_are_prefix_ranges) {
    auto wanted = vehicles();
    wanted.scopes = query::scope_selection{{{query::scope_pattern{{"a", "17"}, false}}}};
    EXPECT_THAT(
        generic_plan(statement_of(wanted)),
        AllOf(HasSubstr("(hashed SubPlan 1) IS TRUE"),
              HasSubstr("using entity_scope_pkey on entity_scope x (actual rows=1100 loops=1"),
              reads_no_table_from_end_to_end()));
}

TEST(store_plans, ids_are_looked_up_by_uri) {
    auto wanted = vehicles();
    wanted.ids = {"urn:v:1", "urn:v:2"};
    EXPECT_THAT(generic_plan(statement_of(wanted)),
                AllOf(HasSubstr("using entity_uri on entity i"), reads_no_table_from_end_to_end()));
}

TEST(store_plans, a_temporal_evolution_reads_the_partitions_of_its_interval) {
    EXPECT_THAT(generic_plan(store::render_head(tenant, "urn:v:11")),
                AllOf(HasSubstr("Index Scan using entity_uri on entity e"),
                      reads_no_table_from_end_to_end()));
    store::temporal_request request;
    const auto now =
        std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
    request.interval.from = now - std::chrono::hours{2};
    request.interval.until = now - std::chrono::hours{1};
    EXPECT_THAT(generic_plan(store::render_instances({{11}, {2}}, request, 100)),
                AllOf(HasSubstr("Subplans Removed: "), HasSubstr("eid_attr_id_ts_idx"),
                      reads_no_table_from_end_to_end()));
    request.interval = {};
    request.interval.last_n = 5;
    EXPECT_THAT(generic_plan(store::render_instances({{11}, {2}}, request, 5)),
                AllOf(HasSubstr("Index Scan Backward using "), HasSubstr("never executed"),
                      reads_no_table_from_end_to_end()));
}

TEST(store_plans, an_aggregation_reads_the_partitions_of_its_interval_once) {
    store::temporal_request request;
    const auto now =
        std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
    request.interval.from = now - std::chrono::hours{48};
    request.interval.until = now;
    auto& asked = request.aggregated.emplace();
    for (int method = 0; method < 8; ++method)
        asked.methods.push_back(static_cast<ngsild::aggregation_method>(method));
    const duration hour{0, std::chrono::hours{1}};
    const duration month{1, {}};
    for (const duration& period : {duration{}, hour, month}) {
        asked.period = period;
        EXPECT_THAT(generic_plan(store::render_aggregates({{11, 21}, {2, 2}}, request, 100,
                                                          store::instance_source::open)),
                    AllOf(HasSubstr("Subplans Removed: "), HasSubstr("eid_attr_id_ts_idx"),
                          HasSubstr("Aggregate"), Not(HasSubstr("CTE o")),
                          reads_no_table_from_end_to_end()));
    }
    // Without a bound the first instances are looked for beforehand.
    request.interval = {};
    request.interval.last_n = 5;
    for (const duration& period : {duration{}, hour, month}) {
        asked.period = period;
        EXPECT_THAT(generic_plan(store::render_aggregates({{11, 21}, {2, 2}}, request, 100,
                                                          store::instance_source::all)),
                    AllOf(HasSubstr("Index Scan Backward using "), HasSubstr("never executed"),
                          HasSubstr("Aggregate"), reads_no_table_from_end_to_end()));
    }
}

TEST(store_plans, an_aggregation_from_rollups_reads_those_and_no_instances) {
    store::temporal_request request;
    const auto today = query::day_of(
        std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now()));
    request.interval.from = today - std::chrono::days{40};
    request.interval.until = today - std::chrono::days{10};
    const duration day{0, std::chrono::hours{24}};
    const duration month{1, {}};
    auto& asked = request.aggregated.emplace();
    for (const auto method : {ngsild::aggregation_method::total_count,
                              ngsild::aggregation_method::avg, ngsild::aggregation_method::stddev})
        asked.methods.push_back(method);
    const store::instance_pairs pairs{{11, 21}, {2, 2}};
    for (const duration& period : {duration{}, day, month}) {
        asked.period = period;
        const auto usable = query::rollups_for(request.interval, asked);
        EXPECT_THAT(
            generic_plan(store::render_rolled_aggregates(pairs, request, usable, 100)),
            AllOf(HasSubstr("using rollup_pkey on rollup r (actual rows=30 loops=2)"),
                  testing::ContainsRegex("using rollup_day_pkey on rollup_day d_?[12]? .actual "
                                         "rows=30 loops=2"),
                  HasSubstr("using rollup_dirty_k on rollup_dirty y"),
                  HasSubstr("using history_extent_pkey on history_extent e"),
                  Not(testing::ContainsRegex("on history_[a-z0-9]* h_?[0-9]* .actual")),
                  reads_no_table_from_end_to_end()));
        EXPECT_THAT(generic_plan(store::render_gone_beyond_rollups(pairs, request, usable)),
                    HasSubstr("using history_extent_pkey on history_extent e"));
    }
    for (const auto& statement :
         {store::render_gone(pairs, request), store::render_any_rollup(pairs, request)})
        EXPECT_THAT(generic_plan(statement),
                    HasSubstr("using history_extent_pkey on history_extent e"));
}

TEST(store_plans, a_page_of_temporal_evolutions_tests_each_by_its_index) {
    store::temporal_selection selection;
    selection.types = {{1}};
    store::temporal_request request;
    const auto now =
        std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
    request.interval.from = now - std::chrono::hours{24};
    store::heads_wanted wanted;
    for (const bool gone_too : {false, true}) {
        wanted.gone_too = gone_too;
        EXPECT_THAT(generic_plan(store::render_heads(tenant, selection, request, wanted)),
                    AllOf(HasSubstr("using history_type_k on history_type t (actual rows=21"),
                          HasSubstr("Subplans Removed: "), reads_no_table_from_end_to_end()));
    }
}

TEST(store_plans, candidates_of_an_as_of_read_end_with_its_limit) {
    const auto now =
        std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
    store::past_candidates which;
    const auto plan = [&] {
        return generic_plan(store::render_past_candidates(tenant, which, now, 1'001));
    };
    const auto looks_up = AllOf(HasSubstr("using entity_pkey on entity e"),
                                HasSubstr("using entity_past_pkey on entity_past q"),
                                reads_no_table_from_end_to_end());
    EXPECT_THAT(plan(),
                AllOf(HasSubstr("using entity_uri on entity c (actual rows=1001"), looks_up));
    which.types = {1};
    EXPECT_THAT(plan(), AllOf(HasSubstr("using history_type_k on history_type t (actual rows=1001"),
                              looks_up));
    which.ids = {"urn:v:1", "urn:v:2"};
    EXPECT_THAT(plan(), AllOf(HasSubstr("using entity_uri on entity c (actual rows=2"), looks_up));
}

TEST(store_plans, the_past_of_entities_is_read_by_their_attributes) {
    const auto now =
        std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
    EXPECT_THAT(generic_plan(store::render_past_instances({1, 11}, now)),
                AllOf(HasSubstr("using history_attr_pkey on history_attr n"),
                      HasSubstr("eid_attr_id_ts_idx"), reads_no_table_from_end_to_end()));
}

} // namespace meridian::test
