#pragma once

#include "meridian/query/order.hpp"
#include "meridian/query/plan.hpp"
#include "meridian/store/database.hpp"
#include "store/pg/result.hpp"
#include "store/pg/statement.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::store {

/// A statement that was put together for a plan: text from our constants and `$n` only, so that
/// there are finitely many; every value of a user's is a parameter. Its name is made from its text.
class composed_statement {
public:
    [[nodiscard]] pg::statement statement() const noexcept {
        return {name_.c_str(), text_.c_str()};
    }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] const pg::parameters& with() const noexcept { return with_; }
    /// The parameters for people.
    [[nodiscard]] const std::vector<std::string>& printed() const noexcept { return printed_; }

    void append(std::string_view constant) { text_ += constant; }
    /// Makes another statement of it; to be finished again.
    void prepend(std::string_view constant) { text_.insert(0, constant); }
    /// Adds a parameter and gives its `$n`; to be put into the text with `append`.
    std::string int4(std::int32_t value);
    std::string int8(std::int64_t value);
    std::string float8(double value);
    std::string float8s(const std::vector<double>& values);
    std::string text_value(const std::string& value);
    std::string jsonpath(const std::string& value);
    std::string int4s(const std::vector<std::int32_t>& values);
    std::string int8s(const std::vector<std::int64_t>& values);
    std::string moment(timestamp value);
    std::string texts(const std::vector<std::string>& values);
    /// The text is complete.
    void finish();

private:
    std::string added(std::string_view cast, std::string shown);
    std::string name_;
    std::string text_;
    pg::parameters with_;
    std::vector<std::string> printed_;
};

struct value_driver;

/// What a statement for a plan is to give.
struct selection_options {
    /// `sure_count`: how many SQL is certain of, and how many are possible.
    /// `order`: eids, and what is found of each at `sources`.
    enum class output { page, page_and_count, count, sure_count, order };
    output wanted = output::page;
    std::span<const query::order_source> sources{}; ///< with `order` only
    const value_driver* driver = nullptr; ///< where candidates come from; null: as the plan says
    std::int64_t from = 0;                ///< eids above this …
    bool backwards = false;               ///< … or below it, the largest first
    std::int64_t offset = 0;
    std::int64_t limit = 21; ///< rows, including the one that tells of a next page
    bool exclude_expired = false;
};

/// Columns of a page, as `entities` reads them; `count` with page_and_count only.
struct page_columns {
    enum : int { eid, uri, version, created_at, modified_at, doc, count };
};

/// What `output::order` is asked for: the sources of the plan's ordering, where SQL decides on the
/// candidates and tells all that the ordering sees of them; nothing where documents have to be
/// read. Values are looked up by the plan's types. Not to be used while expired data (4.22) may
/// stand in `search`.
[[nodiscard]] std::optional<std::vector<query::order_source>>
sources_of_order(const query::query_plan& plan, const ngsild::names& dictionary);

/// 4.23: the columns of a selection with `output::order` behind its eid, each after a comma, of the
/// rows `k` (a `kv` of `search`) and `e` (of `entity`). What they hold is read by `order_cells`.
[[nodiscard]] std::string render_order_columns(composed_statement& to,
                                               std::span<const query::order_source> sources);
/// What such a row says.
[[nodiscard]] std::vector<query::order_cell>
order_cells(const pg::row& from, std::span<const query::order_source> sources);

/// Renders a plan whose access is not `nothing`. With `output::count` the one column is the count.
[[nodiscard]] composed_statement render_selection(tenant_id tenant, const query::query_plan& plan,
                                                  const selection_options& options);

/// Whether `output::sure_count` can be asked for: nothing but values that `search` does not hold
/// may be left to memory.
[[nodiscard]] bool counts_surely(const query::query_plan& plan) noexcept;

/// Whether what SQL finds has to be looked at in memory before it counts.
[[nodiscard]] bool needs_recheck(const query::query_plan& plan) noexcept;

/// The rows of `entity_scope` that a selection can be about: for each alternative a range of bytes
/// and a regular expression that decides. `exact`: no alternative asks for two patterns at once.
struct scope_ranges {
    std::vector<std::string> low;
    std::vector<std::string> high;
    std::vector<std::string> expression;
    bool exact = true;
};
[[nodiscard]] scope_ranges make_scope_ranges(const query::scope_selection& wanted);

/// The condition that a `geo` row's column `geometry` meets a geo-query (4.10).
[[nodiscard]] std::string render_geo(composed_statement& to, const query::geo_query& wanted,
                                     std::string_view geometry);

/// The condition that a row of `search`, whose kv is the column `kv`, meets all of `links` as far
/// as SQL can tell (4.9, linked Entities): by the linked Entities' URIs and their rows of `search`.
/// `tenant` is the `$n` of the tenant. Begins with AND; empty where there is none.
[[nodiscard]] std::string render_links(composed_statement& to,
                                       const std::vector<query::linked_condition>& links,
                                       std::string_view kv, std::string_view tenant);

/// The types of a tenant (`$n`) as a row source, by skipping from one to the next: DISTINCT would
/// read every row.
[[nodiscard]] std::string render_tenant_types(std::string_view tenant);

} // namespace meridian::store
