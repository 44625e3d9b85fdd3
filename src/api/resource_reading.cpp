#include "api/resource_reading.hpp"

#include "api/representation_parameters.hpp"
#include "meridian/base/uri.hpp"

#include <fmt/format.h>
#include <utility>

namespace meridian::api {

result<std::string> resource_id(const call& request, std::string_view what) {
    const auto& id = request.path[0];
    if (!is_uri(id))
        return problem{problem_kind::bad_request_data,
                       fmt::format("the {}'s id '{}' is not a valid URI", what, id)};
    return id;
}

asio::awaitable<result<resource_reading>> read_resource_call(call& request) {
    MERIDIAN_CO_TRY(const auto type,
                    negotiate(request.request.header("Accept"), geo_json_answers::no));
    MERIDIAN_CO_TRY(const auto options, read_options(request, {"sysAttrs"}));
    MERIDIAN_CO_TRY(auto context, co_await context_of_link(request));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, context));
    resource_reading made{type, std::move(context), std::move(scope),
                          has_option(options, "sysAttrs")};
    co_return made;
}

} // namespace meridian::api
