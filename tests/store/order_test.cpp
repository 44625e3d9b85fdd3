/// 4.23: what SQL tells of an ordering's values gives the same order as the documents do.
#include "broker.hpp"

#include "meridian/query/order.hpp"
#include "meridian/query/parse.hpp"
#include "meridian/query/print.hpp"
#include "store/reads/selection.hpp"
#include "support/cluster.hpp"
#include "support/random_entities.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace meridian::test {
namespace {

using random = support::random_entities;

/// Random Entities in the database and, in the order of their eids, in memory.
class town {
public:
    explicit town(int size) {
        random source(20'261'128);
        std::vector<store::entity_change> batch;
        std::vector<ngsild::entity> made;
        for (int number = 0; number < size; ++number) {
            made.push_back(source.entity(fmt::format("urn:e:{:03}", number)));
            made.back().expires_at.reset();
        }
        for (const auto& subject : made)
            for (const auto& iri : ngsild::names_of(subject))
                names().add(iri);
        for (const auto& iri : random::attribute_names())
            names().add(iri);
        server = std::make_unique<broker>(shared_database());
        for (const auto& subject : made)
            batch.push_back(create(tenant, subject));
        for (const auto& answer : server->run(server->lanes->commit_batch(std::move(batch))))
            EXPECT_TRUE(answer);
        for (const auto& row : query({}).rows) {
            auto subject = ngsild::decode(row.document, names());
            subject.id = row.uri;
            subject.created_at = row.created_at;
            subject.modified_at = row.modified_at;
            entities.push_back(std::move(subject));
        }
        EXPECT_EQ(entities.size(), static_cast<std::size_t>(size));
    }

    store::entity_page query(const query::ordering& by) {
        query::plan_request wanted;
        wanted.selection.types = query::type_selection{{{random::type_names().front()}}};
        wanted.order = by;
        wanted.page.limit = 1'000;
        wanted.want_count = true;
        plan = query::make_plan(wanted, names());
        auto found = server->run(server->entities->query(tenant, plan));
        EXPECT_TRUE(found) << found.error().detail();
        return found ? *found : store::entity_page{};
    }

    /// As the documents have it.
    [[nodiscard]] std::vector<std::string> expected(const query::ordering& by) const {
        const auto order = query::entity_order::create(by);
        std::vector<std::pair<query::sort_key, std::string>> keys;
        for (const auto& subject : entities)
            keys.emplace_back(order->key_of(subject), subject.id);
        std::ranges::stable_sort(keys, [&](const auto& left, const auto& right) {
            return order->compare(left.first, right.first) < 0;
        });
        std::vector<std::string> ids;
        for (const auto& one : keys)
            ids.push_back(one.second);
        return ids;
    }

    store::tenant_id tenant = fresh_tenant();
    std::unique_ptr<broker> server;
    std::vector<ngsild::entity> entities;
    query::query_plan plan;
};

query::ordering ordering_of(const std::string& text) {
    const query::parse_scope scope{*jsonld::core_context(), query::name_form::canonical};
    query::order_parameters given;
    given.order_by = text;
    auto read = query::parse_order(given, scope);
    EXPECT_TRUE(read) << text;
    return read ? *read : query::ordering{};
}

std::string iri_of(const char* name) {
    return fmt::format("<{}{}>", random::vocabulary, name);
}

TEST(clause_4_23_entity_ordering, values_from_sql_give_the_order_of_the_documents) {
    town all(250);
    std::vector<std::string> orders{"id", "id;desc", "createdAt;desc", "modifiedAt", "expiresAt"};
    for (const auto* name : {"a", "b", "c", "d"})
        for (const auto* way : {"", ";desc"}) {
            orders.push_back(iri_of(name) + way);
            orders.push_back(iri_of(name) + ".observedAt" + way);
            orders.push_back(iri_of(name) + "." + iri_of("a") + way);
            orders.push_back(iri_of(name) + "." + iri_of("b") + ".observedAt" + way + ",id;desc");
            orders.push_back(iri_of(name) + way + "," + iri_of("b") + ";desc,createdAt");
        }
    for (const auto& text : orders) {
        const auto by = ordering_of(text);
        const auto page = all.query(by);
        ASSERT_TRUE(store::sources_of_order(all.plan, names())) << text;
        std::vector<std::string> ids;
        for (const auto& row : page.rows)
            ids.emplace_back(row.uri);
        EXPECT_EQ(ids, all.expected(by)) << text;
        EXPECT_EQ(page.count, 250) << text;
    }
}

TEST(clause_4_23_entity_ordering, documents_beyond_the_page_are_not_read) {
    broker server(shared_database());
    const auto tenant = fresh_tenant();
    std::vector<store::entity_change> batch;
    for (int number = 1; number <= 9; ++number)
        batch.push_back(create(tenant, make_vehicle(fmt::format("urn:v:{}", number), number)));
    for (const auto& answer : server.run(server.lanes->commit_batch(std::move(batch))))
        ASSERT_TRUE(answer);
    run_sql(shared_database(),
            fmt::format("UPDATE entity SET doc = '\\x00' WHERE tenant_id = {} AND uri = 'urn:v:5'",
                        tenant));
    query::plan_request wanted;
    wanted.selection.types = query::type_selection{{{vehicle}}};
    wanted.order = ordering_of("<" + speed + ">;desc");
    wanted.page.limit = 3;
    const auto first =
        server.run(server.entities->query(tenant, query::make_plan(wanted, names())));
    ASSERT_TRUE(first) << first.error().detail();
    std::vector<std::string> ids;
    for (const auto& row : first->rows)
        ids.emplace_back(row.uri);
    EXPECT_EQ(ids, (std::vector<std::string>{"urn:v:9", "urn:v:8", "urn:v:7"}));
    EXPECT_TRUE(first->more);
    wanted.page.offset = 3; // the damaged one is in it
    const auto second =
        server.run(server.entities->query(tenant, query::make_plan(wanted, names())));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind(), problem_kind::internal_error);
}

} // namespace
} // namespace meridian::test
