#include "meridian/query/parse.hpp"

#include "query/collation.hpp"
#include "query/paths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

// 4.23.3: OrderingTerm  = ValuePath [DirectionTerm] *("," OrderingTerm)
//         DirectionTerm = ";" ("asc" / "desc" / "dist-asc" / "dist-desc")
// The grammar says AttrName; examples 4 and 5 show paths (ERRATA), table 6.4.3.2-1 the members id,
// type and scope of the Entity.

namespace meridian::query {
namespace {

order_term::subject subject_of(const written_name& first) noexcept {
    if (first.is_iri)
        return order_term::subject::path;
    if (first.text == "id")
        return order_term::subject::id;
    if (first.text == "type")
        return order_term::subject::type;
    return first.text == "scope" ? order_term::subject::scope : order_term::subject::path;
}

result<order_term> read_order_term(cursor& from, const parse_scope& scope) {
    order_term made;
    MERIDIAN_TRY(const auto first, read_name(from, scope.names));
    made.of = subject_of(first);
    if (made.of == order_term::subject::path) {
        MERIDIAN_TRY(made.path, read_value_path(from, first, scope));
    }
    if (!from.take(";"))
        return made;
    if (from.take("dist-"))
        made.by = order_term::key::distance;
    if (from.take("desc"))
        made.descending = true;
    else if (!from.take("asc"))
        return from.error("expected asc, desc, dist-asc or dist-desc");
    return made;
}

problem refused(std::string_view parameter, std::string_view what) {
    return problem{problem_kind::bad_request_data, fmt::format("{}: {}", parameter, what)};
}

} // namespace

result<ordering> parse_order(const order_parameters& given, const parse_scope& scope) {
    ordering made;
    MERIDIAN_TRY(auto from, cursor::open(given.order_by, "orderBy", scope.limits));
    do {
        if (made.terms.size() == scope.limits.terms)
            return from.too_complex("too many terms");
        MERIDIAN_TRY(auto one, read_order_term(from, scope));
        made.terms.push_back(std::move(one));
    } while (from.take(","));
    if (!from.done())
        return from.error("expected , or the end");
    if (given.collation) {
        MERIDIAN_CHECK(collation::create(*given.collation));
        made.collation = *given.collation;
    }
    const bool by_distance =
        std::any_of(made.terms.begin(), made.terms.end(),
                    [](const order_term& one) { return one.by == order_term::key::distance; });
    if (by_distance != given.order_from.has_value())
        return refused("orderFrom", "goes with dist-asc or dist-desc in orderBy, and they with it");
    if (given.order_geometry && !given.order_from)
        return refused("orderGeometry", "goes with orderFrom");
    if (given.order_from) {
        auto coordinates = parse_json(*given.order_from);
        if (!coordinates)
            return refused("orderFrom", coordinates.error().detail());
        MERIDIAN_TRY(made.from, make_geometry(given.order_geometry.value_or("Point"),
                                              std::move(*coordinates), "orderFrom", scope.limits));
    }
    return made;
}

} // namespace meridian::query
