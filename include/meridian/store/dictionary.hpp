#pragma once

#include "meridian/base/result.hpp"
#include "meridian/ngsild/names.hpp"
#include "meridian/store/blocking_pool.hpp"
#include "meridian/store/database.hpp"

#include <boost/asio/awaitable.hpp>

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::store {

struct dictionary_limits {
    std::size_t new_names_of_a_tenant = 50'000;
    std::size_t bytes_of_a_name = 2'048;
    std::size_t loaded_at_start = 1'000'000; ///< the rest is loaded when asked for
};

/// The dictionary of names (table `iri`): Entity Types, Attribute names, datasetIds and their
/// numbers. Reads are lock-free look-ups in memory; names never change and never leave, so views
/// live as long as the dictionary. What another broker added meanwhile is not in memory until it
/// is asked for: `look_up` for names, `look_up_ids` for numbers in documents. One a process.
class dictionary final : public ngsild::names {
public:
    explicit dictionary(blocking_pool& pool, const dictionary_limits& limits = {});
    ~dictionary() override;

    [[nodiscard]] ngsild::name_id find(std::string_view iri) const noexcept override;
    [[nodiscard]] std::string_view iri(ngsild::name_id id) const noexcept override;

    /// Reads the table into memory. Blocking: at start, before the loops run.
    [[nodiscard]] result<void> load();

    /// Makes sure that `find` knows each of `iris`; new ones are inserted in a transaction of
    /// their own and count against the tenant. Call it after validation, before the lane.
    /// Costs nothing where all are known. Fails with bad_request_data for a name longer than 2,048
    /// bytes, too_complex_query (403) beyond the tenant's limit (then nothing is inserted),
    /// unavailable.
    asio::awaitable<result<void>> resolve(tenant_id tenant, std::vector<std::string> iris);

    /// For queries: asks the database for those not in memory, never inserts. Names that it does
    /// not have stay unknown to `find`.
    asio::awaitable<result<void>> look_up(std::vector<std::string> iris);

    /// For documents that another broker wrote: makes `iri` know these numbers.
    asio::awaitable<result<void>> look_up_ids(std::vector<ngsild::name_id> ids);

    [[nodiscard]] std::size_t size() const noexcept {
        return size_.load(std::memory_order_relaxed);
    }

private:
    struct entry {
        std::size_t hash;
        ngsild::name_id id;
        std::string iri;
    };
    /// Open addressing, at most half full; slots are only ever filled, by one writer at a time.
    struct table {
        explicit table(std::size_t slots) : slots_(slots) {}
        [[nodiscard]] const entry* find(std::size_t hash, std::string_view iri) const noexcept;
        void insert(const entry* added) noexcept;
        std::vector<std::atomic<const entry*>> slots_;
    };
    static constexpr std::size_t chunk_size = 4'096;
    static constexpr std::size_t chunks = 65'536;
    using chunk = std::array<std::atomic<const entry*>, chunk_size>;

    void remember(ngsild::name_id id, std::string_view iri);
    void remember_all(const std::vector<std::pair<ngsild::name_id, std::string>>& rows);
    [[nodiscard]] std::vector<std::string> unknown(std::vector<std::string> iris) const;

    blocking_pool& pool_;
    dictionary_limits limits_;
    std::mutex writing_;
    std::deque<entry> entries_;
    /// The last is current; readers may still be in the ones before it, each half its size.
    std::vector<std::unique_ptr<table>> tables_;
    std::atomic<const table*> current_;
    std::vector<std::atomic<chunk*>> by_id_;
    std::vector<std::unique_ptr<chunk>> owned_chunks_;
    std::atomic<std::size_t> size_{0};
};

} // namespace meridian::store
