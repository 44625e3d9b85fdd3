#pragma once

#include "app/csv_columns.hpp"
#include "app/entity_splitter.hpp"
#include "meridian/base/await.hpp"
#include "meridian/operations/batch.hpp"
#include "meridian/operations/temporal_provision.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace meridian::app {

/// What a file holds.
enum class imported : std::uint8_t { entities, evolutions };

/// Some Entities of a file on their way into the database. First `parse`, then `commit`, each on a
/// loop; between them the importer sees to the order of batches that share an Entity.
class import_batch {
public:
    import_batch(std::string file, imported kind) : file_(std::move(file)), kind_(kind) {}

    /// An empty one of the same file.
    [[nodiscard]] import_batch next() const {
        import_batch made(file_, kind_);
        made.columns_ = columns_;
        made.context_ = context_;
        return made;
    }
    [[nodiscard]] const std::string& file() const noexcept { return file_; }
    void add(entity_piece piece);
    /// Rows of one file: `columns` says what they mean, `context` what their names do. Those of one
    /// Entity are one write.
    void mean(std::shared_ptr<const csv_columns> columns, jsonld::context_ptr context);
    void add(csv_record row);
    [[nodiscard]] std::size_t size() const noexcept { return pieces_.size() + rows_.size(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    /// Reads the pieces, each with its own @context, else the core one.
    asio::awaitable<void> parse(operations::services& with, const json_limits& limits);
    /// Entities (5.6.8): creates what is not there and replaces what is. Temporal Evolutions
    /// (5.6.11): adds the instances.
    asio::awaitable<void> commit(operations::services& with, store::tenant_id tenant);

    /// The ids that `commit` is about to write.
    [[nodiscard]] const std::vector<std::string>& ids() const noexcept { return ids_; }

    /// After `commit`:
    [[nodiscard]] std::size_t stored() const noexcept { return stored_; }
    [[nodiscard]] std::size_t refused() const noexcept { return refusals_.size(); }
    /// A line for each Entity that was refused: file, line and detail.
    [[nodiscard]] std::string report() const;
    /// Not empty: the database failed; the rest of the import is in vain.
    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

private:
    struct refusal {
        std::uint64_t line;
        std::string detail;
    };
    void refuse(std::uint64_t line, const problem& why);
    asio::awaitable<result<void>> parse_piece(operations::services& with, const json_limits& limits,
                                              const entity_piece& piece);
    result<void> parse_row(const csv_record& row);
    void gather(ngsild::entity_temporal part, std::uint64_t line);
    asio::awaitable<void> commit_entities(operations::request_scope& scope);
    asio::awaitable<void> commit_evolutions(operations::request_scope& scope);

    std::string file_;
    imported kind_;
    std::vector<entity_piece> pieces_;
    std::vector<csv_record> rows_;
    std::shared_ptr<const csv_columns> columns_;
    jsonld::context_ptr context_;
    std::unordered_map<std::string, std::size_t> places_; ///< of Entities whose rows are gathered
    std::size_t bytes_ = 0;
    std::vector<operations::batch_item<operations::upsert_item>> items_;
    std::vector<ngsild::entity_temporal> evolutions_;
    std::vector<std::string> ids_;     ///< of the one or the other, in their order
    std::vector<std::uint64_t> lines_; ///< likewise; of rows the Entity's first
    std::vector<refusal> refusals_;
    std::size_t stored_ = 0;
    std::string failure_;
};

} // namespace meridian::app
