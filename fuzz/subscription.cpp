// JSON payload of a Subscription → what is stored → what is matched and what is shown: what is
// accepted can be compiled and shown, and what is shown says the same when it is sent again. An
// array is a Subscription and fragments that update it.

#include "fuzz.hpp"
#include "subscription/body.hpp"
#include "subscription/definition.hpp"

#include "meridian/subscription/service.hpp"

#include <optional>
#include <string>

using namespace meridian;
using subscription::payload_kind;

namespace {

const timestamp now{std::chrono::seconds{1'700'000'000}};

store::subscription_row row_of(const json& body) {
    store::subscription_row row;
    row.id = 1;
    row.uri = "urn:s:1";
    row.body = to_text(body);
    row.context = to_text(json(jsonld::core_context_url));
    row.is_active = body.value("isActive", true);
    row.created_at = row.modified_at = now;
    return row;
}

/// A body without what is shown by default, without the words that it was sent in, and without the
/// order of its members.
nlohmann::json essence(json body) {
    for (const auto* member : {"qSent", "jsonldContext", "notificationTrigger", "isActive"})
        body.erase(member);
    return nlohmann::json(body);
}

void check(const json& body) {
    const auto row = row_of(body);
    const auto made = subscription::compile(1, row);
    fuzz::expect(made.has_value(),
                 (made ? "" : made.error().detail()) + " what is accepted compiles: " + row.body);
    if ((*made)->interval.count() > 0)
        fuzz::expect(subscription::next_run(**made, now) > now, "the next run lies ahead");
    std::string text;
    const auto shown =
        subscription::append_subscription(text, row, {*jsonld::core_context(), now, true, true});
    fuzz::expect(shown.has_value(),
                 (shown ? "" : shown.error().detail()) + " what is accepted is shown: " + row.body);
    const auto payload = parse_json(text);
    fuzz::expect(payload.has_value(), "what is shown is JSON: " + text);
    const auto again =
        subscription::to_body(*payload, *jsonld::core_context(), payload_kind::whole, now);
    fuzz::expect(again.has_value(),
                 (again ? "" : again.error().detail()) + " what is shown is accepted: " + text);
    fuzz::expect(essence(*again) == essence(body) && subscription::check_whole(*again, true),
                 "what is shown says the same: " + row.body + text);
}

/// Gives the body where it is accepted.
std::optional<json> created(const json& payload) {
    auto body = subscription::to_body(payload, *jsonld::core_context(), payload_kind::whole, now);
    if (!body || !subscription::check_whole(*body, true))
        return std::nullopt;
    check(*body);
    return std::move(*body);
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto payload = parse_json(fuzz::text_of(data, size));
    if (!payload)
        return 0;
    const bool is_list = payload->is_array() && !payload->empty();
    auto body = created(is_list ? payload->front() : *payload);
    for (std::size_t index = 1; body && is_list && index < payload->size(); ++index) {
        const auto fragment = subscription::to_body((*payload)[index], *jsonld::core_context(),
                                                    payload_kind::fragment, now);
        if (!fragment)
            continue;
        auto changed = subscription::merged(*body, *fragment);
        if (!subscription::check_whole(changed, true))
            continue;
        check(changed);
        body = std::move(changed);
    }
    return 0;
}
