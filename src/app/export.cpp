#include "app/commands.hpp"
#include "app/tool.hpp"
#include "meridian/ngsild/representation.hpp"
#include "meridian/query/parse.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <optional>
#include <string>
#include <utility>

namespace meridian::app {
namespace {

constexpr std::uint32_t entities_a_page = 500;

/// Walks through the Entities in the order of their numbers. Not one moment's state: what changes
/// meanwhile is written as it is when its page comes.
class exporter {
public:
    exporter(broker& parts, store::tenant_id tenant) : parts_(parts), tenant_(tenant) {
        // expiresAt of Attributes is shown with the system attributes alone; import passes over
        // createdAt and modifiedAt (5.2.2).
        how_.sys_attrs = true;
    }

    /// Fails with bad_request_data (the types), unavailable, internal_error.
    result<void> run(const config& settings) {
        MERIDIAN_CHECK(make_plan(settings));
        auto page = begin_page();
        while (true) {
            page.get();
            MERIDIAN_CHECK(outcome_);
            const std::string lines = std::exchange(lines_, {});
            const bool more = plan_.page.after.has_value();
            if (more)
                page = begin_page(); // while this one is written
            const bool written = std::fwrite(lines.data(), 1, lines.size(), stdout) == lines.size();
            if (!more || !written) {
                if (more)
                    page.get();
                if (!written || std::fflush(stdout) != 0)
                    return problem{problem_kind::unavailable, "standard output takes no more"};
                return {};
            }
        }
    }

private:
    result<void> make_plan(const config& settings) {
        result<void> outcome;
        parts_.run([&](operations::services& with) -> asio::awaitable<void> {
            auto making = plan_types(with, settings.type, settings.context);
            outcome = co_await std::move(making);
        });
        return outcome;
    }

    asio::awaitable<result<void>> plan_types(operations::services& with, std::string types,
                                             std::string context_url) {
        query::plan_request wanted;
        wanted.page.limit = entities_a_page;
        if (!types.empty()) {
            auto context = jsonld::core_context();
            if (!context_url.empty()) {
                auto finding = with.contexts.from_url(std::move(context_url));
                MERIDIAN_CO_TRY(context, co_await std::move(finding));
            }
            const query::parse_scope scope{*context};
            MERIDIAN_CO_TRY(wanted.selection.types, query::parse_types(types, scope));
        }
        plan_ = query::make_plan(wanted, with.dictionary);
        co_return result<void>{};
    }

    std::future<void> begin_page() {
        return parts_.begin(0, [this](operations::services& with) { return read_page(with); });
    }

    asio::awaitable<void> read_page(operations::services& with) {
        auto reading = with.entities.query(tenant_, plan_);
        const auto page = co_await std::move(reading);
        if (!page) {
            outcome_ = page.error();
            co_return;
        }
        ngsild::compacted_names& names = names_of(with);
        const auto now = api::worker::now();
        for (const auto& row : page->rows) {
            ngsild::append_entity(lines_, {row.uri, row.created_at, row.modified_at, row.document},
                                  how_, names, now);
            lines_ += '\n';
        }
        plan_.page.after = page->more ? std::optional{page->last_eid} : std::nullopt;
    }

    ngsild::compacted_names& names_of(operations::services& with) {
        if (!names_)
            names_.emplace(jsonld::core_context(), with.dictionary);
        return *names_;
    }

    broker& parts_;
    store::tenant_id tenant_;
    ngsild::representation how_;
    std::optional<ngsild::compacted_names> names_;
    query::query_plan plan_;
    std::string lines_;
    result<void> outcome_;
};

int failed(const problem& why) {
    spdlog::error("{}", why.detail());
    return 1;
}

} // namespace

int export_entities(const config& settings) {
    auto running = tool::start(settings);
    if (!running)
        return failed(running.error());
    const auto tenant = running->tenant(operations::missing_tenant::refuse);
    if (!tenant)
        return failed(tenant.error());
    const auto outcome = exporter(running->parts(), *tenant).run(settings);
    running->stop();
    return outcome ? 0 : failed(outcome.error());
}

} // namespace meridian::app
