#include "app/indexed_attributes.hpp"

#include <gtest/gtest.h>

namespace meridian::app {

TEST(app_indexed_attributes, are_types_and_attributes_by_core_names_or_iris) {
    const std::string core = "https://uri.etsi.org/ngsi-ld/default-context/";
    const auto read = read_indexed_attributes(
        {"Vehicle/speed", "https://example.org/Vehicle/https://example.org/speed",
         "https://example.org/Vehicle/speed", "urn:x:T/urn:x:a"});
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, (std::vector<store::wanted_index>{
                         {core + "Vehicle", core + "speed"},
                         {"https://example.org/Vehicle", "https://example.org/speed"},
                         {"https://example.org/Vehicle", core + "speed"},
                         {"urn:x:T", "urn:x:a"}}));
    for (const char* bad : {"Vehicle", "/speed", "Vehicle/", ""})
        EXPECT_FALSE(read_indexed_attributes({bad})) << bad;
}

} // namespace meridian::app
