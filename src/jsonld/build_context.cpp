#include "jsonld/context_builder.hpp"
#include "jsonld/context_collector.hpp"
#include "jsonld/core_document.hpp"

#include <stdexcept>

namespace meridian::jsonld {
namespace {

/// What the user's @context says itself: its elements but for core contexts, empty objects and
/// what a `null` behind them makes void.
std::vector<const json*> own_elements(const json& local) {
    std::vector<const json*> own;
    auto take = [&own](const json& element) {
        if (element.is_null())
            own.clear();
        else if (element.is_string() ? !is_core_url(element.get_ref<const std::string&>())
                                     : !element.empty())
            own.push_back(&element);
    };
    if (local.is_array())
        for (const auto& element : local)
            take(element);
    else
        take(local);
    return own;
}

/// 4.4: the core @context comes last, so that JSON-LD processors read answers as we do. A user's
/// URL whose document ends in the core says that already.
enum class core_within : bool { no, yes };
std::string render_member(const std::vector<const json*>& own, core_within last) {
    std::string text;
    if (last == core_within::yes && own.size() == 1)
        return to_text(*own.front());
    if (!own.empty())
        text += '[';
    for (const auto* element : own)
        text.append(to_text(*element)).append(",");
    append_json_string(text, core_context_url);
    if (!own.empty())
        text += ']';
    return text;
}

std::string link_of(const std::vector<const json*>& own) {
    if (own.empty())
        return std::string(core_context_url);
    if (own.size() == 1 && own.front()->is_string())
        return own.front()->get<std::string>();
    return {};
}

context_ptr build_core() {
    context_builder builder(nullptr, {});
    // Our own file, which tests read too: only a broken build gets here.
    if (auto added = builder.add(core_definitions(), core_context_url); !added)
        throw std::logic_error(added.error().detail());
    return builder.finish("core-", render_member({}, core_within::no),
                          std::string(core_context_url));
}

} // namespace

const context_ptr& core_context() {
    static const context_ptr core = build_core();
    return core;
}

result<build_outcome> build_context(const json& local, const context_source& source,
                                    const context_limits& limits) {
    context_collector collector(source, limits);
    MERIDIAN_CHECK(collector.walk(local));
    build_outcome outcome;
    outcome.missing = collector.take_missing();
    if (!outcome.missing.empty())
        return outcome;
    // CHOICE: the core also stands before the user's @context, so that definitions may use its
    // terms and prefixes (`ngsi-ld:`, `DateTime`) even where the user did not put it first.
    context_builder builder(core_context().get(), limits);
    for (const auto& part : collector.parts()) {
        if (part.object == nullptr) {
            MERIDIAN_CHECK(builder.forget());
        } else {
            MERIDIAN_CHECK(builder.add(*part.object, part.where));
        }
    }
    auto own = own_elements(local);
    const bool names_core_itself = local.is_array() && local.size() != own.size();
    const auto last =
        collector.ends_in_core() && !names_core_itself ? core_within::yes : core_within::no;
    outcome.built = own.empty() ? core_context()
                                : builder.finish("user-", render_member(own, last), link_of(own));
    return outcome;
}

} // namespace meridian::jsonld
