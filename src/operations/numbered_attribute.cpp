#include "operations/numbered_attribute.hpp"

namespace meridian::operations {

asio::awaitable<result<std::optional<ngsild::name_id>>> number_of(request_scope& scope,
                                                                  std::string iri) {
    std::vector<std::string> names{iri};
    auto asking = scope.with.dictionary.look_up(std::move(names));
    MERIDIAN_CO_CHECK(co_await std::move(asking));
    const auto number = scope.with.dictionary.find(iri);
    co_return number == 0 ? std::nullopt : std::optional(number);
}

problem attribute_not_found(const std::string& id, const std::string& attribute) {
    return problem{problem_kind::resource_not_found,
                   "the Temporal Evolution of '" + id + "' has no Attribute '" + attribute + "'"};
}

asio::awaitable<result<numbered_attribute>> numbered(request_scope& scope, std::string id,
                                                     attribute_selector which) {
    numbered_attribute made;
    if (which.name != ngsild::scope_iri) {
        auto looking = number_of(scope, which.name);
        MERIDIAN_CO_TRY(const auto number, co_await std::move(looking));
        if (!number)
            co_return attribute_not_found(id, which.name);
        made.attribute = *number;
    }
    if (which.all == ngsild::delete_all::no)
        made.dataset = 0;
    if (made.dataset && !which.dataset_id.empty()) {
        auto looking = number_of(scope, which.dataset_id);
        MERIDIAN_CO_TRY(const auto number, co_await std::move(looking));
        if (!number)
            co_return attribute_not_found(id, which.name);
        made.dataset = *number;
    }
    co_return made;
}

} // namespace meridian::operations
