#include "store/reads/history_export.hpp"

#include "store/reads/aggregate_statements.hpp"

#include <fmt/format.h>

#include <limits>

namespace meridian::store {
namespace {

constexpr std::string_view declare = "DECLARE export NO SCROLL CURSOR FOR\n";

} // namespace

composed_statement render_cursor(const instance_pairs& of, const temporal_request& request) {
    if (request.aggregated) {
        composed_statement made = render_aggregates(
            of, request, std::numeric_limits<std::int64_t>::max(), instance_source::all);
        made.prepend(declare);
        made.finish();
        return made;
    }
    composed_statement made;
    const limited_instances instances(made, request, request.interval.last_n);
    const std::string of_pair =
        request.interval.last_n ? instances.of_pair() : instances.all_of_pair();
    // No order outside: the pairs come one after the other out of their array, and sorting them
    // together would hold back the first row until the last was read.
    const std::string pairs = unnest(made, of);
    made.append(fmt::format("{}SELECT {}\nFROM {} AS k({}), LATERAL (\n  {}) x", declare,
                            columns_of_answer(request), pairs, names_of_columns(of), of_pair));
    made.finish();
    return made;
}

} // namespace meridian::store
