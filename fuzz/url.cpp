// A URL of http or MQTT, and on a second line a reference from there, which is taken for a header's
// name and value too: what is read can be written and read again, and no text of a user's leaves
// its place in a head that is sent.

#include "fuzz.hpp"
#include "net/http_wire.hpp"

#include "meridian/net/url.hpp"

#include <algorithm>
#include <string>

using namespace meridian;

namespace {

bool is_visible(std::string_view text) {
    return std::ranges::all_of(text, [](char one) { return one > 0x20 && one < 0x7f; });
}

std::string text_of(const net::url& from) {
    return (from.tls ? "https://" : "http://") + from.authority() + from.target;
}

void check_url(const net::url& read) {
    fuzz::expect(is_visible(read.authority()) && is_visible(read.target), "a URL is visible ASCII");
    fuzz::expect(read.target.starts_with('/'), "a target begins with a slash");
    const auto again = net::parse_url(text_of(read));
    fuzz::expect(again.has_value() && *again == read, "parse(text_of(url)) == url");
}

/// A head has one line for each header, whatever a name or a value holds.
void check_head(const net::url& target, const std::string& name, const std::string& value) {
    net::request call("POST", "");
    call.headers.emplace_back(name, value);
    const auto head = net::render_head(call, target);
    if (!head)
        return;
    // The request line, Host, the one given unless it is reserved, User-Agent, Content-Length.
    const auto lines = std::ranges::count(*head, '\n') - 1;
    fuzz::expect(head->ends_with("\r\n\r\n") && lines >= 4 && lines <= 5 &&
                     std::ranges::count(*head, '\r') == lines + 1,
                 "a head has one line for each header");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto end = std::min(text.find('\n'), text.size());
    const auto first = text.substr(0, end);
    const auto second = text.substr(std::min(end + 1, text.size()));
    if (const auto mqtt = net::parse_mqtt_url(first)) {
        fuzz::expect(is_visible(mqtt->host), "a host is visible ASCII");
        fuzz::expect(!mqtt->topic.empty(), "there is a topic");
        for (const auto& part : {mqtt->user, mqtt->password, mqtt->topic})
            fuzz::expect(part.find('\0') == std::string::npos, "no text of MQTT holds U+0000");
    }
    const auto read = net::parse_url(first);
    if (!read)
        return 0;
    check_url(*read);
    if (const auto other = net::resolve(*read, second))
        check_url(*other);
    check_head(*read, "X-Given", std::string(second));
    check_head(*read, std::string(second), "x");
    return 0;
}
