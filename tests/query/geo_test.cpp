#include "support.hpp"

#include <cmath>

namespace meridian::query {
namespace {

using testing::core;
using testing::refusal;
using testing::with;

geo_query geo(std::string georel, std::string geometry, std::string coordinates) {
    const geo_parameters given{std::move(georel), std::move(geometry), std::move(coordinates), {}};
    auto made = parse_geo(given, parse_scope{core()});
    EXPECT_TRUE(made) << (made ? "" : made.error().detail());
    return made.value_or(geo_query{});
}

TEST(clause_4_10_parse_geo, reads_the_examples_and_what_it_prints) {
    const geo_parameters cases[] = {
        {"near;maxDistance==2000", "Point", "[8,40]", "observationSpace"},
        {"within", "Polygon", "[[[100.0,0.0],[101.0,0.0],[101.0,1.0],[100.0,1.0],[100.0,0.0]]]",
         "location"},
        {"near;minDistance==0.5", "Point", "[8,40]", {}},
        {"intersects", "MultiLineString", "[[[0,0],[1,1]],[[2,2],[3,3]]]", {}},
        {"equals", "MultiPoint", "[[0,0],[1,1]]", {}},
        {"disjoint", "MultiPolygon", "[[[[0,0],[1,0],[1,1],[0,0]]]]", "https://example.org/geo"},
        {"overlaps", "LineString", "[[0,0],[1,1,5]]", {}},
        {"contains", "Point", "[180,-90]", {}},
    };
    for (const auto& given : cases) {
        const auto read = parse_geo(given, parse_scope{core()});
        ASSERT_TRUE(read) << given.georel << read.error().detail();
        const auto again =
            parse_geo(to_parameters(*read), parse_scope{core(), name_form::canonical});
        ASSERT_TRUE(again) << again.error().detail();
        EXPECT_EQ(*again, *read);
    }
    EXPECT_EQ(to_text(geo("near;maxDistance==2000", "Point", "[8,40]")),
              "georel=near;maxDistance==2000&geometry=Point&coordinates=[8,40]"
              "&geoproperty=<https://uri.etsi.org/ngsi-ld/location>");
}

TEST(clause_4_10_parse_geo, refuses_what_is_no_geoquery) {
    const std::pair<geo_parameters, std::string_view> cases[] = {
        {{"", "Point", "[8,40]", {}}, "georel is empty"},
        {{"near", "Point", "[8,40]", {}},
         "georel: expected ;maxDistance== or ;minDistance== at byte 4"},
        {{"near;maxDistance==0", "Point", "[8,40]", {}},
         "georel: the distance must be above zero at byte 18"},
        {{"near;maxDistance==-1", "Point", "[8,40]", {}},
         "georel: the distance must be above zero at byte 18"},
        {{"near;maxDistance==1x", "Point", "[8,40]", {}},
         "georel: expected a number of metres at byte 18"},
        {{"inside", "Point", "[8,40]", {}},
         "georel: expected near, within, contains, intersects, equals, disjoint or overlaps at "
         "byte 0"},
        {{"within", "", "[8,40]", {}}, "geometry: is missing"},
        {{"within", "Point", "", {}}, "coordinates: is missing"},
        {{"within", "GeometryCollection", "[8,40]", {}},
         "coordinates: the geometry is Point, MultiPoint, LineString, MultiLineString, Polygon or "
         "MultiPolygon"},
        {{"within", "Point", "[8]", {}},
         "coordinates: a position is an array of two or three numbers"},
        {{"within", "Point", "[181,0]", {}},
         "coordinates: longitude is -180 to 180, latitude -90 to 90"},
        {{"within", "LineString", "[[8,40]]", {}},
         "coordinates: expected an array of at least 2 positions"},
        {{"within", "Polygon", "[[[0,0],[1,0],[1,1],[0,1]]]", {}},
         "coordinates: a ring ends where it begins"},
        {{"within", "MultiPoint", "[]", {}}, "coordinates: expected an array that is not empty"},
        {{"within", "Point", "[8,40]", "a b"}, "geoproperty: expected a name or a URI at byte 0"},
    };
    for (const auto& [given, detail] : cases)
        EXPECT_EQ(refusal(parse_geo(given, parse_scope{core()})), detail);
}

TEST(clause_5_2_13_parse_geo, takes_coordinates_as_array_or_text) {
    const auto array = parse_json(
        R"({"georel":"near;maxDistance==2000","geometry":"Point","coordinates":[8,40]})");
    const auto text = parse_json(
        R"({"georel":"near;maxDistance==2000","geometry":"Point","coordinates":"[8,40]"})");
    const auto read = parse_geo(*array, parse_scope{core()});
    ASSERT_TRUE(read);
    EXPECT_EQ(parse_geo(*text, parse_scope{core()}).value(), *read);
    EXPECT_EQ(refusal(parse_geo(json::object(), parse_scope{core()})),
              "geoQ.georel: expected a string");
}

/// Places on a grid of degrees:   square = 0..4 x 0..4, turned either way; inner = 1..2 x 1..2.
constexpr std::string_view square =
    "{'type':'Polygon','coordinates':[[[0,0],[4,0],[4,4],[0,4],[0,0]]]}";
constexpr std::string_view clockwise =
    "{'type':'Polygon','coordinates':[[[0,0],[0,4],[4,4],[4,0],[0,0]]]}";
constexpr std::string_view inner =
    "{'type':'Polygon','coordinates':[[[1,1],[2,1],[2,2],[1,2],[1,1]]]}";
constexpr std::string_view beside =
    "{'type':'Polygon','coordinates':[[[2,2],[6,2],[6,6],[2,6],[2,2]]]}";
constexpr std::string_view middle = "{'type':'Point','coordinates':[2,2]}";
constexpr std::string_view corner = "{'type':'Point','coordinates':[0,0]}";
constexpr std::string_view far_off = "{'type':'Point','coordinates':[50,50]}";
constexpr std::string_view across = "{'type':'LineString','coordinates':[[-1,2],[5,2]]}";
constexpr std::string_view along = "{'type':'LineString','coordinates':[[2,2],[9,2]]}";
constexpr std::string_view inside_line = "{'type':'LineString','coordinates':[[1,1],[3,3]]}";
constexpr std::string_view points = "{'type':'MultiPoint','coordinates':[[2,2],[50,50]]}";
constexpr std::string_view points_2 = "{'type':'MultiPoint','coordinates':[[2,2],[3,3]]}";
constexpr std::string_view squares =
    "{'type':'MultiPolygon','coordinates':[[[[0,0],[4,0],[4,4],[0,4],[0,0]]],"
    "[[[10,10],[14,10],[14,14],[10,14],[10,10]]]]}";

bool related(geo_relation relation, std::string_view target, std::string_view reference) {
    const auto read = [](std::string_view text) {
        std::string quoted(text);
        for (auto& c : quoted)
            c = c == '\'' ? '"' : c;
        return *parse_json(quoted);
    };
    geo_query made;
    made.relation = relation;
    made.geometry = read(reference);
    return matches(made, read(target));
}

TEST(clause_4_10_relations, are_those_of_simple_features) {
    using enum geo_relation;
    struct relation_case {
        geo_relation relation;
        std::string_view target;
        std::string_view reference;
        bool expected;
        std::string_view why;
    };
    const relation_case cases[] = {
        {within, middle, square, true, "a point inside"},
        {within, corner, square, false, "the boundary is not inside"},
        {intersects, corner, square, true, "but it meets"},
        {within, inner, square, true, "a polygon inside"},
        {within, inner, clockwise, true, "rings may turn either way"},
        {within, square, square, true, "itself"},
        {within, inside_line, square, true, "a line inside"},
        {within, across, square, false, "a line across"},
        {within, points, square, false, "one point is outside"},
        {within, points_2, square, true, "both inside"},
        {within, middle, squares, true, "in one of several"},
        {contains, square, middle, true, "the other way round"},
        {contains, square, across, false, "not all of it"},
        {contains, across, middle, true, "a point on a line"},
        {contains, points, middle, true, "one of the points"},
        {intersects, across, square, true, "crosses"},
        {intersects, far_off, square, false, "apart"},
        {disjoint, far_off, square, true, "apart"},
        {disjoint, corner, square, false, "touches"},
        {equals, square, clockwise, true, "the same points"},
        {equals, square, inner, false, "others"},
        {equals, middle, middle, true, "points"},
        {overlaps, square, beside, true, "share a part"},
        {overlaps, square, inner, false, "contained"},
        {overlaps, square, across, false, "of other dimension"},
        {overlaps, across, along, true, "lines that share a part"},
        {overlaps, points, points_2, true, "share one point"},
    };
    for (const auto& one : cases)
        EXPECT_EQ(related(one.relation, one.target, one.reference), one.expected)
            << one.target << " " << one.reference << ": " << one.why;
}

TEST(clause_4_10_near, measures_on_the_spheroid) {
    const auto place = with("'location':{'type':'GeoProperty','value':"
                            "{'type':'Point','coordinates':[8.01,40]}}");
    // PostGIS: ST_Distance('POINT(8 40)'::geography, 'POINT(8.01 40)') = 853.94
    EXPECT_TRUE(matches(geo("near;maxDistance==854", "Point", "[8,40]"), place));
    EXPECT_FALSE(matches(geo("near;maxDistance==853", "Point", "[8,40]"), place));
    EXPECT_TRUE(matches(geo("near;minDistance==853", "Point", "[8,40]"), place));
    EXPECT_FALSE(matches(geo("near;minDistance==854", "Point", "[8,40]"), place));
    const std::string around = "[[[7,39],[9,39],[9,41],[7,41],[7,39]]]";
    EXPECT_TRUE(matches(geo("near;maxDistance==1", "Polygon", around), place));
    EXPECT_FALSE(matches(geo("near;maxDistance==100", "Point", "[-171.99,40]"), place));
    EXPECT_FALSE(matches(geo("near;maxDistance==100", "Point", "[8,40]"),
                         with("'speed':{'type':'Property','value':1}")));
}

TEST(clause_4_10_near, crosses_the_antimeridian) {
    const auto place = with("'location':{'type':'GeoProperty','value':"
                            "{'type':'Point','coordinates':[179.999,0]}}");
    EXPECT_TRUE(matches(geo("near;maxDistance==300", "Point", "[-179.999,0]"), place));
}

TEST(clause_4_23_1_spherical_distance, is_haversine) {
    const auto distance =
        spherical_distance(*parse_json(R"({"type":"Point","coordinates":[0,0]})"),
                           *parse_json(R"({"type":"Point","coordinates":[1,0]})"));
    ASSERT_TRUE(distance);
    EXPECT_NEAR(*distance, 6371008.771415059 * 3.14159265358979 / 180, 0.01);
    EXPECT_EQ(spherical_distance(json(), json()), std::nullopt);
}

TEST(clause_5_7_2_instances, any_geometry_instance_suffices) {
    const auto place =
        with("'location':[{'type':'GeoProperty','value':{'type':'Point','coordinates':[50,50]}},"
             "{'type':'GeoProperty','datasetId':'urn:d:1','value':{'type':'Point','coordinates':[8,"
             "40]}}]");
    EXPECT_TRUE(matches(geo("near;maxDistance==10", "Point", "[8,40]"), place));
}

} // namespace
} // namespace meridian::query
