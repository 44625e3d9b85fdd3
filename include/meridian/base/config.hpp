#pragma once

#include "meridian/base/log.hpp"
#include "meridian/base/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meridian {

/// A number of bytes; a type of its own, so that the definition table knows how to read and print
/// it ("10 MB"). Units count in thousands: kB = 1,000, MB = 1,000,000; KiB, MiB, GiB in 1,024s.
struct byte_count {
    std::uint64_t value = 0;
    [[nodiscard]] constexpr operator std::size_t() const noexcept { return value; }
    bool operator==(const byte_count&) const = default;
};

/// A `[[history-policy]]` of the configuration file, as it stands there (docs/history-policies.md):
/// its members have the right form, what they say is not looked at yet.
struct history_policy_table {
    struct roll_up {
        std::string period;
        std::optional<std::int64_t> days;
        bool operator==(const roll_up&) const = default;
    };
    std::string place; ///< file and line, which messages begin with
    std::string tenant;
    std::string type;
    std::string attribute;
    std::optional<std::int64_t> raw_days;
    std::vector<roll_up> roll_ups;
    bool operator==(const history_policy_table&) const = default;
};

/// Everything that can be set from outside. A default-constructed value holds the defaults, which
/// is what tests start from; `load_config` gives one that is checked. The definition table
/// (src/base/config_options.cpp) names each member once, for flags, environment, file, `--help`
/// and docs/configuration.md; what each means stands there and nowhere else.
/// It is built before the first thread starts and never changes afterwards.
struct config {
    // Listening
    std::string host = "127.0.0.1";
    std::uint16_t port = 1026;
    std::string public_url;
    std::string admin_host = "127.0.0.1";
    std::uint16_t admin_port = 0;
    std::string tls_cert;
    std::string tls_key;
    std::vector<std::string> cors_origins;
    bool gzip = true;
    std::string temporal_range_unit = "DateTime";
    std::size_t threads = 0;
    std::size_t max_connections = 10'000;
    std::chrono::milliseconds idle_timeout = std::chrono::seconds(60);
    std::chrono::milliseconds request_timeout = std::chrono::seconds(60);
    std::chrono::milliseconds drain_timeout = std::chrono::seconds(20);
    std::chrono::milliseconds drain_notice = std::chrono::seconds(0);

    // Database
    std::string data_dir = "data";
    std::string db;
    std::size_t db_read_connections = 2;
    std::size_t write_lanes = 2;
    std::chrono::milliseconds statement_timeout = std::chrono::seconds(30);
    std::vector<std::string> indexed_attributes;
    std::chrono::milliseconds automatic_index_after = std::chrono::seconds(60);
    std::size_t history_fold_after_days = 7;
    std::size_t history_retention_days = 0;
    std::vector<std::string> history_policies;
    std::vector<history_policy_table> history_policy_tables; ///< of the file alone
    std::string embedded_user;
    byte_count embedded_shared_buffers{128u << 20};

    // Limits
    byte_count max_body{10'000'000};
    byte_count max_header{16'000};
    byte_count max_url{8'000};
    std::size_t max_json_depth = 64;
    std::size_t default_page = 20;
    std::size_t max_page = 1'000;
    std::size_t max_temporal_instances = 1'000;
    std::size_t max_exports = 4;
    std::chrono::milliseconds export_timeout = std::chrono::hours(1);
    std::size_t max_temporal_answer = 100'000;
    std::size_t max_batch = 1'000;
    std::size_t max_query_terms = 100;
    std::size_t max_vertices = 10'000;
    byte_count max_name{2'048};
    std::size_t max_names_per_tenant = 50'000;
    std::size_t max_tenants = 10'000;
    std::size_t max_forwards = 1'000;

    // Audit
    std::string audit_subject_header;

    // Remote contexts
    byte_count max_context{1'000'000};
    std::size_t max_context_depth = 8;
    std::chrono::milliseconds context_timeout = std::chrono::seconds(5);
    std::chrono::milliseconds context_max_age = std::chrono::hours(24);

    // Notifications
    std::chrono::milliseconds notification_timeout = std::chrono::seconds(5);
    std::size_t notification_retries = 5;
    std::chrono::milliseconds notification_retry_interval = std::chrono::seconds(2);
    std::size_t notification_concurrency = 64;
    std::size_t notification_concurrency_per_host = 8;

    // Outbound calls
    std::chrono::milliseconds forward_timeout = std::chrono::seconds(5);
    std::size_t forward_concurrency = 256;
    bool egress_private = true;
    bool egress_loopback = true;

    // Context source
    std::string source_alias;
    std::string source_id = "urn:ngsi-ld:ContextSource:meridian";

    // import, export, explain
    std::string tenant;
    std::string type;
    bool temporal = false;
    std::string format;
    std::string columns;
    std::string context;

    // Logging
    spdlog::level::level_enum log_level = spdlog::level::info;
    enum log_format log_format = log_format::text;
    double access_log = 0.01;
    std::chrono::milliseconds slow_request = std::chrono::seconds(1);
};

/// One `--name value` or `--name=value`; `name` is without the dashes.
struct flag {
    std::string name;
    std::string value;
    bool operator==(const flag&) const = default;
};

/// What stands behind a command's name, in order: flags, and operands such as file names.
struct arguments {
    std::vector<flag> flags;
    std::vector<std::string> operands;
    bool operator==(const arguments&) const = default;
};

/// Splits what follows the command. A yes/no option needs no value (`--gzip` is `--gzip=true`),
/// each other takes `=value` or the next argument; `--` ends the flags; a lone `-` is an operand.
/// Fails with invalid_request: an unknown flag (the nearest name is suggested), a missing value.
[[nodiscard]] result<arguments> split_arguments(std::span<const std::string> texts);

/// Variables by name, those that begin with `MERIDIAN_`.
using environment = std::map<std::string, std::string>;
[[nodiscard]] environment process_environment();

/// The configuration out of flags, then environment, then TOML file, then defaults. The file is
/// the one that `--config` or MERIDIAN_CONFIG names, else ./meridian.toml, else
/// /etc/meridian/meridian.toml; the last two may be absent.
/// Fails with invalid_request, in one line that names source and option: an unknown name in any
/// source (with the nearest one), a value of the wrong form or out of its range, a file that cannot
/// be read or is not TOML, options that contradict each other.
[[nodiscard]] result<config> load_config(std::span<const flag> flags, const environment& variables);

/// The options that `command` heeds, a section at a time, for `--help`: all of them for `serve`,
/// those of database, history, limits and logging for the other commands that open the database.
[[nodiscard]] std::string render_help(std::string_view command);

/// docs/configuration.md.
[[nodiscard]] std::string render_markdown();

/// The one of `candidates` that was most probably meant by `text`; empty where none is near.
[[nodiscard]] std::string_view nearest_name(std::string_view text,
                                            std::span<const std::string_view> candidates);

} // namespace meridian
