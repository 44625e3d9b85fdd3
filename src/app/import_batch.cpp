#include "app/import_batch.hpp"

#include "meridian/ngsild/parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace meridian::app {
namespace {

/// The Entity cannot help it: nothing else will be stored either.
bool is_ours(problem_kind kind) {
    return kind == problem_kind::unavailable || kind == problem_kind::internal_error;
}

} // namespace

void import_batch::add(entity_piece piece) {
    bytes_ += piece.text.size();
    pieces_.push_back(std::move(piece));
}

void import_batch::mean(std::shared_ptr<const csv_columns> columns, jsonld::context_ptr context) {
    columns_ = std::move(columns);
    context_ = std::move(context);
}

void import_batch::add(csv_record row) {
    for (const auto& field : row.fields)
        bytes_ += field.size() + sizeof field;
    rows_.push_back(std::move(row));
}

void import_batch::refuse(std::uint64_t line, const problem& why) {
    if (is_ours(why.kind()))
        failure_ = why.detail();
    refusals_.push_back({line, why.pointer().empty()
                                   ? why.detail()
                                   : fmt::format("{} (at {})", why.detail(), why.pointer())});
}

asio::awaitable<result<void>> import_batch::parse_piece(operations::services& with,
                                                        const json_limits& limits,
                                                        const entity_piece& piece) {
    if (!piece.fault.empty())
        co_return problem{problem_kind::invalid_request, piece.fault};
    MERIDIAN_CO_TRY(auto payload, parse_json(piece.text, limits));
    if (!payload.is_object())
        co_return problem{problem_kind::bad_request_data, "an Entity must be a JSON object"};
    auto context = jsonld::core_context();
    if (const auto member = payload.find("@context"); member != payload.end()) {
        auto finding = with.contexts.from_json(std::move(*member));
        MERIDIAN_CO_TRY(context, co_await std::move(finding));
        payload.erase("@context");
    }
    if (kind_ == imported::evolutions) {
        MERIDIAN_CO_TRY(auto evolution, ngsild::parse_temporal_entity(payload, *context));
        ids_.push_back(evolution.id);
        evolutions_.push_back(std::move(evolution));
        co_return result<void>{};
    }
    operations::upsert_item item;
    MERIDIAN_CO_TRY(item.subject, ngsild::parse_entity(payload, *context));
    ids_.push_back(item.subject.id);
    items_.push_back(std::move(item));
    co_return result<void>{};
}

result<void> import_batch::parse_row(const csv_record& row) {
    if (!row.fault.empty())
        return problem{problem_kind::invalid_request, row.fault};
    MERIDIAN_TRY(const auto payload, columns_->read(row.fields));
    if (!payload)
        return {};
    MERIDIAN_TRY(auto evolution, ngsild::parse_temporal_entity(*payload, *context_));
    gather(std::move(evolution), row.line);
    return {};
}

/// Adds the instances of a row to those of the rows before it.
void import_batch::gather(ngsild::entity_temporal part, std::uint64_t line) {
    const auto [place, is_new] = places_.emplace(part.id, evolutions_.size());
    if (is_new) {
        ids_.push_back(part.id);
        lines_.push_back(line);
        evolutions_.push_back(std::move(part));
        return;
    }
    auto& whole = evolutions_[place->second];
    for (auto& type : part.types)
        if (std::ranges::find(whole.types, type) == whole.types.end())
            whole.types.push_back(std::move(type));
    for (auto& attribute : part.attributes) {
        const auto known =
            std::ranges::find(whole.attributes, attribute.name, &ngsild::attribute::name);
        if (known == whole.attributes.end())
            whole.attributes.push_back(std::move(attribute));
        else
            std::ranges::move(attribute.instances, std::back_inserter(known->instances));
    }
    std::ranges::move(part.scopes, std::back_inserter(whole.scopes));
}

asio::awaitable<void> import_batch::parse(operations::services& with, const json_limits& limits) {
    for (auto& row : rows_) {
        if (const auto parsed = parse_row(row); !parsed)
            refuse(row.line, parsed.error());
        row.fields = {};
    }
    rows_ = {};
    for (auto& piece : pieces_) {
        auto parsing = parse_piece(with, limits, piece);
        const auto parsed = co_await std::move(parsing);
        piece.text = {}; // it may be long
        if (!parsed)
            refuse(piece.line, parsed.error());
        else
            lines_.push_back(piece.line);
    }
    pieces_ = {};
}

asio::awaitable<void> import_batch::commit(operations::services& with, store::tenant_id tenant) {
    operations::request_scope scope(with, tenant, jsonld::core_context());
    auto committing =
        kind_ == imported::entities ? commit_entities(scope) : commit_evolutions(scope);
    co_await std::move(committing);
}

asio::awaitable<void> import_batch::commit_evolutions(operations::request_scope& scope) {
    if (evolutions_.empty())
        co_return;
    auto storing = operations::upsert_evolutions(scope, std::move(evolutions_));
    const auto refused = co_await std::move(storing);
    for (std::size_t at = 0; at < refused.size(); ++at) {
        if (refused[at])
            refuse(lines_[at], *refused[at]);
        else
            ++stored_;
    }
}

asio::awaitable<void> import_batch::commit_entities(operations::request_scope& scope) {
    if (items_.empty())
        co_return;
    auto storing = operations::upsert_entities(scope, std::move(items_));
    const auto outcome = co_await std::move(storing);
    stored_ = outcome.succeeded.size();
    for (const auto& error : outcome.errors) {
        const auto at = std::find(ids_.begin(), ids_.end(), error.entity_id()) - ids_.begin();
        refuse(static_cast<std::size_t>(at) < lines_.size() ? lines_[static_cast<std::size_t>(at)]
                                                            : 0,
               error);
    }
}

std::string import_batch::report() const {
    std::string lines;
    for (const auto& one : refusals_)
        fmt::format_to(std::back_inserter(lines), "{}:{}: refused: {}\n", file_, one.line,
                       one.detail);
    return lines;
}

} // namespace meridian::app
