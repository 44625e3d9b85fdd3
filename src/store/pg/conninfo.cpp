#include "store/pg/conninfo.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <memory>

namespace meridian::store::pg {
namespace {

struct free_options {
    void operator()(PQconninfoOption* owned) const noexcept { PQconninfoFree(owned); }
};

std::string quote(const std::string& value) {
    std::string quoted = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\')
            quoted.push_back('\\');
        quoted.push_back(c);
    }
    quoted.push_back('\'');
    return quoted;
}

} // namespace

meridian::result<std::vector<std::pair<std::string, std::string>>>
expand_conninfo(const std::string& conninfo, const std::string& session_options,
                const std::string& application_name) {
    char* error = nullptr;
    const std::unique_ptr<PQconninfoOption, free_options> parsed(
        PQconninfoParse(conninfo.c_str(), &error));
    if (!parsed) {
        const std::string why = error != nullptr ? error : "out of memory";
        PQfreemem(error);
        return problem(problem_kind::bad_request_data,
                       "the database's connection string is not one: " + why);
    }
    std::vector<std::pair<std::string, std::string>> keywords{
        {"fallback_application_name", application_name},
        {"tcp_user_timeout", "30000"},
        {"client_encoding", "UTF8"},
    };
    std::string options = session_options;
    for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
        if (option->val == nullptr)
            continue;
        if (std::string_view(option->keyword) == "options")
            options += fmt::format(" {}", option->val);
        else
            keywords.emplace_back(option->keyword, option->val);
    }
    keywords.emplace_back("options", std::move(options));
    return keywords;
}

meridian::result<std::string> to_key_values(const std::string& conninfo,
                                            const std::string& session_options,
                                            const std::string& application_name) {
    MERIDIAN_TRY(const auto keywords, expand_conninfo(conninfo, session_options, application_name));
    std::string text;
    for (const auto& [name, value] : keywords)
        text += fmt::format("{}={} ", name, quote(value));
    return text;
}

} // namespace meridian::store::pg
