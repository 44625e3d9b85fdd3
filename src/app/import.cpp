#include "app/commands.hpp"
#include "app/import_batch.hpp"
#include "app/input_file.hpp"
#include "app/tool.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <unordered_set>
#include <utility>

namespace meridian::app {
namespace {

using clock = std::chrono::steady_clock;

// What is in memory at one time: some batches that are read, some that are written, each of at most
// that many Entities and about that many bytes of text.
constexpr std::size_t batch_entities = 500;
constexpr std::size_t batch_bytes = 2'000'000;
constexpr std::size_t batches_committed_at_once = 3;
constexpr std::size_t batch_rows = 5'000; ///< of CSV: many of one Entity are one write

/// The line on standard error that tells how far the import is; on a terminal it is rewritten.
class progress {
public:
    void add_bytes(std::size_t more) noexcept { bytes_ += more; }
    void add(std::size_t stored, std::size_t refused) {
        stored_ += stored;
        refused_ += refused;
        const auto interval = std::chrono::seconds(terminal_ ? 1 : 10);
        if (clock::now() - shown_ >= interval)
            show(terminal_ ? "\r" : "\n");
    }
    void report(const std::string& lines) {
        if (!lines.empty())
            fmt::print(stderr, "{}{}", terminal_ ? "\r\033[K" : "", lines);
    }
    void show(std::string_view end) {
        shown_ = clock::now();
        const std::chrono::duration<double> took = shown_ - started_;
        fmt::print(stderr, "{}{} Entities, {:.0f}/s, {:.1f} MB, {} refused{}",
                   terminal_ ? "\033[K" : "", stored_, static_cast<double>(stored_) / took.count(),
                   static_cast<double>(bytes_) / 1e6, refused_, end);
    }
    [[nodiscard]] std::size_t refused() const noexcept { return refused_; }

private:
    bool terminal_ = isatty(STDERR_FILENO) == 1;
    clock::time_point started_ = clock::now();
    clock::time_point shown_ = started_;
    std::uint64_t bytes_ = 0;
    std::size_t stored_ = 0;
    std::size_t refused_ = 0;
};

/// Reads and cuts on its own thread; the loops parse and write batch by batch. Of one Entity that
/// comes several times the last wins: a batch waits for those before it that write the same.
class importer {
public:
    importer(broker& parts, store::tenant_id tenant, const config& settings)
        : parts_(parts), tenant_(tenant), settings_(settings),
          kind_(settings.temporal ? imported::evolutions : imported::entities) {
        limits_.depth = settings.max_json_depth;
    }

    /// False: something could not be read or stored, which has been reported.
    bool run(const std::vector<std::string>& files) {
        bool read = true;
        for (const auto& file : files) {
            if (const auto outcome = read_file(file); !outcome) {
                progress_.report(outcome.error().detail() + "\n");
                read = false;
            }
            if (failed_)
                break;
        }
        while (!parsing_.empty())
            begin_commit();
        finish_commits(0);
        progress_.show("\n");
        return read && !failed_ && progress_.refused() == 0;
    }

private:
    struct step {
        std::unique_ptr<import_batch> batch;
        std::future<void> done;
    };

    result<void> read_file(const std::string& name) {
        MERIDIAN_TRY(auto file, input_file::open(name));
        const auto shown = name == "-" ? "standard input" : name;
        if (is_csv(name))
            return read_rows(file, shown);
        import_batch batch(shown, kind_);
        auto reading = read_pieces<entity_piece>(file, entity_splitter(settings_.max_body),
                                                 [&](entity_piece piece) -> result<void> {
                                                     take(batch, std::move(piece), batch_entities);
                                                     return {};
                                                 });
        begin_parse(std::move(batch));
        return reading;
    }

    /// Cuts a file and hands its pieces over, until one is a problem.
    template <typename Piece, typename Cutter, typename Take>
    result<void> read_pieces(input_file& file, Cutter cutter, const Take& take_one) {
        std::vector<char> buffer(128 << 10);
        std::vector<Piece> pieces;
        while (!failed_) {
            const auto count = file.read(buffer);
            if (count && *count > 0) {
                progress_.add_bytes(*count);
                cutter.feed({buffer.data(), *count}, pieces);
            } else {
                cutter.finish(pieces);
            }
            for (auto& piece : pieces)
                MERIDIAN_CHECK(take_one(std::move(piece)));
            pieces.clear();
            if (!count)
                return count.error();
            if (*count == 0)
                break;
        }
        return {};
    }

    /// Adds a piece to a batch, which goes on its way when it has `most` of them.
    template <typename Piece>
    void take(import_batch& batch, Piece piece, std::size_t most) {
        batch.add(std::move(piece));
        if (batch.size() >= most || batch.bytes() >= batch_bytes)
            begin_parse(std::exchange(batch, batch.next()));
    }

    /// What the option says, else the name of the file, which may be compressed.
    [[nodiscard]] bool is_csv(std::string_view name) const {
        if (name.ends_with(".gz"))
            name.remove_suffix(3);
        return settings_.format == "csv" || !settings_.columns.empty() ||
               (settings_.format.empty() && name.ends_with(".csv"));
    }

    result<void> read_rows(input_file& file, const std::string& shown) {
        if (kind_ != imported::evolutions)
            return problem{problem_kind::bad_request_data,
                           shown + ": CSV holds Temporal Evolutions: add --temporal"};
        MERIDIAN_TRY(auto context, context_of_names());
        import_batch batch(shown, kind_);
        bool has_header = false;
        auto reading = read_pieces<csv_record>(
            file, csv_reader(settings_.max_body), [&](csv_record row) -> result<void> {
                if (has_header) {
                    take(batch, std::move(row), batch_rows);
                    return {};
                }
                has_header = true;
                if (!row.fault.empty())
                    return problem{problem_kind::bad_request_data, shown + ": " + row.fault};
                auto columns = csv_columns::bind(settings_.columns, row.fields);
                if (!columns)
                    return problem{columns.error().kind(), shown + ": " + columns.error().detail()};
                batch.mean(std::make_shared<const csv_columns>(std::move(*columns)), context);
                return {};
            });
        begin_parse(std::move(batch));
        return reading;
    }

    /// The @context of `--context`, which names of a CSV file are expanded with.
    result<jsonld::context_ptr> context_of_names() {
        if (settings_.context.empty())
            return jsonld::core_context();
        std::optional<result<jsonld::context_ptr>> found;
        parts_.run([&](operations::services& with) -> asio::awaitable<void> {
            auto finding = with.contexts.from_url(settings_.context);
            found = co_await std::move(finding);
        });
        return std::move(*found);
    }

    void begin_parse(import_batch&& batch) {
        if (batch.size() == 0)
            return;
        auto owned = std::make_unique<import_batch>(std::move(batch));
        auto task = [this, own = owned.get()](operations::services& with) {
            return own->parse(with, limits_);
        };
        auto done = parts_.begin(next_loop(), std::move(task));
        parsing_.push_back({std::move(owned), std::move(done)});
        if (parsing_.size() > parts_.loops())
            begin_commit();
    }

    void begin_commit() {
        auto next = std::move(parsing_.front());
        parsing_.pop_front();
        next.done.get();
        // Instances of an evolution may come in any order.
        if (kind_ == imported::entities && shares_an_entity(*next.batch))
            finish_commits(0);
        for (const auto& id : next.batch->ids())
            being_written_.insert(id);
        auto task = [this, own = next.batch.get()](operations::services& with) {
            return own->commit(with, tenant_);
        };
        next.done = parts_.begin(next_loop(), std::move(task));
        committing_.push_back(std::move(next));
        finish_commits(batches_committed_at_once);
    }

    [[nodiscard]] bool shares_an_entity(const import_batch& batch) const {
        return std::any_of(batch.ids().begin(), batch.ids().end(),
                           [&](const auto& id) { return being_written_.contains(id); });
    }

    /// Waits until no more than `left` batches are being written.
    void finish_commits(std::size_t left) {
        while (committing_.size() > left) {
            auto first = std::move(committing_.front());
            committing_.pop_front();
            const auto& batch = *first.batch;
            first.done.get();
            for (const auto& id : batch.ids())
                being_written_.erase(id);
            progress_.report(batch.report());
            progress_.add(batch.stored(), batch.refused());
            if (!batch.failure().empty() && !failed_) {
                failed_ = true;
                progress_.report("the import ends here: " + batch.failure() + "\n");
            }
        }
    }

    std::size_t next_loop() noexcept { return loop_++ % parts_.loops(); }

    broker& parts_;
    store::tenant_id tenant_;
    const config& settings_;
    imported kind_;
    json_limits limits_;
    progress progress_;
    std::deque<step> parsing_;
    std::deque<step> committing_;
    std::unordered_set<std::string> being_written_;
    std::size_t loop_ = 0;
    bool failed_ = false;
};

int failed(const problem& why) {
    spdlog::error("{}", why.detail());
    return 1;
}

} // namespace

int import_entities(const config& settings, const std::vector<std::string>& files) {
    if (!settings.format.empty() && settings.format != "json" && settings.format != "csv")
        return failed({problem_kind::invalid_request, "format must be json or csv"});
    auto running = tool::start(settings);
    if (!running)
        return failed(running.error());
    const auto tenant = running->tenant(operations::missing_tenant::create);
    if (!tenant)
        return failed(tenant.error());
    const bool complete = importer(running->parts(), *tenant, settings).run(files);
    running->stop();
    return complete ? 0 : 1;
}

} // namespace meridian::app
