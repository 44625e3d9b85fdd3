#pragma once

#include <chrono>

namespace meridian::net {

/// Keeps calls away from a peer that fails: after `failures` in a row it is open for `pause`, then
/// lets one call through at a time until one succeeds. Holds no clock; not thread-safe.
class circuit_breaker {
public:
    using time_point = std::chrono::steady_clock::time_point;

    circuit_breaker(unsigned failures, std::chrono::milliseconds pause) noexcept
        : limit_(failures), pause_(pause) {}

    /// Whether a call may start now. Each true is followed by one `succeeded`, `failed` or
    /// `abandoned`.
    [[nodiscard]] bool admit(time_point now) noexcept;
    void succeeded() noexcept;
    void failed(time_point now) noexcept;
    /// The call ended without telling anything about the peer.
    void abandoned() noexcept { probing_ = false; }
    [[nodiscard]] bool closed() const noexcept { return failures_ < limit_; }

private:
    unsigned limit_;
    std::chrono::milliseconds pause_;
    unsigned failures_ = 0;
    time_point open_until_{};
    bool probing_ = false;
};

} // namespace meridian::net
