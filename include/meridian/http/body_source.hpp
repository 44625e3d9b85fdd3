#pragma once

#include "meridian/base/result.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace meridian::http {

/// A body that is made piece by piece while it is sent, for answers that no memory should hold. The
/// session asks for a piece when the one before it has been taken, and destroys the source after
/// the last, or as soon as the peer is gone or too slow, or the server stops: what it holds must
/// end with it. Everything is called on the connection's io_context.
class body_source {
public:
    body_source() = default;
    body_source(const body_source&) = delete;
    body_source& operator=(const body_source&) = delete;
    virtual ~body_source() = default;

    /// Appends the next piece to `into`, which is empty; nothing at the end. A problem cuts the
    /// connection, so that the peer sees that the body is not whole.
    virtual boost::asio::awaitable<result<void>> next(std::string& into) = 0;
};

} // namespace meridian::http
