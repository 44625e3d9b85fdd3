#include "operations/gather.hpp"

#include "meridian/base/uri.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace meridian::operations {
namespace {

using federation::match;

constexpr std::size_t page_size = 100; ///< that every broker is likely to grant

/// A Context Source and how it is asked.
struct asked_source {
    match by;
    spoken words;
    std::string path;
    federation::query_parameters parameters;
    bool gives_array = true;
    bool by_post = false; ///< queryBatch (4.20)
    bool has_more = true;
    std::size_t offset = 0;
};

federation::outgoing next_request(const asked_source& one) {
    federation::outgoing made;
    made.source = one.by.source;
    made.method = "GET";
    made.context_url = one.words.url;
    auto parameters = one.parameters;
    // What 4.5.5.3 decides by.
    parameters.emplace_back("options", "sysAttrs");
    if (one.gives_array) {
        parameters.emplace_back("limit", std::to_string(page_size));
        if (one.offset > 0)
            parameters.emplace_back("offset", std::to_string(one.offset));
    }
    if (one.by_post) {
        auto query = federation::to_query(parameters);
        made.method = "POST";
        made.ld_json = one.words.ld_json;
        if (made.ld_json)
            query["@context"] = parse_json(one.words.context->member_text()).value();
        made.body = to_text(query);
    }
    made.target = federation::target_of(one.path, parameters);
    return made;
}

void add_part(gathered& to, ngsild::entity&& found, const match& by) {
    auto& parts = to.parts[found.id];
    if (parts.empty())
        to.order.push_back(found.id);
    parts.emplace_back(std::move(found), by.source->mode == federation::mode::auxiliary);
}

/// The @context of an answer: the one in it, else that of the request.
asio::awaitable<result<jsonld::context_ptr>>
context_of(request_scope& scope, const asked_source& from, const json& content) {
    const auto& first = content.is_array() && !content.empty() ? content.front() : content;
    if (!first.is_object() || !first.contains("@context"))
        co_return from.words.context;
    auto loading = scope.with.contexts.from_json(first["@context"]);
    co_return co_await std::move(loading);
}

/// Takes the Entities of one answer; gives how many there were. Invalid ones are warned of.
asio::awaitable<std::size_t> take_answer(request_scope& scope, const asked_source& from,
                                         const net::response& answer, gathered& to) {
    const auto reject = [&](std::string_view why) {
        add_warning(scope, 111,
                    fmt::format("the Context Source of {} sent no valid NGSI-LD: {}",
                                from.by.source->id, why));
        return std::size_t{0};
    };
    auto content = parse_json(answer.body);
    if (!content)
        co_return reject(content.error().detail());
    if (!content->is_object() && !content->is_array())
        co_return reject("neither an Entity nor an array");
    auto reading = context_of(scope, from, *content);
    const auto context = co_await std::move(reading);
    if (!context)
        co_return reject(context.error().detail());
    if (content->is_object())
        *content = json::array({*content});
    for (const auto& one : *content) {
        auto found = federation::read_entity(one, **context, from.by, moment_now());
        if (!found) {
            reject(found.error().detail());
            continue;
        }
        if (*found)
            add_part(to, std::move(**found), from.by);
    }
    co_return content->size();
}

/// One round of requests to those that may have more.
asio::awaitable<void> ask_once(request_scope& scope, std::vector<asked_source>& sources,
                               const federation::trigger& by, gathered& to) {
    std::vector<federation::outgoing> requests;
    std::vector<asked_source*> sent;
    for (auto& one : sources) {
        if (!one.has_more)
            continue;
        one.has_more = false;
        requests.push_back(next_request(one));
        sent.push_back(&one);
    }
    auto sending = scope.with.forwarder.send_all(std::move(requests), by);
    const auto answers = co_await std::move(sending);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!answers[i] || answers[i]->status != 200) {
            warn_of(scope, *sent[i]->by.source, answers[i]);
            continue;
        }
        const auto known = to.order.size();
        auto taking = take_answer(scope, *sent[i], *answers[i], to);
        const auto count = co_await std::move(taking);
        sent[i]->offset += count;
        // One that does not know `offset` would tell the same for ever.
        const bool is_new = sent[i]->offset == count || to.order.size() > known;
        sent[i]->has_more = sent[i]->gives_array && count >= page_size && is_new;
    }
}

/// The sources with the words for each; one whose @context cannot be had is warned of.
asio::awaitable<std::vector<asked_source>> speak_to(request_scope& scope, std::vector<match> from) {
    std::vector<asked_source> sources;
    for (auto& by : from) {
        auto finding = words_for(scope, *by.source);
        auto words = co_await std::move(finding);
        if (!words) {
            add_warning(scope, 199, words.error().detail());
            continue;
        }
        asked_source made;
        made.by = std::move(by);
        made.words = std::move(*words);
        sources.push_back(std::move(made));
    }
    co_return sources;
}

/// A source is asked by GET if it can be.
void ask_by_query(asked_source& one) {
    one.by_post = !one.by.source->operations.has(federation::operation::query_entity);
    one.path = one.by_post ? "/entityOperations/query" : "/entities";
}

} // namespace

void warn_of(request_scope& scope, const federation::registration& source,
             const result<net::response>& answer) {
    const auto who = "the Context Source of " + source.id;
    if (!answer)
        add_warning(scope, 199, who + " does not answer: " + answer.error().detail());
    else if (answer->status == 508)
        add_warning(scope, 199, who + ": a loop was detected");
    else if (answer->status != 404)
        add_warning(scope, 299, who + " answers " + std::to_string(answer->status));
}

void add_warning(request_scope& scope, int code, std::string_view text) {
    std::string quoted;
    for (const char c : text.substr(0, 300)) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        quoted += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
    scope.distribution.warnings.push_back(
        fmt::format("{} {} \"{}\"", code, federation::alias_of(scope.with.alias, ""), quoted));
}

asio::awaitable<gathered> gather_entity(request_scope& scope, std::vector<match> from,
                                        std::string id, expected_types types,
                                        std::vector<std::string> attributes,
                                        std::vector<std::string> dataset_ids,
                                        const federation::trigger& by) {
    using enum federation::operation;
    auto speaking = speak_to(scope, std::move(from));
    auto sources = co_await std::move(speaking);
    query::entity_selection selection;
    selection.ids.push_back(id);
    selection.types = std::move(types);
    selection.attributes = std::move(attributes);
    for (auto& one : sources) {
        one.gives_array = !one.by.source->operations.has(retrieve_entity);
        one.parameters = federation::narrowed(selection, dataset_ids, one.by, *one.words.context,
                                              federation::filters::kept);
        if (one.gives_array) {
            ask_by_query(one);
            continue;
        }
        one.path = "/entities/" + encode_path_segment(id);
        std::erase_if(one.parameters, [&](const auto& parameter) {
            return parameter.first == "id" || (parameter.first == "type" && !selection.types);
        });
    }
    gathered found;
    auto asking = ask_once(scope, sources, by, found);
    co_await std::move(asking);
    co_return found;
}

asio::awaitable<result<gathered>> gather_entities(request_scope& scope, std::vector<match> from,
                                                  const query::entity_selection& selection,
                                                  std::vector<std::string> dataset_ids,
                                                  federation::filters how,
                                                  const federation::trigger& by) {
    auto speaking = speak_to(scope, std::move(from));
    auto sources = co_await std::move(speaking);
    for (auto& one : sources) {
        ask_by_query(one);
        one.parameters =
            federation::narrowed(selection, dataset_ids, one.by, *one.words.context, how);
    }
    gathered found;
    while (std::ranges::any_of(sources, &asked_source::has_more)) {
        auto asking = ask_once(scope, sources, by, found);
        co_await std::move(asking);
        for (const auto& one : sources)
            if (one.has_more && one.offset >= most_gathered)
                co_return problem{problem_kind::too_many_results,
                                  "the Context Source of '" + one.by.source->id +
                                      "' has more than " + std::to_string(most_gathered) +
                                      " such Entities: narrow the query"};
    }
    co_return found;
}

} // namespace meridian::operations
