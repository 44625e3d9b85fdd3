#include "meridian/net/circuit_breaker.hpp"

namespace meridian::net {

bool circuit_breaker::admit(time_point now) noexcept {
    if (closed())
        return true;
    if (now < open_until_ || probing_)
        return false;
    probing_ = true;
    return true;
}

void circuit_breaker::succeeded() noexcept {
    failures_ = 0;
    probing_ = false;
}

void circuit_breaker::failed(time_point now) noexcept {
    probing_ = false;
    if (failures_ < limit_)
        ++failures_;
    if (!closed())
        open_until_ = now + pause_;
}

} // namespace meridian::net
