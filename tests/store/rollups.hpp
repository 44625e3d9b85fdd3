#pragma once

#include "broker.hpp"
#include "meridian/ngsild/temporal_input.hpp"
#include "meridian/store/evolutions.hpp"
#include "meridian/store/folding.hpp"
#include "meridian/store/rollups.hpp"
#include "store/reads/aggregate_statements.hpp"
#include "store/reads/rollup_statements.hpp"
#include "support/cluster.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fmt/format.h>
#include <pqxx/pqxx>

// What tests of roll-ups share: a database of their own, in which a tenant has a policy for the
// speed of vehicles.
namespace meridian::test {

inline timestamp time_now() {
    return std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
}
/// The day of today in UTC, and so many before.
inline timestamp days_ago(int days) {
    return std::chrono::floor<std::chrono::days>(time_now()) - std::chrono::days{days};
}

class rolled_town {
public:
    static constexpr store::tenant_id tenant = 7;

    rolled_town() : database(create_migrated_database()), on(database), pool(database) {
        run_sql(database,
                "INSERT INTO tenant (id, name) OVERRIDING SYSTEM VALUE VALUES (7, 'town')");
        for (const std::string& iri : {vehicle, speed, place})
            run_sql(database, "INSERT INTO iri (iri) VALUES ('" + iri + "')");
    }

    /// A policy for the speed of vehicles: columns and values of table `history_policy`.
    void set_policy(const std::string& columns, const std::string& values) {
        run_sql(database,
                fmt::format("INSERT INTO history_policy (tenant_id, type_id, attr_id, rolls, {}) "
                            "VALUES (7, {}, {}, true, {})",
                            columns, names().find(vehicle), names().find(speed), values));
    }

    int tend() {
        const std::atomic<bool> stop{false};
        const auto done = upkeep.tend(stop);
        EXPECT_TRUE(done) << done.error().detail();
        return done.value_or(-1);
    }

    /// Folds everything, as in the month after the next.
    void fold() {
        const std::atomic<bool> stop{false};
        const auto done = store::fold_history(database, time_now() + std::chrono::days{62},
                                              std::chrono::days{0}, stop);
        EXPECT_TRUE(done) << done.error().detail();
    }

    /// Goes through all Entities again, as on another day.
    int tend_anew() {
        run_sql(database, "UPDATE history_policy SET passed_to = NULL");
        return tend();
    }

    /// Drops the months that are over, as where history-retention-days are none.
    int drop_months() {
        const std::atomic<bool> stop{false};
        const auto done = store::drop_history(database, time_now(), stop);
        EXPECT_TRUE(done) << done.error().detail();
        return done.value_or(-1);
    }

    static ngsild::attribute_instance observed(json value, timestamp at) {
        ngsild::attribute_instance made;
        made.value = std::move(value);
        made.observed_at = at;
        return made;
    }

    /// 5.6.11 of one Attribute, `name`.
    void record(const std::string& id, std::vector<ngsild::attribute_instance> instances,
                const std::string& name = speed) {
        const auto done = on.run(on.lanes->commit(recording(id, std::move(instances), name)));
        ASSERT_TRUE(done) << done.error().detail();
    }

    /// A number an hour, that of the hour, of the days from `first` to `last` days ago.
    void measure(const std::string& id, int first, int last) {
        for (int day = first; day >= last; --day) {
            std::vector<ngsild::attribute_instance> instances;
            for (int hour = 0; hour < 24; ++hour)
                instances.push_back(observed(hour, days_ago(day) + std::chrono::hours{hour}));
            record(id, std::move(instances));
        }
    }

    static store::entity_change recording(const std::string& id,
                                          std::vector<ngsild::attribute_instance> instances,
                                          const std::string& name = speed) {
        ngsild::entity_temporal subject;
        subject.id = id;
        subject.types = {vehicle};
        subject.attributes.push_back({name, std::move(instances)});
        return store::entity_change(
            tenant, id,
            [subject, id](const ngsild::stored_entity*, const ngsild::change_scope& scope)
                -> result<ngsild::change> { return ngsild::record_evolution(id, subject, scope); });
    }

    std::int64_t eid_of(const std::string& id) {
        return std::stoll(
            run_sql(database, "SELECT eid FROM entity WHERE tenant_id = 7 AND uri = '" + id + "'"));
    }

    std::string database;
    broker on;
    store::blocking_pool pool;
    store::rollup_upkeep upkeep{database, {}};
};

/// The rows of a statement as text, within a transaction.
inline std::vector<std::vector<std::string>> rows_of(pqxx::transaction_base& in,
                                                     const store::composed_statement& statement) {
    static std::atomic<int> number{0};
    const std::string name = fmt::format("tried_{}", ++number);
    in.exec(fmt::format("PREPARE {} AS {}", name, statement.text()));
    std::string values;
    for (const std::string& one : statement.printed())
        values += (values.empty() ? "" : ", ") + in.quote(one);
    std::vector<std::vector<std::string>> all;
    for (const pqxx::row& row : in.exec(fmt::format("EXECUTE {}({})", name, values))) {
        all.emplace_back();
        for (const pqxx::field& one : row)
            all.back().push_back(one.is_null() ? "NULL" : one.c_str());
    }
    in.exec("DEALLOCATE " + name);
    return all;
}

/// Whether two cells say the same, sums up to their rounding.
inline bool same(const std::string& left, const std::string& right) {
    if (left == right)
        return true;
    char* end = nullptr;
    const double one = std::strtod(left.c_str(), &end);
    if (left.empty() || *end != '\0')
        return false;
    const double other = std::strtod(right.c_str(), &end);
    return !right.empty() && *end == '\0' &&
           std::abs(one - other) <= 1e-9 * std::max({1.0, std::abs(one), std::abs(other)});
}

/// What instances alone and what roll-ups say, in one snapshot; the first difference, or nothing.
inline std::string difference(pqxx::connection& connection, const store::instance_pairs& of,
                              const store::temporal_request& request) {
    const auto usable = query::rollups_for(request.interval, *request.aggregated);
    pqxx::transaction<pqxx::repeatable_read> one(connection);
    const auto raw =
        rows_of(one, store::render_aggregates(of, request, 10'000, store::instance_source::all));
    const auto rolled = rows_of(one, store::render_rolled_aggregates(of, request, usable, 10'000));
    for (std::size_t row = 0; row < std::max(raw.size(), rolled.size()); ++row) {
        if (row >= raw.size() || row >= rolled.size())
            return fmt::format("{} periods, from roll-ups {}", raw.size(), rolled.size());
        for (std::size_t column = 0; column < raw[row].size(); ++column)
            if (!same(raw[row][column], rolled[row][column]))
                return fmt::format("period {} from {} column {}: {}, from roll-ups {}", row,
                                   raw[row][2], column, raw[row][column], rolled[row][column]);
    }
    return {};
}

/// All methods that roll-ups give.
inline query::aggregation every(duration period) {
    using ngsild::aggregation_method;
    return {{aggregation_method::total_count, aggregation_method::sum, aggregation_method::avg,
             aggregation_method::min, aggregation_method::max, aggregation_method::stddev,
             aggregation_method::sumsq},
            period};
}

} // namespace meridian::test
