#include "app/greeting.hpp"

#include <fmt/format.h>

namespace meridian::app {

std::string local_url(const config& settings, std::uint16_t port) {
    std::string host = settings.host;
    if (host == "0.0.0.0")
        host = "127.0.0.1";
    if (host == "::")
        host = "::1";
    if (host.find(':') != std::string::npos)
        host = fmt::format("[{}]", host);
    return fmt::format("{}://{}:{}", settings.tls_cert.empty() ? "http" : "https", host, port);
}

std::string render_greeting(const config& settings, std::uint16_t port) {
    const auto url = local_url(settings, port);
    return fmt::format("Meridian listens on {0}\n"
                       "  try it:    curl {0}/ngsi-ld/v1/types\n"
                       "  the demo:  scripts/demo {0}\n"
                       "  stop it:   Ctrl-C\n",
                       url);
}

} // namespace meridian::app
