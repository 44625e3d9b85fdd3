#include "store/pg/pipeline.hpp"
#include "store/pg/sqlstate.hpp"

#include <gtest/gtest.h>

namespace meridian::store::pg {
namespace {

class nobody final : public waiter {
    void complete(outcome) override {}
};

PGresult* with_status(ExecStatusType status) {
    return PQmakeEmptyPGresult(nullptr, status);
}

/// Feeds one statement's results: the result and the end.
void answer(pipeline& to, ExecStatusType status) {
    to.accept(with_status(status));
    to.accept(nullptr);
}

void sync(pipeline& to) {
    to.accept(with_status(PGRES_PIPELINE_SYNC));
}

TEST(pg_pipeline, a_unit_is_complete_at_its_sync_and_not_before) {
    pipeline queue;
    queue.expect(std::make_unique<nobody>(), 2);
    EXPECT_EQ(queue.size(), 1U);
    answer(queue, PGRES_COMMAND_OK);
    answer(queue, PGRES_TUPLES_OK);
    EXPECT_TRUE(queue.take_completed().empty());
    sync(queue);
    const auto done = queue.take_completed();
    ASSERT_EQ(done.size(), 1U);
    EXPECT_EQ(done[0].what.results.size(), 2U);
    EXPECT_FALSE(done[0].what.failed);
    EXPECT_TRUE(queue.is_idle());
}

TEST(pg_pipeline, an_error_names_its_step_and_leaves_the_next_unit_alone) {
    pipeline queue;
    queue.expect(std::make_unique<nobody>(), 3);
    queue.expect(std::make_unique<nobody>(), 1);
    answer(queue, PGRES_COMMAND_OK);
    answer(queue, PGRES_FATAL_ERROR);
    answer(queue, PGRES_PIPELINE_ABORTED);
    sync(queue);
    answer(queue, PGRES_TUPLES_OK);
    sync(queue);
    const auto done = queue.take_completed();
    ASSERT_EQ(done.size(), 2U);
    ASSERT_TRUE(done[0].what.failed);
    EXPECT_EQ(done[0].what.failed->step, 1U);
    EXPECT_EQ(done[0].what.results.size(), 1U);
    EXPECT_FALSE(done[1].what.failed);
}

TEST(pg_pipeline, a_refused_prepare_is_told_and_its_name_is_free_again) {
    pipeline queue;
    queue.expect_prepare("name");
    queue.expect(std::make_unique<nobody>(), 1);
    answer(queue, PGRES_FATAL_ERROR);
    sync(queue);
    EXPECT_EQ(queue.take_refused(), std::vector<std::string>{"name"});
    answer(queue, PGRES_FATAL_ERROR);
    sync(queue);
    const auto done = queue.take_completed();
    ASSERT_EQ(done.size(), 1U);
    EXPECT_TRUE(done[0].what.failed);
}

TEST(pg_pipeline, what_waits_when_the_connection_breaks_has_an_unknown_fate) {
    pipeline queue;
    queue.expect(std::make_unique<nobody>(), 2);
    queue.expect_prepare("name");
    queue.expect(std::make_unique<nobody>(), 1);
    answer(queue, PGRES_COMMAND_OK);
    queue.break_off("gone");
    const auto done = queue.take_completed();
    ASSERT_EQ(done.size(), 2U);
    for (const auto& [who, what] : done) {
        ASSERT_TRUE(what.failed);
        EXPECT_EQ(what.failed->state, fate::unknown);
        EXPECT_EQ(what.failed->what.kind(), problem_kind::unavailable);
        EXPECT_FALSE(what.failed->is_retryable());
    }
    EXPECT_EQ(done[0].what.failed->step, 1U);
    EXPECT_TRUE(queue.is_idle());
    EXPECT_EQ(queue.size(), 0U);
}

TEST(sqlstate, every_class_has_one_meaning) {
    struct row {
        const char* sqlstate;
        problem_kind kind;
        bool retry;
    };
    for (const row& expected : {row{"08006", problem_kind::unavailable, true},
                                row{"57P01", problem_kind::unavailable, true},
                                row{"57014", problem_kind::too_complex_query, false},
                                row{"40P01", problem_kind::unavailable, true},
                                row{"40001", problem_kind::unavailable, true},
                                row{"22003", problem_kind::bad_request_data, false},
                                row{"23505", problem_kind::internal_error, false},
                                row{"53300", problem_kind::unavailable, false},
                                row{"42601", problem_kind::internal_error, false},
                                row{"", problem_kind::internal_error, false}}) {
        EXPECT_EQ(kind_of(expected.sqlstate), expected.kind) << expected.sqlstate;
        EXPECT_EQ(is_retryable(expected.sqlstate), expected.retry) << expected.sqlstate;
    }
}

TEST(sqlstate, a_detail_never_shows_the_schema) {
    const problem shown = to_problem("42P01", "relation \"secret\" does not exist");
    EXPECT_EQ(shown.detail(), "the database refused a statement (SQLSTATE 42P01)");
}

} // namespace
} // namespace meridian::store::pg
