#pragma once

#include "meridian/store/dictionary.hpp"

#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace meridian::store {

/// The dictionary, with a memory of the names that it was asked for and does not know.
class asked_names final : public ngsild::names {
public:
    explicit asked_names(const dictionary& known) noexcept : known_(known) {}

    [[nodiscard]] ngsild::name_id find(std::string_view iri) const noexcept override {
        const auto id = known_.find(iri);
        if (id == 0)
            missing_.emplace_back(iri);
        return id;
    }
    [[nodiscard]] std::string_view iri(ngsild::name_id id) const noexcept override {
        return known_.iri(id);
    }
    [[nodiscard]] const std::vector<std::string>& missing() const noexcept { return missing_; }

private:
    const dictionary& known_;
    mutable std::vector<std::string> missing_;
};

/// What `read(names)` gives, which turns names of a query into numbers. Where some are not in
/// memory they are looked up in the database, since another broker may have added them, and `read`
/// is called once more if any was found: again and again, since it may ask for further names only
/// once it knows the first. It may keep no reference to `names`.
/// Fails as `read` does, and with unavailable.
template <typename Read>
asio::awaitable<std::invoke_result_t<const Read&, const ngsild::names&>>
with_names_of_query(dictionary& known, Read read) {
    while (true) {
        const asked_names asked(known);
        auto outcome = read(asked);
        if (asked.missing().empty())
            co_return outcome;
        auto asking = known.look_up(asked.missing());
        MERIDIAN_CO_CHECK(co_await std::move(asking));
        const bool is_new = std::ranges::any_of(
            asked.missing(), [&](const std::string& iri) { return known.find(iri) != 0; });
        if (!is_new)
            co_return outcome;
    }
}

} // namespace meridian::store
