#include "meridian/ngsild/linked.hpp"

#include "ngsild/representation/links.hpp"

#include <algorithm>
#include <functional>

namespace meridian::ngsild {

const projection& linked_projection_of(const projection& of, name_id relationship) {
    static const projection everything;
    const auto found = std::ranges::find(of.linked, relationship, &linked_projection::relationship);
    return found == of.linked.end() ? everything : found->shown;
}

std::size_t linked_entities::edge_hash::operator()(const edge& one) const noexcept {
    return std::hash<std::string_view>()(one.uri) ^ std::hash<const void*>()(one.shown);
}

linked_entities::linked_entities(const representation& how, linking how_far,
                                 const names& dictionary, timestamp now)
    : how_(how), how_far_(std::move(how_far)), dictionary_(dictionary), now_(now),
      excluded_(how_far_.contained_by.begin(), how_far_.contained_by.end()) {}

void linked_entities::start(std::span<const entity_row> rows) {
    linking_rows_.assign(rows.begin(), rows.end());
    for (const auto& row : linking_rows_) {
        known_.emplace(row.id, row);
        edges_.push_back({row.id, &how_.shown});
        // In a flat answer they are there already.
        visited_.insert({row.id, how_far_.form == join_form::flat ? nullptr : &how_.shown});
    }
}

std::vector<std::string> linked_entities::wanted() {
    std::vector<std::string> unknown;
    while (unknown.empty() && !edges_.empty() && level_ < how_far_.levels) {
        ++level_;
        targets_.clear();
        for (const auto& from : edges_) {
            const instance_filter filter(*from.shown, how_.dataset_ids, dictionary_);
            for_each_link(
                known_.at(from.uri).document, filter, now_,
                [&](name_id relationship, std::string_view uri) {
                    if (excluded_.contains(uri))
                        return;
                    targets_.push_back({uri, &linked_projection_of(*from.shown, relationship)});
                    if (!known_.contains(uri) && asked_.insert(uri).second)
                        unknown.emplace_back(uri);
                });
        }
        if (unknown.empty())
            advance();
    }
    return unknown;
}

void linked_entities::add(std::span<const entity_row> found) {
    for (const auto& row : found)
        known_.emplace(row.id, row);
    advance();
}

void linked_entities::advance() {
    edges_.clear();
    const bool once = how_far_.form == join_form::flat;
    for (const auto& target : targets_) {
        if (!known_.contains(target.uri) ||
            !visited_.insert({target.uri, once ? nullptr : target.shown}).second)
            continue;
        edges_.push_back(target);
        met_.push_back(target);
    }
}

void linked_entities::forget() {
    known_.clear();
    edges_.clear();
    met_.clear();
}

std::vector<linked_entities::member> linked_entities::flat() const {
    std::vector<member> all;
    all.reserve(met_.size());
    for (const auto& one : met_)
        all.push_back({&known_.at(one.uri), one.shown});
    return all;
}

const entity_row* linked_entities::find(std::string_view uri) const {
    const auto found = known_.find(uri);
    return found == known_.end() || excluded_.contains(uri) ? nullptr : &found->second;
}

/// Goes the ways that writing an inline answer goes.
class linked_entities::counter {
public:
    counter(const linked_entities& of, std::size_t enough) : of_(of), enough_(enough) {}

    void visit(const entity_row& row, const projection& shown, std::uint32_t levels) {
        const instance_filter filter(shown, of_.how_.dataset_ids, of_.dictionary_);
        path_.push_back(row.id);
        for_each_link(row.document, filter, of_.now_,
                      [&](name_id relationship, std::string_view uri) {
                          const auto* target = counted_ < enough_ ? of_.find(uri) : nullptr;
                          if (target == nullptr || std::ranges::find(path_, uri) != path_.end())
                              return;
                          ++counted_;
                          if (levels > 1)
                              visit(*target, linked_projection_of(shown, relationship), levels - 1);
                      });
        path_.pop_back();
    }
    [[nodiscard]] std::size_t counted() const noexcept { return counted_; }

private:
    const linked_entities& of_;
    std::size_t enough_;
    std::size_t counted_ = 0;
    std::vector<std::string_view> path_;
};

std::size_t linked_entities::count(std::size_t enough) const {
    if (how_far_.form != join_form::nested)
        return std::min(met_.size(), enough);
    counter counting(*this, enough);
    for (const auto& row : linking_rows_)
        counting.visit(row, how_.shown, how_far_.levels);
    return counting.counted();
}

} // namespace meridian::ngsild
