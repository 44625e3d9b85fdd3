#include "meridian/operations/stored_contexts.hpp"

#include "meridian/base/uri.hpp"

#include <algorithm>
#include <utility>

namespace meridian::operations {
namespace {

problem no_such_context(const std::string& key) {
    return problem{problem_kind::resource_not_found, "there is no @context '" + key + "'"};
}

bool is_built_in(const std::string& key) {
    return !jsonld::built_in_document(key).empty();
}

/// CHOICE: 5.13 does not say what the core @contexts are to these operations. They are built in, so
/// that they are not listed and cannot be deleted; else they are as cached ones.
store::stored_context built_in(const std::string& url) {
    store::stored_context made;
    made.url = made.local_id = url;
    made.created_at = timestamp{};
    return made;
}

void add_uses(store::stored_context& to, context_cache& cache) {
    const auto usage = cache.usage_of(to.url);
    to.uses += usage->count;
    const timestamp last{std::chrono::microseconds{usage->last_micros.load()}};
    if (last > to.last_used.value_or(timestamp{}))
        to.last_used = last;
}

/// Whether the entry is there for the request's Tenant.
bool is_visible(const store::stored_context& found, const request_scope& scope, context_view seen) {
    return !found.tenant || *found.tenant == scope.tenant ||
           (seen == context_view::content && scope.with.tenants.known("") == scope.tenant);
}

asio::awaitable<result<store::stored_context>> find_visible(request_scope& scope, std::string key,
                                                            context_view seen) {
    auto search = scope.with.contexts.stored().find(key);
    MERIDIAN_CO_TRY(auto found, co_await std::move(search));
    if (!found || !is_visible(*found, scope, seen))
        co_return no_such_context(key);
    co_return std::move(*found);
}

} // namespace

asio::awaitable<result<std::string>> add_context(request_scope& scope, json document) {
    const auto local = document.find("@context");
    if (local == document.end())
        co_return problem{problem_kind::invalid_request,
                          "the payload must be an object with a member @context (5.13.2.3)"};
    // 5.13.2.4: validation by 5.5.4, as far as it needs no other document.
    const auto none = [](std::string_view) -> const json* { return nullptr; };
    auto built =
        jsonld::build_context(*local, none, scope.with.contexts.cache().limits().processing);
    if (!built)
        co_return problem{problem_kind::bad_request_data, built.error().detail()}.at("/@context");
    json kept = {{"@context", std::move(*local)}};
    auto hosting = scope.with.contexts.stored().host(scope.tenant, to_text(kept));
    co_return co_await std::move(hosting);
}

asio::awaitable<result<std::vector<store::stored_context>>>
list_contexts(request_scope& scope, std::optional<store::context_kind> kind) {
    auto listing = scope.with.contexts.stored().list(scope.tenant, kind);
    MERIDIAN_CO_TRY(auto all, co_await std::move(listing));
    for (auto& one : all)
        add_uses(one, scope.with.contexts.cache());
    co_return all;
}

asio::awaitable<result<store::stored_context>> find_context(request_scope& scope, std::string key,
                                                            context_view seen) {
    if (is_built_in(key))
        co_return built_in(key);
    auto search = find_visible(scope, std::move(key), seen);
    MERIDIAN_CO_TRY(auto found, co_await std::move(search));
    auto& cache = scope.with.contexts.cache();
    add_uses(found, cache);
    cache.usage_of(found.url)->add(); // it was found in the storage (5.13.3.5)
    co_return found;
}

asio::awaitable<result<void>> delete_context(request_scope& scope, std::string key) {
    if (is_built_in(key))
        co_return problem{problem_kind::bad_request_data,
                          "the core @context is built in and cannot be deleted"};
    auto search = find_visible(scope, key, context_view::details);
    MERIDIAN_CO_TRY(const auto found, co_await std::move(search));
    auto removing = scope.with.contexts.stored().remove(found.url);
    MERIDIAN_CO_TRY(const bool was_there, co_await std::move(removing));
    if (!was_there)
        co_return no_such_context(key);
    auto& cache = scope.with.contexts.cache();
    cache.usage_of(found.url)->count = 0; // not of one that may come after it
    cache.forget_all();
    co_return result<void>{};
}

asio::awaitable<result<void>> reload_context(request_scope& scope, std::string key) {
    if (is_built_in(key))
        co_return result<void>{}; // what is built in is as it was published
    auto search = find_visible(scope, std::move(key), context_view::details);
    MERIDIAN_CO_TRY(const auto found, co_await std::move(search));
    if (found.kind != store::context_kind::cached)
        co_return problem{problem_kind::bad_request_data,
                          "only @contexts of kind Cached can be reloaded (5.13.5.4)"};
    co_return co_await scope.with.contexts.reload(found.url);
}

asio::awaitable<result<std::string>> url_of(request_scope& scope, jsonld::context_ptr context,
                                            std::string own_url) {
    if (!context->link_url().empty())
        co_return context->link_url();
    auto& contexts = scope.with.contexts;
    auto id = contexts.cache().implicit_id(scope.tenant, context->member_text());
    if (id.empty()) {
        auto creating = contexts.stored().create_implicitly(
            scope.tenant, R"({"@context":)" + context->member_text() + "}");
        MERIDIAN_CO_TRY(id, co_await std::move(creating));
        contexts.cache().keep_implicit_id(scope.tenant, context->member_text(), id);
    }
    co_return own_url += std::string{served_contexts_path} + encode_path_segment(id);
}

asio::awaitable<result<jsonld::context_ptr>>
with_url(request_scope& scope, jsonld::context_ptr context, std::string own_url) {
    if (!context->link_url().empty())
        co_return context;
    auto naming = url_of(scope, std::move(context), std::move(own_url));
    MERIDIAN_CO_TRY(auto url, co_await std::move(naming));
    co_return co_await scope.with.contexts.from_url(std::move(url));
}

} // namespace meridian::operations
