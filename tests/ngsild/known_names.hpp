#pragma once

#include "meridian/ngsild/names.hpp"

#include <deque>
#include <string>
#include <unordered_map>

namespace meridian::ngsild {

/// A dictionary in memory that learns on request.
class known_names : public names {
public:
    name_id learn(std::string_view iri) {
        const auto [place, is_new] = ids_.emplace(iri, static_cast<name_id>(iris_.size() + 1));
        if (is_new)
            iris_.emplace_back(iri);
        return place->second;
    }
    template <typename List>
    void learn_all(const List& iris) {
        for (const auto& iri : iris)
            learn(iri);
    }
    [[nodiscard]] name_id find(std::string_view iri) const noexcept override {
        const auto place = ids_.find(std::string(iri));
        return place == ids_.end() ? 0 : place->second;
    }
    [[nodiscard]] std::string_view iri(name_id id) const noexcept override {
        if (id < 1 || static_cast<std::size_t>(id) > iris_.size())
            return {};
        return iris_[static_cast<std::size_t>(id) - 1];
    }

private:
    std::unordered_map<std::string, name_id> ids_;
    std::deque<std::string> iris_;
};

} // namespace meridian::ngsild
