#pragma once

#include "meridian/jsonld/context.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::jsonld {

/// One @context object, or a `null` in an array.
struct context_part {
    const json* object = nullptr; ///< null: forget what came before
    std::string where;            ///< for problems
};

/// Follows a local @context into the documents that it names (JSON-LD 1.1, 4.1.2 steps 5.1, 5.2 and
/// 5.6), and lists the @context objects in the order in which they count. Core contexts are left
/// out: the core stands for itself.
class context_collector {
public:
    context_collector(const context_source& source, const context_limits& limits)
        : source_(source), limits_(limits) {}

    /// Fails with bad_request_data, ld_context_not_available.
    result<void> walk(const json& local);

    [[nodiscard]] const std::vector<context_part>& parts() const noexcept { return parts_; }
    /// Whether one of the documents ends in the core @context, so that whoever follows the user's
    /// URL finds the core last (4.4).
    [[nodiscard]] bool ends_in_core() const noexcept { return ends_in_core_; }
    /// URLs of which `source` had no document; `parts` is not complete then.
    [[nodiscard]] std::vector<std::string> take_missing() { return std::move(missing_); }

private:
    result<void> walk(const json& local, const std::string& base);
    result<void> walk_element(const json& element, const std::string& base);
    result<void> walk_object(const json& object, const std::string& base);
    result<void> walk_url(const std::string& reference, const std::string& base);
    /// The `@context` of the document at `url`; null where it is missing.
    result<const json*> open(const std::string& url);
    result<void> check_url(const std::string& url, const std::string& base);

    const context_source& source_;
    const context_limits& limits_;
    std::vector<context_part> parts_;
    std::vector<std::string> missing_;
    std::vector<std::string> open_; ///< documents that lead to the present one
    std::deque<json> imported_;     ///< objects that @import has merged; addresses stay
    std::size_t documents_ = 0;
    bool ends_in_core_ = false; ///< of what was walked last
};

} // namespace meridian::jsonld
