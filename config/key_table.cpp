#include "paysaga/config/key.hpp"

namespace paysaga::config {
namespace {

constexpr auto any = [](const auto&) -> Result<void> { return {}; };

/// A number, inclusive.
template <int least, int most>
constexpr auto within = [](int number) -> Result<void> {
  if (number >= least && number <= most) return {};
  return fail(ErrorCode::malformed, "got " + std::to_string(number) + ", wants " +
                                        std::to_string(least) + " to " + std::to_string(most));
};

template <std::int64_t least_ms, std::int64_t most_ms>
constexpr auto lasting = [](Duration duration) -> Result<void> {
  const Duration least = milliseconds{least_ms};
  const Duration most = milliseconds{most_ms};
  if (duration >= least && duration <= most) return {};
  return fail(ErrorCode::malformed,
              "got " + write(duration) + ", wants " + write(least) + " to " + write(most));
};

constexpr auto schedule = [](const std::vector<Duration>& waits) -> Result<void> {
  constexpr std::size_t waits_max = 6;
  if (waits.empty() || waits.size() > waits_max) {
    return fail(ErrorCode::malformed, "wants 1 to " + std::to_string(waits_max) + " durations");
  }
  for (const Duration wait : waits) {
    if (auto fits = lasting<1'000, 30LL * 86'400'000>(wait); !fits) return fits;
  }
  return {};
};

template <std::size_t size_min, std::size_t size_max>
constexpr auto word = [](const std::string& text) -> Result<void> {
  const bool sized = text.size() >= size_min && text.size() <= size_max;
  const bool plain = text.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789_.-") == std::string::npos;
  if (sized && plain) return {};
  return fail(ErrorCode::malformed, "got " + write(text) + ", wants " + std::to_string(size_min) +
                                        " to " + std::to_string(size_max) +
                                        " characters of A-Z a-z 0-9 _ . -");
};

constexpr auto body_size = [](const ByteSize& size) -> Result<void> {
  constexpr ByteSize least{4 * 1024};
  constexpr ByteSize most{16 * 1024 * 1024};
  if (size.bytes >= least.bytes && size.bytes <= most.bytes) return {};
  return fail(ErrorCode::malformed,
              "got " + write(size) + ", wants " + write(least) + " to " + write(most));
};

constexpr auto broker_list = [](const std::string& text) -> Result<void> {
  const bool plain = text.find_first_of(" \t\r\n/") == std::string::npos;
  if (plain && (text.empty() || text.find(':') != std::string::npos)) return {};
  return fail(ErrorCode::malformed, "got " + write(text) +
                                        ", wants host:port, separated by commas, as in " +
                                        write(std::string{"kafka-1:9092,kafka-2:9092"}));
};

constexpr auto some_path = [](const std::filesystem::path& path) -> Result<void> {
  if (!path.empty()) return {};
  return fail(ErrorCode::malformed, "is empty; name a directory");
};

/// `section` and `member` give the setting's place in Settings, `check` says whether a value fits.
template <auto section, auto member, auto check = any>
constexpr Key key(std::string_view name, std::string_view help) {
  return {name, help,
          [](Settings& settings, const Value& value) -> Result<void> {
            auto& place = settings.*section.*member;
            auto read_value = place;
            return read(value, read_value).and_then([&] { return check(read_value); }).map([&] {
              place = std::move(read_value);
            });
          },
          [](const Settings& settings) { return write(settings.*section.*member); }};
}

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_ms = 24 * hour_ms;

constexpr Key table[] = {
    key<&Settings::node, &NodeSettings::id, word<1, 64>>(
        "node.id", "Names this node in logs, claims and metrics."),
    key<&Settings::node, &NodeSettings::data, some_path>(
        "node.data", "Where journal and state are kept. Relative to where the node is started."),
    key<&Settings::node, &NodeSettings::roles>(
        "node.roles",
        "The machines that it runs: what happened to the money, and what that means\n"
        "for the order."),
    key<&Settings::node, &NodeSettings::compatibility, within<1, 1>>(
        "node.compatibility", "The version of the records that it writes."),
    key<&Settings::node, &NodeSettings::threads, within<1, 256>>("node.threads",
                                                                 "Threads that run the actors."),

    key<&Settings::http, &HttpSettings::listen>(
        "http.listen",
        "Where HTTP is served. Loopback only: there are no tokens to tell callers\n"
        "apart. Port 0 lets the system choose."),
    key<&Settings::http, &HttpSettings::body_max, body_size>(
        "http.body_max",
        "The largest body of a request; where lines are streamed, the longest\n"
        "line."),
    key<&Settings::http, &HttpSettings::connections_max, within<1, 65'536>>("http.connections_max",
                                                                            "More are refused."),
    key<&Settings::http, &HttpSettings::timeout, lasting<100, hour_ms>>(
        "http.timeout", "A client that takes longer to send or to read is disconnected."),

    key<&Settings::journal, &JournalSettings::kind>(
        "journal.kind",
        "Where decisions are made durable: \"local\", a database in node.data, or\n"
        "\"kafka\", a topic that all nodes of the group share."),
    key<&Settings::journal, &JournalSettings::publish>(
        "journal.publish",
        "\"exactly_once\", or \"at_least_once\": after a crash the same events\n"
        "may come again, under the same ids."),
    key<&Settings::journal, &JournalSettings::retention, lasting<hour_ms, 3'650 * day_ms>>(
        "journal.retention", "How long the journal is kept. State and history stay."),

    key<&Settings::kafka, &KafkaSettings::brokers, broker_list>(
        "kafka.brokers", "The first brokers to ask: host:port, separated by commas."),
    key<&Settings::kafka, &KafkaSettings::group, word<1, 64>>(
        "kafka.group", "Names the installation: part of every event id."),
    key<&Settings::kafka, &KafkaSettings::topic_prefix, word<0, 64>>(
        "kafka.topic_prefix", "Stands before the name of every topic."),
    key<&Settings::kafka, &KafkaSettings::partitions, within<0, 1'024>>(
        "kafka.partitions",
        "Fixed when the log is made: no more nodes than this can share the work.\n"
        "0: 4 on the local log, 24 on Kafka."),
    key<&Settings::kafka, &KafkaSettings::replication, within<1, 16>>(
        "kafka.replication", "Of topics that are made; as many as there are brokers at most."),
    key<&Settings::kafka, &KafkaSettings::create_topics>(
        "kafka.create_topics", "Makes the topics that are missing; false: that is an error."),
    key<&Settings::kafka, &KafkaSettings::standby, within<0, 1>>(
        "kafka.standby",
        "1: this node also follows the partitions that others lead, so that it takes\n"
        "them over within moments. It costs their disk and network a second time."),
    key<&Settings::kafka, &KafkaSettings::session_timeout, lasting<1'000, 300'000>>(
        "kafka.session_timeout",
        "After which a node that is not heard of loses its partitions to others."),

    key<&Settings::stripe, &StripeSettings::mode>(
        "stripe.mode", "\"simulator\" takes no money; \"test\" and \"live\" ask Stripe."),
    key<&Settings::stripe, &StripeSettings::base_url>(
        "stripe.base_url",
        "Empty: the built-in simulator, or https://api.stripe.com. In simulator\n"
        "mode it may name a simulator on this machine."),
    key<&Settings::stripe, &StripeSettings::api_version, word<1, 64>>("stripe.api_version",
                                                                      "Pinned on every request."),
    key<&Settings::stripe, &StripeSettings::key>(
        "stripe.key",
        "The secret or restricted key: { file = \"...\" }, { env = \"...\" } or\n"
        "{ credential = \"...\" } (systemd)."),
    key<&Settings::stripe, &StripeSettings::timeout, lasting<100, 600'000>>(
        "stripe.timeout", "For the answer to a request. Later its outcome is unknown."),
    key<&Settings::stripe, &StripeSettings::connect_timeout, lasting<10, 60'000>>(
        "stripe.connect_timeout", "For a connection, TLS included."),
    key<&Settings::stripe, &StripeSettings::connections_max, within<1, 1'024>>(
        "stripe.connections_max", "Connections that are kept open."),
    key<&Settings::stripe, &StripeSettings::calls_max, within<1, 65'536>>(
        "stripe.calls_max", "Calls in flight, those that wait for a connection included."),
    key<&Settings::stripe, &StripeSettings::rates>(
        "stripe.rates",
        "Calls a second of one endpoint and in all, as in { endpoint = \"20/s\", total =\n"
        "\"22/s\" }, or \"none\". Not set: none for a simulator, 20/s and 22/s in test\n"
        "mode, 20/s and 90/s in live mode. Customers go first, then refunds, then\n"
        "reads; one start in `lowest_every` looks from the reads up, \"0\": none does."),
    key<&Settings::stripe, &StripeSettings::sweep_every, lasting<0, day_ms>>(
        "stripe.sweep_every",
        "How often Stripe's events are fetched, for what no webhook has told; \"0s\": never."),
    key<&Settings::stripe, &StripeSettings::simulator_speed, within<1, 100'000>>(
        "stripe.simulator_speed", "In simulator mode the waits for evidence are divided by this."),
    key<&Settings::stripe, &StripeSettings::simulator_latency, lasting<0, 600'000>>(
        "stripe.simulator_latency", "How long the built-in simulator takes to answer."),

    key<&Settings::saga, &SagaSettings::late_success>(
        "saga.late_success",
        "What becomes of a payment that succeeds after its order expired or was\n"
        "closed: \"refund\", \"accept\" (expired orders only) or \"hold\"."),
    key<&Settings::saga, &SagaSettings::expires_in, lasting<1'000, 30 * day_ms>>(
        "saga.expires_in", "How long a payment waits for its customer, unless the command says."),
    key<&Settings::saga, &SagaSettings::auto_retries, within<0, 8>>(
        "saga.auto_retries",
        "New attempts by itself, with the same method, after a decline that may pass;\n"
        "off-session only, and before the payment expires. They wait as\n"
        "saga.compensation_schedule says."),
    key<&Settings::saga, &SagaSettings::command_parked_max, lasting<1'000, day_ms>>(
        "saga.command_parked_max", "How long an early command waits for what it needs."),
    key<&Settings::saga, &SagaSettings::commands_max, within<10, 100'000>>(
        "saga.commands_max", "Commands that one order takes in its life."),
    key<&Settings::saga, &SagaSettings::read_schedule, schedule>(
        "saga.read_schedule",
        "When a waiting payment or refund is read at Stripe: one to six waits,\n"
        "then the last again and again."),
    key<&Settings::saga, &SagaSettings::compensation_schedule, schedule>(
        "saga.compensation_schedule", "When a failed refund of an ended order is tried again."),

    key<&Settings::log, &LogSettings::level>(
        "log.level", "The least that is logged: \"debug\", \"info\", \"warning\", \"error\"."),
    key<&Settings::log, &LogSettings::format>(
        "log.format", "\"text\", \"json\", or \"automatic\": text on a terminal, JSON elsewhere."),

    key<&Settings::audit, &AuditSettings::key>(
        "audit.key",
        "Signs the hash chain of the events (HMAC-SHA-256), written as stripe.key.\n"
        "Without it the chain is plain SHA-256."),
    key<&Settings::audit, &AuditSettings::key_id, word<1, 64>>(
        "audit.key_id", "Stands beside each hash, so that keys can be changed."),
};

}  // namespace

std::span<const Key> keys() {
  return table;
}

}  // namespace paysaga::config
