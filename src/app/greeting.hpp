#pragma once

#include "meridian/base/config.hpp"

#include <cstdint>
#include <string>

namespace meridian::app {

/// The URL under which this machine reaches the API: scheme, host and `port` (the one really
/// listened on). An address that stands for every interface becomes loopback.
[[nodiscard]] std::string local_url(const config& settings, std::uint16_t port);

/// What `serve` prints on standard output once it is ready: where it listens and how to try it.
[[nodiscard]] std::string render_greeting(const config& settings, std::uint16_t port);

} // namespace meridian::app
