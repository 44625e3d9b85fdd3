#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <re2/re2.h>
#include <set>
#include <sstream>
#include <string>

namespace meridian::test {
namespace {

/// Statements that serve all tenants at once: maintenance.
const std::set<std::string> for_all_tenants = {"expiry_due", "expiry_next", "discovery_fold"};

/// Delivery takes what is owed over whatever the tenant, and then names the rows that it took.
bool is_delivery(const std::string& name) {
    return name.starts_with("outbox_");
}

std::string read(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

} // namespace

TEST(store_statements, each_names_the_tenant_or_an_eid) {
    const RE2 definition(R"re((?s)pg::statement \w+\{"(\w+)",\s*(?:R"sql\()?(.*?)\};)re");
    const RE2 tenant_table(
        R"(\b(entity|entity_type|search|entity_scope|geo|history|history_type|history_attr|entity_past|attribute_use|attr_num|attr_txt|expiry|outbox)\b)");
    const RE2 names_key(R"(tenant_id|\beid\b)");
    int seen = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(
             std::filesystem::path(MERIDIAN_SOURCE_DIR) / "src" / "store")) {
        if (file.path().extension() != ".cpp")
            continue;
        const std::string text = read(file.path());
        re2::StringPiece rest(text);
        std::string name;
        std::string sql;
        while (RE2::FindAndConsume(&rest, definition, &name, &sql)) {
            if (!RE2::PartialMatch(sql, tenant_table) || for_all_tenants.contains(name) ||
                is_delivery(name))
                continue;
            ++seen;
            const bool only_numbers = name == "draw_entity_ids";
            EXPECT_TRUE(only_numbers || RE2::PartialMatch(sql, names_key))
                << file.path() << ": " << name;
        }
    }
    EXPECT_GE(seen, 20);
}

} // namespace meridian::test
