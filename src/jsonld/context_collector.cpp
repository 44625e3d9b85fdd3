#include "jsonld/context_collector.hpp"

#include "jsonld/core_document.hpp"
#include "jsonld/url.hpp"

#include <algorithm>

namespace meridian::jsonld {
namespace {

problem bad_request(std::string detail) {
    return problem(problem_kind::bad_request_data, std::move(detail));
}

problem not_available(std::string detail) {
    return problem(problem_kind::ld_context_not_available, std::move(detail));
}

std::string name_of(const std::string& base) {
    return base.empty() ? "@context" : "@context " + base;
}

} // namespace

result<void> context_collector::walk(const json& local) {
    return walk(local, {});
}

result<void> context_collector::walk(const json& local, const std::string& base) {
    if (!local.is_array())
        return walk_element(local, base);
    for (const auto& element : local)
        MERIDIAN_CHECK(walk_element(element, base));
    return {};
}

result<void> context_collector::walk_element(const json& element, const std::string& base) {
    ends_in_core_ = false;
    if (element.is_null()) {
        parts_.push_back({nullptr, name_of(base)});
        return {};
    }
    if (element.is_string())
        return walk_url(element.get_ref<const std::string&>(), base);
    if (element.is_object())
        return walk_object(element, base);
    return bad_request(name_of(base) + ": must be a URL, an object, null or an array of these");
}

// JSON-LD 1.1, 4.1.2 step 5.6: an imported object comes first, the importing one overrides it.
result<void> context_collector::walk_object(const json& object, const std::string& base) {
    auto import = object.find("@import");
    if (import == object.end()) {
        parts_.push_back({&object, name_of(base)});
        return {};
    }
    if (!import->is_string())
        return bad_request(name_of(base) + ", @import: must be a URL");
    auto url = resolve_url(base, import->get_ref<const std::string&>());
    json merged = json::object();
    if (!is_core_url(url)) {
        MERIDIAN_CHECK(check_url(url, base));
        MERIDIAN_TRY(const json* found, open(url));
        if (found == nullptr)
            return {};
        if (!found->is_object() || found->contains("@import"))
            return bad_request("@import of " + url +
                               ": its @context must be an object without @import");
        merged = *found;
    }
    merged.update(object);
    merged.erase("@import");
    imported_.push_back(std::move(merged));
    parts_.push_back({&imported_.back(), name_of(base)});
    return {};
}

result<void> context_collector::check_url(const std::string& url, const std::string& base) {
    if (!is_http_url(url))
        return not_available(name_of(base) + ": " + url + " is not an absolute http or https URL");
    if (std::find(open_.begin(), open_.end(), url) != open_.end())
        return bad_request("@context " + url + ": imports itself");
    if (open_.size() >= limits_.depth)
        return bad_request("@context " + url + ": imported more than " +
                           std::to_string(limits_.depth) + " documents deep");
    // Repeated documents count each time, or few of them could stand for very many parts.
    if (++documents_ > limits_.documents)
        return bad_request("@context: more than " + std::to_string(limits_.documents) +
                           " documents");
    return {};
}

result<const json*> context_collector::open(const std::string& url) {
    const json* document = source_ ? source_(url) : nullptr;
    if (document == nullptr) {
        if (std::find(missing_.begin(), missing_.end(), url) == missing_.end())
            missing_.push_back(url);
        return nullptr;
    }
    if (!document->is_object())
        return not_available("@context " + url + ": the document is not a JSON object");
    auto member = document->find("@context");
    if (member == document->end())
        return not_available("@context " + url + ": the document has no member @context");
    return &*member;
}

result<void> context_collector::walk_url(const std::string& reference, const std::string& base) {
    auto url = resolve_url(base, reference);
    ends_in_core_ = is_core_url(url);
    if (ends_in_core_)
        return {};
    MERIDIAN_CHECK(check_url(url, base));
    MERIDIAN_TRY(const json* found, open(url));
    if (found == nullptr)
        return {};
    open_.push_back(url);
    MERIDIAN_CHECK(walk(*found, url));
    open_.pop_back();
    return {};
}

} // namespace meridian::jsonld
