#pragma once

#include "meridian/base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

/// ICU's collators, which only collation.cpp includes.
namespace meridian::query {

/// How strings are ordered (4.23.1, RFC 6067).
class collation {
public:
    /// `name`: a language tag such as `und-u-ks-identic` or `de-u-co-phonebk`; empty: ICU's root.
    /// Fails with bad_request_data where it is no tag (RFC 5646), names a language that ICU does
    /// not know or asks for an order that there is not.
    [[nodiscard]] static result<collation> create(std::string_view name);
    collation(collation&&) noexcept;
    collation& operator=(collation&&) noexcept;
    ~collation();

    /// Bytes that are in the order in which the texts are.
    [[nodiscard]] std::string key_of(std::string_view text) const;

private:
    struct state;
    explicit collation(std::unique_ptr<state> made) noexcept;
    std::unique_ptr<state> state_;
};

} // namespace meridian::query
