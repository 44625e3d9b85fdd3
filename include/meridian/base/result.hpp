#pragma once

#include "meridian/base/problem.hpp"

#include <tl/expected.hpp>

#include <utility>

namespace meridian {

/// What a function gives that input, peers or data can make fail: a value or a `problem`.
/// Has the shape of std::expected, and becomes an alias of it with C++23.
template <typename T>
class [[nodiscard]] result : public tl::expected<T, problem> {
public:
    using tl::expected<T, problem>::expected;
    /// A problem converts to any result, so that `return problem{…};` reads as what it is.
    result(problem failure) : tl::expected<T, problem>(tl::unexpect, std::move(failure)) {}
};

namespace detail {
[[nodiscard]] inline problem take_problem(problem&& failure) noexcept {
    return std::move(failure);
}
} // namespace detail

} // namespace meridian

#define MERIDIAN_CONCAT_2(a, b) a##b
#define MERIDIAN_CONCAT(a, b) MERIDIAN_CONCAT_2(a, b)
#define MERIDIAN_TRY_AS(RETURN, UNIQUE, DECLARATION, ...)                                          \
    auto UNIQUE = (__VA_ARGS__);                                                                   \
    if (!UNIQUE)                                                                                   \
        RETURN ::meridian::detail::take_problem(std::move(UNIQUE).error());                        \
    DECLARATION = std::move(*UNIQUE)
#define MERIDIAN_CHECK_AS(RETURN, UNIQUE, ...)                                                     \
    if (auto UNIQUE = (__VA_ARGS__); !UNIQUE)                                                      \
    RETURN ::meridian::detail::take_problem(std::move(UNIQUE).error())

/// `MERIDIAN_TRY(auto x, f());`: x is the value of f(), or the function returns its problem.
#define MERIDIAN_TRY(DECLARATION, ...)                                                             \
    MERIDIAN_TRY_AS(return, MERIDIAN_CONCAT(meridian_try_, __COUNTER__), DECLARATION, __VA_ARGS__)
/// `MERIDIAN_CHECK(f());`: goes on if f() succeeded, else returns its problem.
#define MERIDIAN_CHECK(...)                                                                        \
    MERIDIAN_CHECK_AS(return, MERIDIAN_CONCAT(meridian_check_, __COUNTER__), __VA_ARGS__)
/// The same within coroutines: `MERIDIAN_CO_TRY(auto x, co_await f());`.
#define MERIDIAN_CO_TRY(DECLARATION, ...)                                                          \
    MERIDIAN_TRY_AS(co_return, MERIDIAN_CONCAT(meridian_try_, __COUNTER__), DECLARATION,           \
                    __VA_ARGS__)
#define MERIDIAN_CO_CHECK(...)                                                                     \
    MERIDIAN_CHECK_AS(co_return, MERIDIAN_CONCAT(meridian_check_, __COUNTER__), __VA_ARGS__)
