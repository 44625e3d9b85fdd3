#include "app/csv_columns.hpp"

#include <gtest/gtest.h>

namespace meridian::app {
namespace {

using cells = std::vector<std::string>;

/// The row as JSON text, "nothing", or what is wrong.
std::string read(std::string_view option, const cells& header, const cells& row) {
    const auto columns = csv_columns::bind(option, header);
    if (!columns)
        return columns.error().detail();
    const auto made = columns->read(row);
    if (!made)
        return made.error().detail();
    return *made ? to_text(**made) : "nothing";
}

const cells of_station{"station", "date", "hour", "PM10", "NO2", "note: all"};
const std::string station_columns =
    "id=urn:x:{station}, type=AirQualityObserved,observedAt={date}T{hour}:00:00Z,"
    "pm10=PM10:GQ,no2=NO2,\"remark=note: all\"";

TEST(csv_columns, a_row_has_an_instance_of_each_attribute_whose_cell_is_not_empty) {
    EXPECT_EQ(
        read(station_columns, of_station, {"ES1", "2025-01-01", "07", "12.5", "", "so so"}),
        R"({"id":"urn:x:ES1","type":"AirQualityObserved","pm10":[{"observedAt":)"
        R"("2025-01-01T07:00:00Z","value":12.5,"type":"Property","unitCode":"GQ"}],"remark":[{"observedAt":)"
        R"("2025-01-01T07:00:00Z","value":"so so","type":"Property"}]})");
    EXPECT_EQ(read(station_columns, of_station, {"ES1", "2025-01-01", "07", "", "", ""}),
              "nothing");
    EXPECT_EQ(read("id=a,type=b,p=c", {"a", "b", "c"}, {"urn:x:1", R"(["A","B"])", "007"}),
              R"({"id":"urn:x:1","type":["A","B"],"p":[{"value":"007","type":"Property"}]})");
    const std::string point = R"({"type":"Point","coordinates":[1,2]})";
    EXPECT_EQ(read("id=a,type=b,p=c", {"a", "b", "c"}, {"urn:x:1", "T", point}),
              R"({"id":"urn:x:1","type":"T","p":[{"value":)" + point + "}]}");
}

TEST(csv_columns, a_row_of_an_export_is_an_instance) {
    const cells header{"entityId",  "type",       "attribute",  "attributeType",
                       "datasetId", "instanceId", "observedAt", "value",
                       "unitCode",  "members",    "deletedAt"};
    EXPECT_EQ(read("", header,
                   {"urn:x:1", "T", "r", "Relationship", "urn:x:d", "id", "2025-01-01T00:00:00Z",
                    "urn:x:2", "", R"({"objectType":"U"})", ""}),
              R"({"id":"urn:x:1","type":"T","r":[{"observedAt":"2025-01-01T00:00:00Z","datasetId":)"
              R"("urn:x:d","type":"Relationship","object":"urn:x:2","objectType":"U"}]})");
    EXPECT_EQ(read("", header, {"urn:x:1", "T", "scope", "", "", "", "", "/a", "", "", ""}),
              R"({"id":"urn:x:1","type":"T","scope":[{"value":"/a"}]})");
    EXPECT_EQ(read("", header, {"urn:x:1", "T", "a", "Property", "", "", "", "", "", "", "then"}),
              "nothing");
    // Its columns may have other names.
    EXPECT_EQ(read("id=s,type=T,attribute=what,value=v,unitCode=u", {"s", "what", "v", "u"},
                   {"urn:x:1", "a", "\"1\"", "CEL"}),
              R"({"id":"urn:x:1","type":"T","a":[{"unitCode":"CEL","value":"1"}]})");
}

TEST(csv_columns, what_is_wrong_is_said) {
    struct wrong {
        std::string option;
        cells row;
        std::string detail;
    };
    const cells header{"a", "b", "c"};
    const wrong cases[] = {
        {"", {}, "which column has the id of the Entity? Name it by --columns, as in 'id=COLUMN'"},
        {"id=a",
         {},
         "which column has the type of the Entity? Name it by --columns, as in "
         "'type=COLUMN'"},
        {"id=a,type=T",
         {},
         "no column is an Attribute: name some by --columns, as in "
         "'PM10=COLUMN'"},
        {"id=a,type=T,x", {}, "--columns: 'x' is not TARGET=SOURCE"},
        {"id=a,id=b", {}, "--columns: id is named twice"},
        {"id={d}", {}, "--columns: the header has no column 'd'"},
        {"id={a", {}, "--columns: the header has no column 'a'"},
        {"p=d:GQ", {}, "--columns: the header has no column 'd:GQ', of which p would be made"},
        {"id=a,type=T,value=b", {}, "--columns: attribute and value belong together"},
        {"id=a,type=T,attribute=b,value=c,p=b",
         {},
         "--columns: a row is either an instance "
         "(attribute, value) or has one of each of several Attributes, such as p"},
        {"\"id", {}, "--columns must be one list of TARGET=SOURCE, separated by commas"},
        {"id=a,type=T,p=b", {"1"}, "the row has 1 cells, the header 3"},
        {"id=a,type=T,p=b", {"", "", ""}, "the row has no id"},
        {"id=a,type=b,p=c", {"1", "", ""}, "the row has no type"},
        {"id=a,type=T,attribute=b,value=c", {"1", "", "2"}, "the row has no attribute"},
        {"id=a,type=T,attribute=b,value=c", {"1", "p", ""}, "the row has no value"},
        {"id=a,type=T,attribute=b,value=c", {"1", "id", "2"}, "'id' is no name of an Attribute"},
        {"id=a,type=T,attribute=b,value=c,attributeType=b",
         {"1", "p", "2"},
         "there is no attributeType 'p'"},
        {"id=a,type=T,attribute=b,value=c,members=b",
         {"1", "p", "2"},
         "members is not a JSON object"},
    };
    for (const auto& one : cases)
        EXPECT_EQ(read(one.option, header, one.row), one.detail) << one.option;
}

} // namespace
} // namespace meridian::app
