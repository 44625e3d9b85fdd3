#include "meridian/operations/distributed_discovery.hpp"

#include "meridian/base/uri.hpp"
#include "meridian/federation/discovery.hpp"
#include "meridian/ngsild/compact_name.hpp"
#include "operations/gather.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace meridian::operations {
namespace {

using federation::match;

/// The Registrations to go by, one for each Context Source.
std::vector<match> sources_for(request_scope& scope, const discovery_question& question,
                               const federation::trigger& from) {
    federation::asked wanted;
    if (!question.name.empty() && question.about_types)
        wanted.types.emplace().any_of.push_back({question.name});
    else if (!question.name.empty())
        wanted.attributes.push_back(question.name);
    auto found = matching(scope, wanted, from);
    std::set<std::pair<std::string, std::string>> known;
    std::erase_if(found, [&](const match& one) {
        return !one.source->operations.has(question.operation) ||
               !known.emplace(one.source->endpoint, one.source->tenant).second;
    });
    if (!found.empty() && from.has_passed(from.own_alias)) {
        add_warning(scope, 199, "a registration loop has been detected");
        found.clear();
    }
    return found;
}

federation::outgoing request_for(const match& source, const discovery_question& question,
                                 const spoken& words) {
    federation::outgoing made;
    made.source = source.source;
    made.method = "GET";
    made.context_url = words.url;
    std::string path = question.about_types ? "/types" : "/attributes";
    if (!question.name.empty())
        path += "/" + encode_path_segment(ngsild::compact_name(question.name, *words.context));
    federation::query_parameters parameters;
    if (question.details)
        parameters.emplace_back("details", "true");
    if (source.source->local_only)
        parameters.emplace_back("local", "true");
    made.target = federation::target_of(std::move(path), parameters);
    return made;
}

/// An answer in IRIs; nothing, and a warning, where it is none.
asio::awaitable<std::optional<json>> read_answer(request_scope& scope,
                                                 const federation::registration& source,
                                                 const net::response& answer,
                                                 jsonld::context_ptr context) {
    auto content = parse_json(answer.body);
    std::string fault = content ? "neither an object nor an array" : content.error().detail();
    if (content && content->is_structured()) {
        const auto& first = content->is_array() && !content->empty() ? content->front() : *content;
        if (first.is_object() && first.contains("@context")) {
            auto loading = scope.with.contexts.from_json(first["@context"]);
            auto loaded = co_await std::move(loading);
            context = loaded ? std::move(*loaded) : nullptr;
            fault = loaded ? "" : loaded.error().detail();
        }
        if (context) {
            federation::expand_discovered(*content, *context);
            co_return std::move(*content);
        }
    }
    add_warning(
        scope, 111,
        fmt::format("the Context Source of {} sent no valid NGSI-LD: {}", source.id, fault));
    co_return std::nullopt;
}

} // namespace

asio::awaitable<result<std::vector<json>>> discovered_elsewhere(request_scope& scope,
                                                                discovery_question question) {
    std::vector<json> told;
    if (!may_distribute(scope))
        co_return told;
    const auto from = trigger_of(scope);
    std::vector<federation::outgoing> requests;
    std::vector<federation::registration_ptr> asked;
    std::vector<jsonld::context_ptr> contexts;
    const auto sources = sources_for(scope, question, from);
    MERIDIAN_CO_CHECK(scope.with.forwarder.check_number(sources.size()));
    for (const auto& source : sources) {
        auto finding = words_for(scope, *source.source);
        const auto words = co_await std::move(finding);
        if (!words) {
            add_warning(scope, 199, words.error().detail());
            continue;
        }
        requests.push_back(request_for(source, question, *words));
        asked.push_back(source.source);
        contexts.push_back(words->context);
    }
    auto sending = scope.with.forwarder.send_all(std::move(requests), from);
    const auto answers = co_await std::move(sending);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!answers[i] || answers[i]->status != 200) {
            warn_of(scope, *asked[i], answers[i]);
            continue;
        }
        auto reading = read_answer(scope, *asked[i], *answers[i], contexts[i]);
        auto content = co_await std::move(reading);
        if (content)
            told.push_back(std::move(*content));
    }
    co_return told;
}

} // namespace meridian::operations
