#include "api/temporal_csv.hpp"

#include "meridian/ngsild/temporal_csv.hpp"

#include <span>
#include <string>
#include <utility>

namespace meridian::api {
namespace {

constexpr std::size_t little = 64'000; ///< bytes that are answered at once

/// Writes what an export gives.
class csv_writer {
public:
    csv_writer(worker& with, jsonld::context_ptr context, temporal_style style,
               std::unique_ptr<store::evolution_export> from)
        : with_(with), context_(std::move(context)), style_(std::move(style)),
          from_(std::move(from)) {}

    [[nodiscard]] const store::evolution_export* from() const noexcept { return from_.get(); }

    void append_header(std::string& out) const {
        if (style_.aggregated)
            ngsild::append_csv_header(out, style_.aggregated->methods);
        else
            ngsild::append_csv_header(out, style_.how);
    }

    /// Appends something; nothing at the end.
    asio::awaitable<result<void>> append_more(std::string& out) {
        const auto size = out.size();
        while (from_ && out.size() == size) {
            MERIDIAN_CO_TRY(const auto part, co_await from_->next());
            if (part.empty())
                break;
            append(out, part);
        }
        co_return result<void>{};
    }

private:
    void append(std::string& out, std::span<const store::evolution> part) {
        auto& names = with_.names_of(context_);
        for (const auto& one : part) {
            const ngsild::temporal_head head{one.uri,         one.types,      one.created_at,
                                             one.modified_at, one.deleted_at, {}};
            if (style_.aggregated)
                ngsild::append_csv_periods(out, head, one.aggregated, style_.how, names);
            else
                ngsild::append_csv_instances(out, head, one.rows, style_.how, names);
        }
    }

    worker& with_; ///< outlives every answer
    jsonld::context_ptr context_;
    temporal_style style_;
    std::unique_ptr<store::evolution_export> from_;
};

/// The answer from where it was not written at once.
class csv_body final : public http::body_source {
public:
    csv_body(std::unique_ptr<csv_writer> rest, std::string begun)
        : rest_(std::move(rest)), begun_(std::move(begun)) {}

    asio::awaitable<result<void>> next(std::string& into) override {
        if (!begun_.empty()) {
            into.swap(begun_);
            begun_ = {};
            co_return result<void>{};
        }
        auto appending = rest_->append_more(into);
        co_return co_await std::move(appending);
    }

private:
    std::unique_ptr<csv_writer> rest_;
    std::string begun_;
};

} // namespace

std::vector<ngsild::name_id> hidden_attributes(const ngsild::projection& shown) {
    std::vector<ngsild::name_id> hidden;
    if (shown.how == ngsild::projection::mode::except)
        hidden = shown.attributes;
    if (!shown.scope)
        hidden.push_back(ngsild::scope_attribute);
    return hidden;
}

handler_result answer_with_csv(call& request, jsonld::context_ptr context, temporal_style style,
                               std::unique_ptr<store::evolution_export> from,
                               std::optional<paging> asked, operations::export_extent extent) {
    auto answer = answer_with(media_type::csv, *context, {});
    answer.content_type = "text/csv; charset=utf-8; header=present";
    auto writer = std::make_unique<csv_writer>(request.with, std::move(context), std::move(style),
                                               std::move(from));
    std::string body;
    writer->append_header(body);
    bool more = true;
    while (more && body.size() < little) {
        const auto size = body.size();
        auto appending = writer->append_more(body);
        MERIDIAN_CO_CHECK(co_await std::move(appending));
        more = body.size() > size;
    }
    const auto* read = writer->from();
    std::optional<std::int64_t> count;
    if (asked && asked->count)
        count = read ? read->count() : 0;
    if (asked && extent == operations::export_extent::page)
        add_paging(answer, request, *asked, read && read->more(), count, media_type::csv);
    else if (count)
        answer.add("NGSILD-Results-Count", std::to_string(*count));
    if (more)
        answer.source = std::make_unique<csv_body>(std::move(writer), std::move(body));
    else
        answer.body = std::move(body);
    co_return answer;
}

} // namespace meridian::api
