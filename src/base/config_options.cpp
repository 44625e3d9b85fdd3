#include "config_options.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace meridian {
namespace {

using std::string_view;

constexpr double day = 86'400'000;

constexpr option listening[] = {
    {"host", &config::host, "Address to listen on; 0.0.0.0 or :: for every interface."},
    {"port", &config::port, "Port of the NGSI-LD API; 0 takes a free one.", {0, 65535}},
    {"public-url",
     &config::public_url,
     "Scheme and authority by which clients and other brokers reach this one, such as "
     "https://broker.example.org: begins the URLs of what is served under them.",
     {},
     "as the client's request has it"},
    {"admin-host", &config::admin_host,
     "Address of the admin listener (/explain, /metrics), which asks nobody who they are: "
     "loopback, "
     "or a network of the operator's own."},
    {"admin-port",
     &config::admin_port,
     "Port of the admin listener; 0: there is none.",
     {0, 65535}},
    {"tls-cert",
     &config::tls_cert,
     "PEM file with the certificate chain; turns HTTPS on.",
     {},
     "plain HTTP"},
    {"tls-key", &config::tls_key, "PEM file with the certificate's private key.", {}, "none"},
    {"cors-origins",
     &config::cors_origins,
     "Origins that browsers may call from, or * for all.",
     {},
     "CORS is off"},
    {"gzip", &config::gzip, "Compress answers for clients that accept it."},
    {"temporal-range-unit", &config::temporal_range_unit,
     "Unit of Content-Range in partial temporal answers: DateTime, as clause 6.3.10 has it, or "
     "date-time, which other brokers and the ETSI test suite use."},
    {"threads", &config::threads, "Threads that serve requests.", {0, 256}, "one a core"},
    {"max-connections", &config::max_connections, "Connections at one time.", {1, 1e6}},
    {"idle-timeout",
     &config::idle_timeout,
     "An idle connection is closed after this time.",
     {100, day}},
    {"request-timeout",
     &config::request_timeout,
     "A request must have arrived completely, and its answer have been taken, in this time.",
     {100, day}},
    {"drain-timeout",
     &config::drain_timeout,
     "How long requests in flight may go on after SIGTERM.",
     {0, day}},
    {"drain-notice",
     &config::drain_notice,
     "How long at least new connections are still answered after SIGTERM, while /q/ready is 503: "
     "longer than a load balancer's probing interval, where there is one.",
     {0, day}},
};

constexpr option database[] = {
    {"data-dir", &config::data_dir, "Folder of the embedded database cluster."},
    {"db",
     &config::db,
     "URL (postgresql://user@host:port/name) of an existing database with PostGIS.",
     {},
     "the embedded cluster in data-dir"},
    {"db-read-connections",
     &config::db_read_connections,
     "Connections for reading, for each thread.",
     {1, 64}},
    {"write-lanes",
     &config::write_lanes,
     "Connections that write, for the whole process.",
     {1, 64}},
    {"statement-timeout",
     &config::statement_timeout,
     "The database gives up a statement after this time.",
     {100, day}},
    {"indexed-attributes",
     &config::indexed_attributes,
     "Attributes that q compares often, as Type/attribute with names of the core @context or IRIs: "
     "their values get index rows. What is no longer listed keeps its rows.",
     {},
     "none"},
    {"automatic-index-after",
     &config::automatic_index_after,
     "Others get index rows, too, once queries that they would have served took the database so "
     "long within an hour; 0: never.",
     {0, day}},
    {"history-fold-after-days",
     &config::history_fold_after_days,
     "Instances of the Temporal Evolution are stored compactly once their month ended so many days "
     "ago; 0: never.",
     {0, 100'000}},
    {"history-retention-days",
     &config::history_retention_days,
     "Months of the Temporal Evolution that ended longer ago are dropped; 0: never.",
     {0, 100'000}},
    {"history-policies",
     &config::history_policies,
     "How many days instances of the temporal evolution and their roll-ups are kept, each as "
     "Type/attribute=tenant:NAME;raw:30;PT1H:365;P1D: without days for ever, without a tenant of "
     "the default one (docs/history-policies.md). What is no longer listed stays in force.",
     {},
     "none: all instances for ever"},
    {"embedded-user",
     &config::embedded_user,
     "Unprivileged system user that the embedded cluster runs as, when started as root.",
     {},
     "postgres, else nobody"},
    {"embedded-shared-buffers",
     &config::embedded_shared_buffers,
     "shared_buffers of the embedded cluster.",
     {1e6, 1e12}},
};

constexpr option limits[] = {
    {"max-body", &config::max_body, "Largest request body.", {1'000, 1e9}},
    {"max-header", &config::max_header, "Largest header block of a request.", {1'000, 1e6}},
    {"max-url", &config::max_url, "Longest request target.", {100, 1e6}},
    {"max-json-depth", &config::max_json_depth, "Deepest nesting of JSON.", {8, 500}},
    {"default-page",
     &config::default_page,
     "Entities a page where no limit is asked for.",
     {1, 100'000}},
    {"max-page",
     &config::max_page,
     "Largest limit of a page; above it 403 TooManyResults.",
     {1, 100'000}},
    {"max-temporal-instances",
     &config::max_temporal_instances,
     "Instances of an Attribute in one temporal answer, of an aggregation its periods.",
     {1, 1e6}},
    {"max-exports",
     &config::max_exports,
     "Temporal answers in CSV that are written at one time, each with a connection of its own to "
     "the database; more are 503.",
     {1, 1'000}},
    {"export-timeout",
     &config::export_timeout,
     "Such an answer is cut off after this time: as long as it takes, the database keeps what is "
     "deleted meanwhile.",
     {1'000, day}},
    {"max-temporal-answer",
     &config::max_temporal_answer,
     "Instances in one temporal answer, of all its Entities and Attributes together, and those of "
     "one Entity that a filter (q, georel, scopeQ) looks at.",
     {1, 1e7}},
    {"max-batch", &config::max_batch, "Entities in one batch operation.", {1, 100'000}},
    {"max-query-terms",
     &config::max_query_terms,
     "Terms in one q, type or scope expression, and EntitySelectors in one Query.",
     {1, 10'000}},
    {"max-vertices", &config::max_vertices, "Vertices of one geometry.", {4, 1e7}},
    {"max-name", &config::max_name, "Longest id, datasetId and expanded name.", {64, 2'048}},
    {"max-names-per-tenant",
     &config::max_names_per_tenant,
     "Distinct types and Attribute names in one tenant.",
     {1, 1e8}},
    {"max-tenants", &config::max_tenants, "Tenants.", {1, 1e7}},
    {"max-forwards",
     &config::max_forwards,
     "Context Source Registrations that one request is distributed to.",
     {1, 100'000}},
};

constexpr option audit[] = {
    {"audit-subject-header",
     &config::audit_subject_header,
     "Header that names who makes a request; each change is recorded with that name. To be trusted "
     "only behind a gateway that sets it and takes it away from what clients send.",
     {},
     "nobody is recorded"},
};

constexpr option contexts[] = {
    {"max-context", &config::max_context, "Largest remote @context.", {1'000, 1e9}},
    {"max-context-depth",
     &config::max_context_depth,
     "Deepest nesting of remote @contexts.",
     {1, 64}},
    {"context-timeout", &config::context_timeout, "Time to fetch one remote @context.", {10, day}},
    {"context-max-age",
     &config::context_max_age,
     "A cached @context is fetched again after this time, where its server names none.",
     {0, 3650 * day}},
};

constexpr option notifications[] = {
    {"notification-timeout",
     &config::notification_timeout,
     "Time for a receiver to answer, where its subscription names none.",
     {10, day}},
    {"notification-retries",
     &config::notification_retries,
     "Further attempts at a notification that could not be delivered.",
     {0, 1'000}},
    {"notification-retry-interval",
     &config::notification_retry_interval,
     "Wait before the first further attempt; it doubles each time.",
     {1, day}},
    {"notification-concurrency",
     &config::notification_concurrency,
     "Notifications on their way at one time.",
     {1, 10'000}},
    {"notification-concurrency-per-host",
     &config::notification_concurrency_per_host,
     "Notifications on their way to one receiver at one time.",
     {1, 10'000}},
};

constexpr option outbound[] = {
    {"forward-timeout",
     &config::forward_timeout,
     "Time for a Context Source to answer a forwarded request, where its registration names none.",
     {10, day}},
    {"forward-concurrency",
     &config::forward_concurrency,
     "Requests to Context Sources on their way at one time; others wait their turn.",
     {1, 100'000}},
    {"egress-private", &config::egress_private,
     "Whether notifications and remote @contexts may go to private networks (RFC 1918 and such)."},
    {"egress-loopback", &config::egress_loopback,
     "Whether they may go to this machine. Link-local and cloud metadata addresses never."},
};

constexpr option source[] = {
    {"source-alias",
     &config::source_alias,
     "Pseudonym of this broker in Via headers, by which loops are noticed (contextSourceAlias).",
     {},
     "host name and port"},
    {"source-id", &config::source_id, "URI of this Context Source (5.2.40)."},
};

constexpr option tools[] = {
    {"tenant", &config::tenant, "Tenant that they work on.", {}, "the default Tenant"},
    {"type", &config::type, "Entity Types (4.17) that export writes.", {}, "all"},
    {"temporal", &config::temporal, "import reads Temporal Evolutions (EntityTemporal, 5.2.20)."},
    {"format",
     &config::format,
     "What import reads: json (NDJSON or arrays) or csv.",
     {},
     "csv of files that end so or have --columns"},
    {"columns",
     &config::columns,
     "What the columns of a CSV file mean, as TARGET=SOURCE,…: 'id=urn:x:{station},type=Station,"
     "observedAt=time,PM10=pm10:GQ' (docs/csv.md).",
     {},
     "those of an export"},
    {"context",
     &config::context,
     "URL of the @context of explain's URL, of --type, and of names in CSV files.",
     {},
     "the core @context"},
};

constexpr option logging[] = {
    {"log-level", &config::log_level, "Least level that is logged."},
    {"log-format", &config::log_format, "Form of a log line."},
    {"access-log",
     &config::access_log,
     "Share of requests that get a log line, 0 to 1; refused by an error of ours (5xx): always.",
     {0, 1}},
    {"slow-request",
     &config::slow_request,
     "A request that takes longer is logged as a warning.",
     {0, day}},
};

constexpr option_section sections[] = {
    {"Listening", heeded_by::serve, listening},
    {"Database", heeded_by::every_command, database},
    {"Limits", heeded_by::every_command, limits},
    {"Audit", heeded_by::serve, audit},
    {"Remote @contexts", heeded_by::every_command, contexts},
    {"Notifications", heeded_by::serve, notifications},
    {"Outbound calls", heeded_by::every_command, outbound},
    {"Context source", heeded_by::serve, source},
    {"import, export, explain", heeded_by::tools, tools},
    {"Logging", heeded_by::every_command, logging},
};

std::vector<string_view> all_names() {
    std::vector<string_view> names{"config"};
    for (const option_section& section : sections)
        for (const option& row : section.options)
            names.push_back(row.name);
    return names;
}

} // namespace

std::span<const option_section> option_sections() noexcept {
    return sections;
}

const option* find_option(string_view name) noexcept {
    for (const option_section& section : sections)
        for (const option& row : section.options)
            if (row.name == name)
                return &row;
    return nullptr;
}

std::string variable_name(string_view option_name) {
    std::string variable = "MERIDIAN_";
    for (const char letter : option_name)
        variable += letter == '-'
                        ? '_'
                        : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    return variable;
}

std::span<const string_view> option_names() {
    static const std::vector<string_view> names = all_names();
    return names;
}

} // namespace meridian
