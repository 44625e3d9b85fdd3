#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>

namespace meridian::test {

/// A connection string of libpq as the URL that --db wants.
inline std::string url_of(const std::string& conninfo) {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(conninfo.c_str(), nullptr), &PQconninfoFree);
    std::string url = "postgresql://?";
    for (const auto* one = options.get(); one != nullptr && one->keyword != nullptr; ++one)
        if (one->val != nullptr)
            url.append(url.ends_with('?') ? "" : "&")
                .append(one->keyword)
                .append("=")
                .append(one->val);
    return url;
}

} // namespace meridian::test
