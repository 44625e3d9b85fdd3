#include "broker.hpp"

#include "meridian/ngsild/parse.hpp"
#include "meridian/query/print.hpp"
#include "meridian/store/index_builder.hpp"
#include "support/cluster.hpp"
#include "support/random_entities.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <fmt/format.h>
#include <limits>
#include <set>

namespace meridian::test {
namespace {

using ids = std::set<std::string>;

const std::string knows = "https://example.org/knows";

/// A town of random Entities, in the database and in memory.
class town {
public:
    enum class indexed : bool { no, yes };

    /// Where it is indexed, half of the Entities are there before the index rows.
    explicit town(int size, indexed has_rows = indexed::no) {
        support::random_entities random(20'261'121);
        for (int number = 0; number < size; ++number) {
            ngsild::entity subject = random.entity(fmt::format("urn:e:{:03}", number));
            subject.expires_at.reset();
            subject.scopes = scopes_of(number);
            subject.attributes.push_back({place, {make_place(point_of(number))}});
            subject.attributes.push_back({knows, links_of(number, size)});
            entities.push_back(std::move(subject));
        }
        for (const ngsild::entity& subject : entities)
            for (const std::string& iri : ngsild::names_of(subject))
                names().add(iri);
        for (const auto& iri : support::random_entities::attribute_names())
            names().add(iri);
        server = std::make_unique<broker>(shared_database());
        const std::size_t half = has_rows == indexed::yes ? entities.size() / 2 : 0;
        write(0, half);
        if (has_rows == indexed::yes)
            make_index_rows();
        write(half, entities.size());
    }

    /// Creates the Entities from number `first` up to before `last`.
    void write(std::size_t first, std::size_t last) {
        std::vector<store::entity_change> batch;
        for (std::size_t at = first; at < last; ++at)
            batch.push_back(create(tenant, entities[at]));
        auto answers = server->run(server->lanes->commit_batch(std::move(batch)));
        for (std::size_t at = first; at < last; ++at) {
            const auto& answer = answers[at - first];
            EXPECT_TRUE(answer) << answer.error().detail();
            if (!answer)
                continue;
            // What is stored is what memory is asked about: stamps and all.
            const auto view = ngsild::document_view::open(answer->change.document);
            const std::string id = entities[at].id;
            entities[at] = ngsild::decode(*view, names());
            entities[at].id = id;
            entities[at].created_at = answer->change.created_at;
            entities[at].modified_at = answer->change.modified_at;
        }
    }

    /// Every Attribute of every type gets index rows.
    void make_index_rows() {
        run_sql(shared_database(), fmt::format("INSERT INTO tenant (id, name) OVERRIDING SYSTEM "
                                               "VALUE VALUES ({0}, 'town {0}')",
                                               tenant));
        for (const auto& type : support::random_entities::type_names())
            for (const auto& attribute : support::random_entities::attribute_names())
                run_sql(shared_database(),
                        fmt::format("INSERT INTO attr_index (tenant_id, type_id, attr_id, state) "
                                    "VALUES ({}, {}, {}, 'building')",
                                    tenant, names().find(type), names().find(attribute)));
        const std::atomic<bool> stop{false};
        const auto made =
            store::tend_indexes(shared_database(), names(), server->indexes, {}, stop);
        EXPECT_TRUE(made) << made.error().detail();
        EXPECT_GE(*made, 8);
    }

    /// Whether the statement of a selection reads index rows.
    bool is_driven_by_values(const query::entity_selection& wanted) {
        query::plan_request request;
        request.selection = wanted;
        const auto plan = query::make_plan(request, names());
        if (plan.access == query::access_path::nothing)
            return false;
        const auto explained = server->run(server->entities->explain(tenant, plan));
        return explained->sql.find("FROM attr_") != std::string::npos;
    }

    static std::vector<std::string> scopes_of(int number) {
        if (number % 5 == 0)
            return {};
        if (number % 5 == 1)
            return {"/a/b", "/c"};
        return {fmt::format("/a/{}", number % 3), fmt::format("/b.{}/x/y", number % 2)};
    }
    /// A Relationship to others of the town: one, several, or instances; some lead nowhere.
    static std::vector<ngsild::attribute_instance> links_of(int number, int size) {
        const auto to = [&](int other) { return fmt::format("urn:e:{:03}", other % (size + 5)); };
        ngsild::attribute_instance one;
        one.kind = ngsild::attribute_kind::relationship;
        one.value = to(number * 7 + 1);
        if (number % 4 == 1)
            one.value = json::array({to(number + 3), to(number * 5)});
        if (number % 9 == 2) // more than a row of search holds
            one.value = json::array({to(number + 11), "urn:" + std::string(1'200, 'x')});
        if (number % 4 != 2)
            return {one};
        ngsild::attribute_instance list = one;
        list.kind = ngsild::attribute_kind::list_relationship;
        list.dataset_id = "urn:ngsi-ld:dataset:1";
        list.value = json::array({{{"object", to(number + 1)}}, {{"object", to(number + 2)}}});
        return {one, list};
    }
    static json point_of(int number) {
        return json{{"type", "Point"},
                    {"coordinates", {(number % 12) * 0.01, 40 + number / 12 * 0.01}}};
    }

    /// The ids of all pages of a selection, which must agree with count and with memory.
    void expect_as_in_memory(const query::entity_selection& wanted, const std::string& what) {
        ids expected;
        for (const ngsild::entity& subject : entities)
            if (query::matches(wanted, subject, linked))
                expected.insert(subject.id);
        query::plan_request request;
        request.selection = wanted;
        request.page.limit = 7;
        request.want_count = true;
        if (pages == reading::backwards)
            request.page.before = std::numeric_limits<std::int64_t>::max();
        ids found;
        std::int64_t last = 0;
        while (true) {
            const query::query_plan plan = query::make_plan(request, names());
            const auto page = server->run(server->entities->query(tenant, plan));
            ASSERT_TRUE(page) << what << ": " << page.error().detail();
            EXPECT_EQ(page->count, static_cast<std::int64_t>(expected.size())) << what;
            if (pages == reading::backwards)
                last = 0;
            for (const store::entity_row& row : page->rows) {
                EXPECT_GT(row.eid, last) << what;
                EXPECT_LT(row.eid, request.page.before.value_or(row.eid + 1)) << what;
                last = row.eid;
                EXPECT_TRUE(found.emplace(row.uri).second) << what;
            }
            if (!page->more)
                break;
            if (pages == reading::by_offset)
                request.page.offset += request.page.limit;
            else if (pages == reading::backwards)
                request.page.before = page->first_eid;
            else
                request.page.after = page->last_eid;
        }
        EXPECT_EQ(found, expected) << what;
    }

    store::tenant_id tenant = fresh_tenant();
    std::vector<ngsild::entity> entities;
    std::unique_ptr<broker> server;
    enum class reading { by_offset, forwards, backwards };
    static constexpr std::array all_readings{reading::by_offset, reading::forwards,
                                             reading::backwards};
    reading pages = reading::forwards;
    query::entity_lookup linked = [this](std::string_view uri) -> const ngsild::entity* {
        for (const ngsild::entity& one : entities)
            if (one.id == uri)
                return &one;
        return nullptr;
    };
};

town& shared_town() {
    static town made(90);
    return made;
}

query::type_selection types(std::vector<std::vector<std::string>> any_of) {
    query::type_selection made;
    for (auto& all : any_of) {
        for (auto& type : all)
            type = std::string(support::random_entities::vocabulary) + type;
        made.any_of.push_back(all);
    }
    return made;
}

} // namespace

TEST(store_entities, lists_by_type_agree_with_memory) {
    town& on = shared_town();
    for (const auto reading : town::all_readings) {
        on.pages = reading;
        query::entity_selection wanted;
        on.expect_as_in_memory(wanted, "all");
        wanted.types = types({{"T"}});
        on.expect_as_in_memory(wanted, "T");
        wanted.types = types({{"T", "U"}});
        on.expect_as_in_memory(wanted, "T;U");
        wanted.types = types({{"T"}, {"U"}});
        on.expect_as_in_memory(wanted, "T,U");
        wanted.types = types({{"unknown"}});
        on.expect_as_in_memory(wanted, "unknown");
        wanted.types.reset();
        wanted.ids = {"urn:e:003", "urn:e:004", "urn:e:none"};
        on.expect_as_in_memory(wanted, "ids");
        wanted.types = types({{"U"}});
        on.expect_as_in_memory(wanted, "ids and type");
        wanted.ids.clear();
        wanted.id_pattern = *query::pattern::create("0[37]$", "idPattern");
        on.expect_as_in_memory(wanted, "idPattern");
    }
}

TEST(store_entities, q_agrees_with_memory) {
    town& on = shared_town();
    support::random_entities random(7);
    for (int turn = 0; turn < 150; ++turn) {
        on.pages = town::all_readings[static_cast<std::size_t>(turn + turn / 3) % 3];
        query::entity_selection wanted;
        wanted.q = random.filter();
        if (turn % 3 == 0)
            wanted.types = types({{"T"}});
        if (turn % 3 == 1)
            wanted.types = types({{"T"}, {"U"}});
        on.expect_as_in_memory(wanted, query::to_text(*wanted.q));
        if (testing::Test::HasFailure())
            return;
    }
}

TEST(store_entities, q_agrees_with_memory_where_there_are_index_rows) {
    town on(90, town::indexed::yes);
    support::random_entities random(8);
    int driven = 0;
    for (int turn = 0; turn < 240; ++turn) {
        on.pages = town::all_readings[static_cast<std::size_t>(turn + turn / 3) % 3];
        query::entity_selection wanted;
        wanted.q = random.filter(turn % 4 == 0 ? 0 : 2);
        wanted.types = turn % 3 == 0 ? types({{"T"}, {"U"}}) : types({{turn % 3 == 1 ? "T" : "U"}});
        if (turn % 10 == 0)
            wanted.types = types({{"T", "U"}});
        if (turn % 7 == 0)
            wanted.scopes = query::scope_selection{{{query::scope_pattern{{"a"}, true}}}};
        driven += on.is_driven_by_values(wanted) ? 1 : 0;
        on.expect_as_in_memory(wanted, query::to_text(*wanted.q));
        if (testing::Test::HasFailure())
            return;
    }
    EXPECT_GE(driven, 40);
}

TEST(store_entities, q_into_linked_entities_agrees_with_memory) {
    town& on = shared_town();
    support::random_entities random(23);
    const auto hints = [&]() -> std::vector<std::string> {
        if (random.one_in(2))
            return {};
        auto all = support::random_entities::type_names();
        if (random.one_in(2))
            all.erase(all.begin());
        if (random.one_in(4))
            all.push_back("https://example.org/Unknown");
        return all;
    };
    const auto linked_term = [&] {
        query::q_expression made;
        made.term = random.term();
        made.term.target.links.push_back({knows, hints()});
        if (random.one_in(3))
            made.term.target.links.push_back({knows, hints()});
        return made;
    };
    for (int turn = 0; turn < 120; ++turn) {
        on.pages = town::all_readings[static_cast<std::size_t>(turn + turn / 3) % 3];
        query::entity_selection wanted;
        wanted.q = linked_term();
        if (turn % 3 != 0) {
            query::q_expression both;
            both.kind = turn % 3 == 1 ? query::q_expression::node::all_of
                                      : query::q_expression::node::any_of;
            both.operands = {*wanted.q, turn % 2 == 0 ? linked_term() : random.filter(0)};
            wanted.q = both;
        }
        if (turn % 4 == 0)
            wanted.types = types({{"T"}, {"U"}});
        if (turn % 5 == 0)
            wanted.ids = {"urn:e:001", "urn:e:002", "urn:e:030", "urn:e:041"};
        on.expect_as_in_memory(wanted, query::to_text(*wanted.q));
        if (testing::Test::HasFailure())
            return;
    }
}

TEST(clause_4_5_23_linked_entities, twenty_entities_and_three_levels_take_four_statements) {
    broker server(shared_database());
    const store::tenant_id tenant = fresh_tenant();
    const auto linked_to = [](const std::string& id, const std::string& with) {
        ngsild::entity made;
        made.id = id;
        made.types = {vehicle};
        ngsild::attribute_instance to;
        to.kind = ngsild::attribute_kind::relationship;
        to.value = with;
        made.attributes.push_back({speed, {to}});
        return made;
    };
    std::vector<store::entity_change> batch;
    for (int level = 0; level < 4; ++level)
        for (int number = 0; number < 20; ++number)
            batch.push_back(create(tenant, linked_to(fmt::format("urn:l:{}:{}", level, number),
                                                     fmt::format("urn:l:{}:{}", level + 1,
                                                                 (number * 7 + level) % 20))));
    for (const auto& answer : server.run(server.lanes->commit_batch(std::move(batch))))
        ASSERT_TRUE(answer);
    query::plan_request request;
    request.selection.types = query::type_selection{{{vehicle}}};
    request.selection.id_pattern = *query::pattern::create("urn:l:0:", "idPattern");
    const auto before = server.reader->counted().executed;
    const auto page =
        server.run(server.entities->query(tenant, query::make_plan(request, names())));
    ASSERT_TRUE(page);
    ASSERT_EQ(page->rows.size(), 20U);
    const auto of_query = server.reader->counted().executed - before;
    std::vector<ngsild::entity_row> rows;
    for (const auto& row : page->rows)
        rows.push_back({row.uri, row.created_at, row.modified_at, row.document});
    ngsild::representation how;
    for (const auto form : {ngsild::join_form::flat, ngsild::join_form::nested}) {
        ngsild::linked_entities linked(how, {form, 3, {}}, names(), {});
        linked.start(rows);
        const auto start = server.reader->counted().executed;
        const auto kept = server.run(server.entities->load_linked(tenant, linked));
        ASSERT_TRUE(kept);
        EXPECT_EQ(kept->size(), 60U);
        EXPECT_EQ(linked.count(1'000), 60U);
        EXPECT_EQ(server.reader->counted().executed - start, 3U);
    }
    EXPECT_LE(of_query, 1U);
}

TEST(store_entities, scopes_agree_with_memory) {
    town& on = shared_town();
    query::scope_pattern below{{"a"}, true};
    query::scope_pattern any_level{{"a", "+"}, false};
    query::scope_pattern dotted{{"b.1", "x", "y"}, false};
    query::scope_pattern everything{{}, true};
    query::scope_pattern deep{{"+", "x"}, true};
    query::scope_pattern single{{"c"}, false};
    int number = 0;
    for (const auto& any_of : std::vector<std::vector<std::vector<query::scope_pattern>>>{
             {{below}},
             {{any_level}},
             {{dotted}},
             {{everything}},
             {{deep}},
             {{single}, {dotted}},
             {{any_level, single}},
             {{any_level, dotted}, {single}}}) {
        query::entity_selection wanted;
        wanted.scopes = query::scope_selection{any_of};
        on.expect_as_in_memory(wanted, fmt::format("scopes {}", number));
        wanted.types = types({{"U"}});
        on.expect_as_in_memory(wanted, fmt::format("scopes {} of a type", number++));
    }
}

TEST(store_entities, geo_agrees_with_memory) {
    town& on = shared_town();
    const json area = json::parse(
        R"({"type":"Polygon","coordinates":[[[0.005,40.005],[0.055,40.005],[0.055,40.045],[0.005,40.045],[0.005,40.005]]]})");
    using query::geo_relation;
    for (const geo_relation relation :
         {geo_relation::near_max, geo_relation::near_min, geo_relation::within,
          geo_relation::intersects, geo_relation::disjoint, geo_relation::equals,
          geo_relation::contains, geo_relation::overlaps}) {
        query::geo_query geo;
        geo.relation = relation;
        geo.geoproperty = place;
        const bool is_near =
            relation == geo_relation::near_max || relation == geo_relation::near_min;
        geo.distance = is_near ? 2'500 : 0;
        geo.geometry = is_near || relation == geo_relation::equals ? town::point_of(14) : area;
        query::entity_selection wanted;
        wanted.geo = geo;
        on.expect_as_in_memory(wanted, fmt::format("geo {}", static_cast<int>(relation)));
        wanted.types = types({{"T"}});
        on.expect_as_in_memory(wanted, fmt::format("geo {} of T", static_cast<int>(relation)));
        wanted.q = support::random_entities(3).filter(0);
        on.expect_as_in_memory(wanted, fmt::format("geo {} and q", static_cast<int>(relation)));
    }
}

TEST(store_entities, a_changed_entity_is_found_by_its_new_values_only) {
    broker one(shared_database());
    const auto tenant = fresh_tenant();
    ASSERT_TRUE(one.run(one.lanes->commit(upsert(tenant, make_vehicle("urn:v:1", 5)))));
    ASSERT_TRUE(one.run(one.lanes->commit(upsert(tenant, make_vehicle("urn:v:1", 6)))));
    for (const int value : {5, 6}) {
        query::plan_request request;
        request.selection.q.emplace();
        request.selection.q->term.target.path.names = {speed};
        request.selection.q->term.how = query::comparison::equal;
        request.selection.q->term.operand = query::value_list{std::int64_t{value}};
        const auto count = one.run(one.entities->count(tenant, query::make_plan(request, names())));
        EXPECT_EQ(*count, value == 6 ? 1 : 0);
    }
}

TEST(store_entities, discovery_counts_exactly_and_folding_changes_nothing) {
    broker one(shared_database());
    store::discovery discovery(one.reader);
    const auto tenant = fresh_tenant();
    for (const char* id : {"urn:v:1", "urn:v:2", "urn:v:3"})
        ASSERT_TRUE(one.run(one.lanes->commit(create(tenant, make_vehicle(id, 5)))));
    ASSERT_TRUE(one.run(one.lanes->commit(remove(tenant, "urn:v:2"))));
    for (int round = 0; round < 2; ++round) {
        const auto found_types = one.run(discovery.types(tenant));
        ASSERT_EQ(found_types->size(), 1U);
        EXPECT_EQ(found_types->at(0).entities, 2);
        const auto uses = one.run(discovery.attributes(tenant));
        ASSERT_EQ(uses->size(), 1U);
        EXPECT_EQ(uses->at(0).attribute, names().find(speed));
        EXPECT_EQ(uses->at(0).count, 2);
        EXPECT_EQ(one.run(discovery.totals(tenant))->at(0).count, 2);
        ASSERT_TRUE(one.run(discovery.fold()));
    }
    EXPECT_EQ(
        run_sql(shared_database(),
                fmt::format("SELECT count(*) FROM attribute_use WHERE tenant_id = {}", tenant)),
        "2");
}

TEST(store_expiry, due_entities_are_invisible_at_once_and_then_swept) {
    broker one(shared_database());
    const auto tenant = fresh_tenant();
    ngsild::entity subject = make_vehicle("urn:v:1", 5);
    subject.expires_at =
        std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now()) -
        std::chrono::seconds{1};
    ASSERT_TRUE(one.run(one.lanes->commit(create(tenant, subject))));
    query::plan_request request;
    const query::query_plan plan = query::make_plan(request, names());
    EXPECT_FALSE(*one.run(one.entities->retrieve(tenant, "urn:v:1")));
    EXPECT_EQ(*one.run(one.entities->count(tenant, plan)), 0);
    store::expiry_sweep sweep(one.reader, *one.lanes, one.watch);
    const auto swept = one.run(sweep.sweep());
    ASSERT_TRUE(swept) << swept.error().detail();
    EXPECT_GE(*swept, 1U);
    EXPECT_EQ(
        run_sql(shared_database(),
                fmt::format("SELECT count(*) FROM entity WHERE tenant_id = {} AND doc IS NULL",
                            tenant)),
        "1");
}

} // namespace meridian::test
