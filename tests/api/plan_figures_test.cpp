#include "api/plan_figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meridian::api::test {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(plan_figures, are_read_from_the_lines_of_explain) {
    const auto read = read_plan_figures({
        "Nested Loop  (cost=1.27..10.45 rows=7 width=4) (actual time=0.04..0.05 rows=20 loops=1)",
        "  ->  Index Only Scan using entity_type_pkey on entity_type t  (cost=0.2..4.9 rows=1)",
        "  ->  Index Scan Backward using entity_pkey on entity e  (cost=0.2..4.9 rows=1)",
        "  ->  Index Scan using entity_pkey on entity e  (cost=0.2..4.9 rows=1)",
        "        ->  Bitmap Index Scan on geo_g  (cost=0.2..4.9 rows=1 width=0)",
        "  ->  Seq Scan on tenant  (cost=0.2..4.9 rows=1 width=0)",
        "        Filter: (txt = 'Seq Scan on secret'::text)",
        "        Execution Time: 9 ms",
        "Planning Time: 0.250 ms",
        "Execution Time: 12.5 ms",
    });
    EXPECT_THAT(read.indexes, ElementsAre("entity_type_pkey", "entity_pkey", "geo_g"));
    EXPECT_THAT(read.tables_read_whole, ElementsAre("tenant"));
    EXPECT_EQ(read.rows, 20);
    EXPECT_DOUBLE_EQ(read.planning_milliseconds, 0.25);
    EXPECT_DOUBLE_EQ(read.execution_milliseconds, 12.5);
    EXPECT_THAT(read_plan_figures({}).indexes, IsEmpty());
}

} // namespace meridian::api::test
