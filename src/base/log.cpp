#include "meridian/base/log.hpp"
#include "meridian/base/json.hpp"
#include "meridian/base/time.hpp"

#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <array>
#include <memory>
#include <string>
#include <utility>

namespace meridian {
namespace {

/// One JSON object a line: `{"time":…,"level":…,"thread":…,"message":…}`.
class json_lines final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        std::string line = "{\"time\":\"";
        append_text(line, std::chrono::floor<std::chrono::microseconds>(message.time));
        line += "\",\"level\":";
        const auto level = spdlog::level::to_string_view(message.level);
        append_json_string(line, {level.data(), level.size()});
        line += ",\"thread\":" + std::to_string(message.thread_id) + ",\"message\":";
        append_json_string(line, {message.payload.data(), message.payload.size()});
        line += "}\n";
        out.append(line.data(), line.data() + line.size());
    }
    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<json_lines>();
    }
};

constexpr std::array<std::pair<std::string_view, spdlog::level::level_enum>, 6> levels{
    {{"trace", spdlog::level::trace},
     {"debug", spdlog::level::debug},
     {"info", spdlog::level::info},
     {"warn", spdlog::level::warn},
     {"error", spdlog::level::err},
     {"off", spdlog::level::off}}};

} // namespace

void set_up_logging(log_format format, spdlog::level::level_enum level) {
    auto logger = std::make_shared<spdlog::logger>(
        "meridian", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    if (format == log_format::json_lines)
        logger->set_formatter(std::make_unique<json_lines>());
    else
        logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
    logger->set_level(level);
    logger->flush_on(spdlog::level::warn);
    spdlog::set_default_logger(std::move(logger));
}

bool parse_log_level(std::string_view text, spdlog::level::level_enum& level) noexcept {
    for (const auto& [name, value] : levels) {
        if (name == text) {
            level = value;
            return true;
        }
    }
    return false;
}

} // namespace meridian
