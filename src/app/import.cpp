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
#include <string>
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
        entity_splitter splitter(settings_.max_body);
        import_batch batch(name == "-" ? "standard input" : name, kind_);
        std::vector<char> buffer(128 << 10);
        result<void> outcome;
        while (!failed_) {
            auto count = file.read(buffer);
            std::vector<entity_piece> pieces;
            if (count && *count > 0) {
                progress_.add_bytes(*count);
                splitter.feed({buffer.data(), *count}, pieces);
            } else {
                splitter.finish(pieces);
            }
            for (auto& piece : pieces) {
                batch.add(std::move(piece));
                if (batch.size() == batch_entities || batch.bytes() >= batch_bytes)
                    begin_parse(std::exchange(batch, import_batch(batch.file(), kind_)));
            }
            if (!count)
                outcome = std::move(count).error();
            if (!count || *count == 0)
                break;
        }
        if (batch.size() > 0)
            begin_parse(std::move(batch));
        return outcome;
    }

    void begin_parse(import_batch&& batch) {
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
        if (shares_an_entity(*next.batch))
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
