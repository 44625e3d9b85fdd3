#pragma once

#include "meridian/ngsild/names.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace meridian::fuzz {

/// A dictionary that learns each name that it is asked for.
class learned_names final : public ngsild::names {
public:
    [[nodiscard]] ngsild::name_id find(std::string_view iri) const noexcept override {
        const auto [place, is_new] =
            ids_.emplace(iri, static_cast<ngsild::name_id>(iris_.size() + 1));
        if (is_new)
            iris_.emplace_back(iri);
        return place->second;
    }
    [[nodiscard]] std::string_view iri(ngsild::name_id id) const noexcept override {
        const auto index = static_cast<std::size_t>(id) - 1;
        return index < iris_.size() ? std::string_view(iris_[index]) : std::string_view{};
    }

private:
    mutable std::unordered_map<std::string, ngsild::name_id> ids_;
    mutable std::deque<std::string> iris_;
};

} // namespace meridian::fuzz
