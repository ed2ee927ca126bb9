#include "paysaga/engine/metrics.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "paysaga/engine/log.hpp"

namespace paysaga::engine {
namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Labels;

// The closed label sets. What is not among them is counted under the last one.
constexpr std::array<std::string_view, 16> input_kinds = {"payment.initiate",
                                                          "payment.confirm",
                                                          "payment.capture",
                                                          "payment.cancel",
                                                          "order.cancel",
                                                          "order.rejected",
                                                          "order.delivery_failed",
                                                          "order.fulfilled",
                                                          "order.hold",
                                                          "order.resume",
                                                          "refund.request",
                                                          "answer",
                                                          "wake",
                                                          "payment.event",
                                                          "webhook",
                                                          "other"};
constexpr std::array<std::string_view, 5> outcomes = {"accepted", "ignored", "parked", "refused",
                                                      "misused"};
constexpr std::array<std::string_view, 9> call_outcomes = {"done",        "declined",     "refused",
                                                           "not_sent",    "unauthorized", "unknown",
                                                           "key_misused", "key_expired",  "other"};
/// All but `none`.
constexpr auto limit_texts = [] {
  std::array<std::string_view, actors::limit_texts.size() - 1> texts;
  std::copy(actors::limit_texts.begin() + 1, actors::limit_texts.end(), texts.begin());
  return texts;
}();
constexpr std::array<std::string_view, 4> deferral_texts = {"breaker", "queue", "hold", "other"};
constexpr std::array<std::string_view, 3> breaker_texts = {"unreachable", "unauthorized", "other"};
constexpr std::array<std::string_view, 4> status_classes = {"2xx", "3xx", "4xx", "5xx"};
constexpr std::array<std::string_view, 8> line_outcomes = {"accepted",  "repeated",    "refused",
                                                           "parked",    "quarantined", "malformed",
                                                           "retryable", "forwarded"};
constexpr std::array<std::string_view, 7> stuck_reasons = {"compensation_stuck",
                                                           "outcome_unknown",
                                                           "authorization_lost",
                                                           "hold_expires",
                                                           "money_overdrawn",
                                                           "quarantined",
                                                           "other"};
constexpr std::array<std::string_view, order_status_count> order_statuses = {
    "PAYMENT_PENDING", "PAYMENT_PROCESSING", "PENDING",           "FULFILLED",
    "PAYMENT_FAILED",  "CANCELLED",          "EXPIRED",           "REFUND_PENDING",
    "REFUND_FAILED",   "REFUNDED",           "PARTIALLY_REFUNDED"};

/// Place of `text` in `set`, the last one if it is not there.
template <std::size_t n>
std::size_t place_of(const std::array<std::string_view, n>& set, std::string_view text) {
  for (std::size_t i = 0; i + 1 < n; ++i) {
    if (set[i] == text) return i;
  }
  return n - 1;
}
constexpr std::array<std::string_view, 8> webhook_results = {
    "stored",    "unhandled",  "foreign",     "bad_signature",
    "malformed", "other_mode", "unavailable", "other"};

constexpr std::array<std::string_view, 2> run_outcomes = {"done", "failed"};
constexpr std::array<std::string_view, 3> swept_results = {"stored", "foreign", "other"};

const Histogram::BucketBoundaries& second_buckets() {
  static const Histogram::BucketBoundaries buckets = {
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
  return buckets;
}

double seconds_of(Duration duration) {
  return static_cast<double>(duration.count()) / 1e6;
}

Duration longest(Duration a, Duration b) {
  return std::max({a, b, Duration{0}});
}

/// One series a label of a closed set, made at once, so that it is exported at 0.
template <class Kind, std::size_t n>
using Row = std::array<Kind*, n>;

}  // namespace

struct Metrics::Series {
  Series(std::string_view version, const std::vector<std::string_view>& operations) {
    for (std::size_t i = 0; i < input_kinds.size(); ++i) {
      fill(events[i], metric::events, outcomes, "outcome", {{"kind", std::string{input_kinds[i]}}});
    }
    for (std::size_t i = 0; i < call_kind_count; ++i) {
      const Labels call = {{"call", std::string{to_text(static_cast<CallKind>(i))}}};
      fill(provider_requests[i], metric::provider_requests, call_outcomes, "outcome", call);
      provider_seconds[i] = &histogram(metric::provider_seconds, call);
    }
    fill(provider_limited, metric::provider_limited, limit_texts, "reason", {});
    fill(provider_deferred, metric::provider_deferred, deferral_texts, "why", {});
    fill(provider_breaker, metric::provider_breaker, breaker_texts, "why", {});
    for (const std::string_view operation : operations) add_operation(operation);
    add_operation("none");
    fill(http_lines, metric::http_lines, line_outcomes, "outcome", {});
    fill(webhooks, metric::webhooks, webhook_results, "result", {});
    fill(sweeps, metric::sweeps, run_outcomes, "outcome", {});
    fill(reconciliations, metric::reconciliations, run_outcomes, "outcome", {});
    fill(swept, metric::swept, swept_results, "result", {});
    for (std::size_t i = 0; i < stuck_reasons.size(); ++i) {
      const Labels reason = {{"reason", std::string{stuck_reasons[i]}}};
      stuck[i] = &gauge(metric::stuck, reason);
      stuck_oldest[i] = &gauge(metric::stuck_oldest, reason);
    }
    for (std::size_t i = 0; i < breaker_texts.size(); ++i) {
      breaker_open[i] = &gauge(metric::breaker_open, {{"why", std::string{breaker_texts[i]}}});
    }
    for (std::size_t i = 0; i < order_status_count; ++i) {
      if (!order::is_open(static_cast<order::Status>(i))) continue;
      open[i] = &gauge(metric::sagas_open, {{"status", std::string{order_statuses[i]}}});
    }
    gauge(metric::build_info, {{"version", std::string{version}}}).Set(1);
    for (const CurrencyRule& rule : currency_rules()) {
      gauge(metric::at_risk, {{"currency", std::string{rule.letters}}});
    }
  }

  Counter& counter(const metric::Name& name, const Labels& labels = {}) {
    return prometheus::BuildCounter().Name(name.name).Help(name.help).Register(registry).Add(
        labels);
  }
  Gauge& gauge(const metric::Name& name, const Labels& labels = {}) {
    return prometheus::BuildGauge().Name(name.name).Help(name.help).Register(registry).Add(labels);
  }
  Histogram& histogram(const metric::Name& name, const Labels& labels = {}) {
    return prometheus::BuildHistogram().Name(name.name).Help(name.help).Register(registry).Add(
        labels, second_buckets());
  }
  template <std::size_t n>
  void fill(Row<Counter, n>& row, const metric::Name& name,
            const std::array<std::string_view, n>& set, const char* label, Labels labels) {
    for (std::size_t i = 0; i < n; ++i) {
      labels[label] = std::string{set[i]};
      row[i] = &counter(name, labels);
    }
  }
  void add_operation(std::string_view operation) {
    const Labels labels = {{"operation", std::string{operation}}};
    Operation& entry = http[std::string{operation}];
    fill(entry.requests, metric::http_requests, status_classes, "status", labels);
    entry.took = &histogram(metric::http_seconds, labels);
  }

  struct Operation {
    Row<Counter, status_classes.size()> requests{};
    Histogram* took = nullptr;
  };

  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  std::array<Row<Counter, outcomes.size()>, input_kinds.size()> events{};
  std::array<Row<Counter, call_outcomes.size()>, call_kind_count> provider_requests{};
  Row<Histogram, call_kind_count> provider_seconds{};
  Row<Counter, limit_texts.size()> provider_limited{};
  Row<Counter, deferral_texts.size()> provider_deferred{};
  Row<Counter, breaker_texts.size()> provider_breaker{};
  Row<Counter, line_outcomes.size()> http_lines{};
  Row<Counter, webhook_results.size()> webhooks{};
  Row<Counter, run_outcomes.size()> sweeps{};
  Row<Counter, swept_results.size()> swept{};
  Row<Counter, run_outcomes.size()> reconciliations{};
  Row<Gauge, stuck_reasons.size()> stuck{};
  Row<Gauge, stuck_reasons.size()> stuck_oldest{};
  Row<Gauge, breaker_texts.size()> breaker_open{};
  Row<Gauge, order_status_count> open{};
  std::map<std::string, Operation, std::less<>> http;  // Never changes once it is made.

  Histogram& durable = histogram(metric::event_durable);
  Histogram& published_seconds = histogram(metric::event_published);
  Histogram& append = histogram(metric::append);
  Counter& published = counter(metric::published);
  Counter& dead_lettered = counter(metric::dead_lettered);
  Counter& moved = counter(metric::moved);
  Counter& claims = counter(metric::claims);
  Counter& step_downs = counter(metric::step_downs);
  Counter& partition_failures = counter(metric::partition_failures);
  Counter& quarantines = counter(metric::quarantines);
  Gauge& swept_at = gauge(metric::swept_at);
  Gauge& reconcile_findings = gauge(metric::reconcile_findings);
  Gauge& reconciled_at = gauge(metric::reconciled_at);
  Gauge& http_connections = gauge(metric::http_connections);
  Counter& http_refused = counter(metric::http_refused);
  Gauge& topics_faulty = gauge(metric::topics_faulty);
  Gauge& snapshot_age = gauge(metric::snapshot_age);
  std::mutex scrape;  // One scrape sets its gauges and reads them.

  /// What goes on since when: told when it begins and when it ends.
  struct OpenBreaker {
    std::size_t why;
    Time since;
  };
  std::function<Time()> now;
  std::mutex guard;  // Of what follows.
  std::map<std::string, OpenBreaker, std::less<>> breakers;
  std::map<storage::PartitionId, Time> behind;

  void set_ages() {
    std::array<Duration, breaker_texts.size()> ages{};
    Duration age{};
    const Time at = now();
    const std::lock_guard lock{guard};
    for (const auto& [endpoint, breaker] : breakers) {
      ages[breaker.why] = longest(ages[breaker.why], at - breaker.since);
    }
    for (const auto& [partition, since] : behind) age = longest(age, at - since);
    for (std::size_t i = 0; i < ages.size(); ++i) breaker_open[i]->Set(seconds_of(ages[i]));
    snapshot_age.Set(seconds_of(age));
  }

  void set_stuck(const std::vector<Gauges::Stuck>& all) {
    std::array<Gauges::Stuck, stuck_reasons.size()> rows;
    for (const Gauges::Stuck& one : all) {
      Gauges::Stuck& row = rows[place_of(stuck_reasons, one.reason)];
      row.orders += one.orders;
      row.oldest = longest(row.oldest, one.oldest);
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      stuck[i]->Set(static_cast<double>(rows[i].orders));
      stuck_oldest[i]->Set(seconds_of(rows[i].oldest));
    }
  }
};

Metrics::Metrics(std::string_view version, const std::vector<std::string_view>& operations,
                 std::function<Time()> now)
    : series_{std::make_unique<Series>(version, operations)} {
  series_->now = std::move(now);
}
Metrics::~Metrics() = default;

void Metrics::input_decided(std::string_view kind, Outcome outcome) {
  series_->events[place_of(input_kinds, kind)][static_cast<std::size_t>(outcome)]->Increment();
}

void Metrics::input_durable(Duration received_to_durable) {
  series_->durable.Observe(seconds_of(received_to_durable));
}

void Metrics::record_appended(Duration append_to_read_back) {
  series_->append.Observe(seconds_of(append_to_read_back));
}

void Metrics::events_published(std::uint64_t events, Duration received_to_published) {
  series_->published.Increment(static_cast<double>(events));
  series_->published_seconds.Observe(seconds_of(received_to_published));
}

void Metrics::call_answered(CallKind kind, std::string_view outcome, Duration took) {
  const auto call = static_cast<std::size_t>(kind);
  series_->provider_requests[call][place_of(call_outcomes, outcome)]->Increment();
  series_->provider_seconds[call]->Observe(seconds_of(took));
}

void Metrics::call_limited(actors::Limit limit) {
  series_->provider_limited[place_of(limit_texts, actors::text_of(limit))]->Increment();
}

void Metrics::call_deferred(std::string_view why) {
  series_->provider_deferred[place_of(deferral_texts, why)]->Increment();
}

void Metrics::breaker_opened(std::string_view endpoint, std::string_view why) {
  const std::size_t place = place_of(breaker_texts, why);
  series_->provider_breaker[place]->Increment();
  {
    const std::lock_guard lock{series_->guard};
    series_->breakers.insert_or_assign(std::string{endpoint},
                                       Series::OpenBreaker{place, series_->now()});
  }
  const LogLevel level = why == "unauthorized" ? LogLevel::error : LogLevel::warning;
  log_event(level, "breaker_opened", {{"endpoint", endpoint}, {"why", why}});
}

void Metrics::breaker_closed(std::string_view endpoint) {
  {
    const std::lock_guard lock{series_->guard};
    series_->breakers.erase(std::string{endpoint});
  }
  log_event(LogLevel::info, "breaker_closed", {{"endpoint", endpoint}});
}

void Metrics::claimed(storage::PartitionId partition) {
  series_->claims.Increment();
  log_event(LogLevel::info, "partition_claimed", {{"partition", index_of(partition)}});
}

void Metrics::stepped_down(storage::PartitionId partition, std::string_view why) {
  series_->step_downs.Increment();
  log_event(LogLevel::warning, "partition_stepped_down",
            {{"partition", index_of(partition)}, {"why", why}});
}

void Metrics::dead_lettered(std::string_view cause) {
  series_->dead_lettered.Increment();
  log_event(LogLevel::warning, "input_dead_lettered", {{"cause", cause}});
}

void Metrics::moved() {
  series_->moved.Increment();
}

void Metrics::quarantined(const OrderId& order, std::string_view reason) {
  series_->quarantines.Increment();
  log_event(LogLevel::error, "order_quarantined", {{"order_id", order.text()}, {"reason", reason}});
}

void Metrics::partition_failed(storage::PartitionId partition, const Error& error) {
  series_->partition_failures.Increment();
  log_event(LogLevel::error, "partition_failed",
            {{"partition", index_of(partition)},
             {"code", to_text(error.code)},
             {"detail", error.detail}});
}

void Metrics::topics_faulty(std::size_t faults) {
  series_->topics_faulty.Set(static_cast<double>(faults));
}

void Metrics::snapshot_behind(storage::PartitionId partition, std::optional<Time> since) {
  const std::lock_guard lock{series_->guard};
  if (since) {
    series_->behind.insert_or_assign(partition, *since);
  } else {
    series_->behind.erase(partition);
  }
}

void Metrics::say(std::string_view level, std::string_view event, std::string_view detail) {
  log_event(parse_log_level(level).value_or(LogLevel::info), event, {{"detail", detail}});
}

void Metrics::http_answered(std::string_view operation, int status, Duration took) {
  auto found = series_->http.find(operation);
  if (found == series_->http.end()) found = series_->http.find("none");
  const int status_class = std::clamp(status / 100, 2, 5);
  found->second.requests[static_cast<std::size_t>(status_class - 2)]->Increment();
  found->second.took->Observe(seconds_of(took));
}

void Metrics::http_connections(std::int64_t open) {
  series_->http_connections.Set(static_cast<double>(open));
}

void Metrics::http_connection_refused() {
  series_->http_refused.Increment();
}

void Metrics::webhook_answered(std::string_view result) {
  series_->webhooks[place_of(webhook_results, result)]->Increment();
}

void Metrics::events_swept(bool done, std::uint64_t stored, std::uint64_t foreign,
                           std::uint64_t others, Time now) {
  series_->sweeps[done ? 0 : 1]->Increment();
  const std::array counts{stored, foreign, others};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    series_->swept[i]->Increment(static_cast<double>(counts[i]));
  }
  if (done) series_->swept_at.Set(seconds_of(now.time_since_epoch()));
}

void Metrics::reconciled(bool done, std::uint64_t findings, Time now) {
  series_->reconciliations[done ? 0 : 1]->Increment();
  if (!done) return;
  series_->reconcile_findings.Set(static_cast<double>(findings));
  series_->reconciled_at.Set(seconds_of(now.time_since_epoch()));
}

void Metrics::http_line(std::string_view outcome) {
  series_->http_lines[place_of(line_outcomes, outcome)]->Increment();
}

std::string Metrics::exposition(const Gauges& gauges) {
  const std::lock_guard lock{series_->scrape};
  Series& series = *series_;
  const auto set = [&series](const metric::Name& name, auto value, const Labels& labels = {}) {
    series.gauge(name, labels).Set(static_cast<double>(value));
  };
  for (std::size_t i = 0; i < order_status_count; ++i) {
    if (series.open[i] != nullptr)
      series.open[i]->Set(static_cast<double>(gauges.open_by_status[i]));
  }
  series.set_ages();
  series.set_stuck(gauges.stuck);
  set(metric::ready, gauges.ready ? 1 : 0);
  set(metric::sagas_open_oldest, seconds_of(gauges.open_oldest));
  set(metric::unknown, gauges.unknown);
  set(metric::unknown_oldest, seconds_of(gauges.unknown_oldest));
  for (const CurrencyRule& rule : currency_rules()) {
    set(metric::at_risk, 0, {{"currency", std::string{rule.letters}}});
  }
  for (const Money& money : gauges.at_risk) {
    set(metric::at_risk, money.minor, {{"currency", std::string{money.currency.text()}}});
  }
  set(metric::at_risk_oldest, seconds_of(gauges.at_risk_oldest));
  set(metric::dead_letters_oldest, seconds_of(gauges.dead_letters_oldest));
  set(metric::timers_overdue, gauges.timers_overdue);
  set(metric::timers_overdue_oldest, seconds_of(gauges.timers_overdue_oldest));
  for (std::size_t i = 0; i < gauges.holds.size(); ++i) {
    set(metric::holds, gauges.holds[i], {{"scope", std::string{actors::hold_scopes[i]}}});
  }
  std::size_t owned = 0;
  for (const Gauges::Partition& partition : gauges.partitions) {
    const Labels labels = {{"partition", std::to_string(partition.partition)}};
    owned += partition.leading ? 1 : 0;
    set(metric::consumer_lag, partition.lag, labels);
    if (partition.publish_lag) set(metric::publish_lag, *partition.publish_lag, labels);
    set(metric::actors_active, partition.actors, labels);
    set(metric::credit_used, partition.credit_used, labels);
    set(metric::credit_max, partition.credit_max, labels);
  }
  set(metric::partitions_owned, owned);
  return prometheus::TextSerializer{}.Serialize(series.registry.Collect());
}

}  // namespace paysaga::engine
