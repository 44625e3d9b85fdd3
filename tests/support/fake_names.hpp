#pragma once

#include "meridian/ngsild/names.hpp"

#include <deque>
#include <map>
#include <string>

namespace meridian::support {

/// A dictionary in memory that numbers names from `first` on as `add` meets them.
class fake_names final : public ngsild::names {
public:
    explicit fake_names(ngsild::name_id first = 1) : first_(first) {}

    ngsild::name_id add(std::string_view iri) {
        if (const auto known = find(iri); known != 0)
            return known;
        iris_.emplace_back(iri);
        const auto id = static_cast<ngsild::name_id>(first_ + static_cast<int>(iris_.size()) - 1);
        ids_.emplace(iris_.back(), id);
        return id;
    }
    [[nodiscard]] ngsild::name_id find(std::string_view iri) const noexcept override {
        const auto found = ids_.find(iri);
        return found == ids_.end() ? 0 : found->second;
    }
    [[nodiscard]] std::string_view iri(ngsild::name_id id) const noexcept override {
        const auto index = static_cast<std::size_t>(id - first_);
        return id >= first_ && index < iris_.size() ? iris_[index] : std::string_view();
    }

private:
    ngsild::name_id first_;
    std::deque<std::string> iris_;
    std::map<std::string, ngsild::name_id, std::less<>> ids_;
};

} // namespace meridian::support
