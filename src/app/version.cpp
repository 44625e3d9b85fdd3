#include "app/commands.hpp"

#include <boost/version.hpp>
#include <fmt/format.h>
#include <openssl/crypto.h>

#include <cstdio>

namespace meridian::app {

int version() {
    fmt::print("meridian {} (NGSI-LD 1.9.1; g++ {}, Boost {}, {})\n", MERIDIAN_VERSION, __VERSION__,
               BOOST_LIB_VERSION, OpenSSL_version(OPENSSL_VERSION));
    return 0;
}

int config_doc() {
    const std::string page = render_markdown();
    return std::fwrite(page.data(), 1, page.size(), stdout) == page.size() ? 0 : 1;
}

} // namespace meridian::app
