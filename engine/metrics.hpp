#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/actors/node_hold.hpp"
#include "paysaga/actors/ports.hpp"
#include "paysaga/engine/system_clock.hpp"
#include "paysaga/saga/money.hpp"
#include "paysaga/saga/order/order.hpp"

namespace paysaga::engine {

/// Every metric that there is: its name is a contract with dashboards and alerts.
namespace metric {
struct Name {
  const char* name;
  const char* help;
};
inline constexpr Name events{"paysaga_events_total", "Inputs decided, by kind and outcome."};
inline constexpr Name event_durable{"paysaga_event_durable_seconds",
                                    "From received to durable in the journal."};
inline constexpr Name event_published{"paysaga_event_published_seconds",
                                      "From received to published."};
inline constexpr Name published{"paysaga_events_published_total",
                                "Events published on the topics of people."};
inline constexpr Name dead_lettered{"paysaga_events_dead_lettered_total",
                                    "Inputs that can never be read."};
inline constexpr Name moved{"paysaga_events_moved_total",
                            "Inputs found on a wrong partition and sent on."};
inline constexpr Name append{"paysaga_journal_append_seconds",
                             "From append to read-back, a journal record."};
inline constexpr Name claims{"paysaga_claims_total", "Partitions claimed by this node."};
inline constexpr Name step_downs{"paysaga_step_downs_total",
                                 "Partitions that this node stopped leading."};
inline constexpr Name partition_failures{"paysaga_partition_failures_total",
                                         "Partitions stopped by a fault."};
inline constexpr Name quarantines{"paysaga_quarantines_total",
                                  "Orders stopped by a fault of the engine."};
inline constexpr Name provider_requests{"paysaga_provider_requests_total",
                                        "Calls to the provider answered, by call and outcome."};
inline constexpr Name provider_seconds{"paysaga_provider_request_seconds",
                                       "The provider's time, by call."};
inline constexpr Name provider_limited{"paysaga_provider_limited_total",
                                       "Calls that the provider put off, by its reason."};
inline constexpr Name provider_deferred{"paysaga_provider_deferred_total",
                                        "Calls that were not started, by what was in the way."};
inline constexpr Name provider_breaker{"paysaga_provider_breaker_opened_total",
                                       "Times that a breaker opened, by why."};
inline constexpr Name breaker_open{
    "paysaga_provider_breaker_open_seconds",
    "Since when the longest open breaker is open, by why it opened; 0: none is."};
inline constexpr Name http_requests{"paysaga_http_requests_total",
                                    "HTTP requests answered, by operation and status."};
inline constexpr Name http_seconds{"paysaga_http_request_seconds",
                                   "From request to answer, by operation."};
inline constexpr Name http_connections{"paysaga_http_connections", "Open HTTP connections."};
inline constexpr Name http_refused{"paysaga_http_connections_refused_total",
                                   "Connections closed at once: too many."};
inline constexpr Name http_lines{"paysaga_http_command_lines_total",
                                 "Command lines answered, by outcome."};
inline constexpr Name webhooks{"paysaga_webhooks_total", "Webhooks of Stripe answered, by result."};
inline constexpr Name sweeps{"paysaga_event_sweeps_total",
                             "Sweeps of the events that Stripe keeps, by outcome."};
inline constexpr Name swept{"paysaga_events_swept_total", "Events that sweeps met, by result."};
inline constexpr Name swept_at{"paysaga_event_sweep_done_timestamp_seconds",
                               "When this node's last sweep was done; 0: none yet."};
inline constexpr Name reconciliations{"paysaga_reconciliations_total",
                                      "Comparisons with the provider, by outcome."};
inline constexpr Name reconcile_findings{"paysaga_reconciliation_findings",
                                         "What differed at the last comparison."};
inline constexpr Name reconciled_at{"paysaga_reconciliation_done_timestamp_seconds",
                                    "When this node's last comparison was done; 0: none yet."};
inline constexpr Name sagas_open{"paysaga_sagas_open", "Open orders by status."};
inline constexpr Name sagas_open_oldest{
    "paysaga_sagas_open_oldest_seconds",
    "Time since the longest untouched open order last changed."};
inline constexpr Name stuck{"paysaga_sagas_stuck",
                            "Orders that a person should look at, by reason."};
inline constexpr Name stuck_oldest{"paysaga_sagas_stuck_oldest_seconds",
                                   "Since when the longest stuck order is stuck, by reason."};
inline constexpr Name unknown{"paysaga_outcome_unknown",
                              "Orders with a provider operation whose outcome is unknown."};
inline constexpr Name unknown_oldest{"paysaga_outcome_unknown_oldest_seconds",
                                     "Since when the longest unknown outcome is unknown."};
inline constexpr Name at_risk{"paysaga_money_at_risk_minor",
                              "Money that may be lost, in minor units, by currency."};
inline constexpr Name at_risk_oldest{"paysaga_money_at_risk_oldest_seconds",
                                     "Since when the longest money is at risk."};
inline constexpr Name dead_letters_oldest{
    "paysaga_dead_letters_waiting_oldest_seconds",
    "Since when the oldest dead letter waits for a person, of the first 1,000 that are kept."};
inline constexpr Name timers_overdue{"paysaga_timers_overdue",
                                     "Wake-ups that are past their time."};
inline constexpr Name timers_overdue_oldest{"paysaga_timers_overdue_oldest_seconds",
                                            "How late the most overdue wake-up is."};
inline constexpr Name ready{"paysaga_ready",
                            "1 if the node leads all that it was given, at least one partition."};
inline constexpr Name topics_faulty{"paysaga_topics_faulty",
                                    "Faults of the log's topics, by the newest look at them."};
inline constexpr Name snapshot_age{
    "paysaga_snapshot_age_seconds",
    "Since when the snapshot of a partition lacks something of its journal; the longest."};
inline constexpr Name partitions_owned{"paysaga_partitions_owned",
                                       "Partitions that this node leads."};
inline constexpr Name consumer_lag{"paysaga_consumer_lag_records",
                                   "Journal records not yet applied, by partition."};
inline constexpr Name publish_lag{"paysaga_publish_lag_records",
                                  "Journal records applied and not yet published, by partition."};
inline constexpr Name actors_active{"paysaga_actors_active",
                                    "Order actors in memory, by partition."};
inline constexpr Name credit_used{"paysaga_credit_used", "Inputs in flight, by partition."};
inline constexpr Name credit_max{"paysaga_credit_max",
                                 "The most inputs in flight that a partition takes."};
inline constexpr Name holds{"paysaga_holds", "Holds of this node that operators set, by scope."};
inline constexpr Name build_info{"paysaga_build_info", "1; the labels say what runs."};
}  // namespace metric

inline constexpr std::size_t order_status_count = 11;

/// What is so at the moment of a scrape. Ages of nothing are 0.
struct Gauges {
  struct Partition {
    std::uint32_t partition;
    bool leading;
    std::int64_t lag;
    std::optional<std::int64_t> publish_lag;
    std::uint64_t actors;
    std::uint64_t credit_used;
    std::uint64_t credit_max;
  };
  struct Stuck {
    std::string reason;
    std::uint64_t orders = 0;
    Duration oldest{};
  };
  bool ready = false;
  std::array<std::uint64_t, order_status_count> open_by_status{};  // By order::Status.
  Duration open_oldest{};
  std::vector<Stuck> stuck;  // One a reason.
  std::uint64_t unknown = 0;
  Duration unknown_oldest{};
  std::vector<Money> at_risk;  // One a currency.
  Duration at_risk_oldest{};
  Duration dead_letters_oldest{};
  std::uint64_t timers_overdue = 0;
  Duration timers_overdue_oldest{};
  std::vector<Partition> partitions;
  std::array<std::uint64_t, actors::hold_scopes.size()> holds{};  // Of this node, by HoldScope.
};

/// All counters of the process. What the actors tell is counted and, where a person wants to read
/// it, logged.
///
/// Threads:  any.
/// Time:     `now` is the clock that the node's own ages are told by.
class Metrics final : public actors::Observer {
 public:
  /// Shape:  `operations` are the closed set of the HTTP API's operation names.
  Metrics(
      std::string_view version, const std::vector<std::string_view>& operations,
      std::function<Time()> now = [] { return SystemClock{}.now(); });
  ~Metrics() override;

  void input_decided(std::string_view kind, Outcome outcome) override;
  void input_durable(Duration received_to_durable) override;
  void record_appended(Duration append_to_read_back) override;
  void events_published(std::uint64_t events, Duration received_to_published) override;
  void call_answered(CallKind kind, std::string_view outcome, Duration took) override;
  void call_limited(actors::Limit limit) override;
  void call_deferred(std::string_view why) override;
  void breaker_opened(std::string_view endpoint, std::string_view why) override;
  void breaker_closed(std::string_view endpoint) override;
  void claimed(storage::PartitionId partition) override;
  void stepped_down(storage::PartitionId partition, std::string_view why) override;
  void dead_lettered(std::string_view cause) override;
  void moved() override;
  void quarantined(const OrderId& order, std::string_view reason) override;
  void partition_failed(storage::PartitionId partition, const Error& error) override;
  void topics_faulty(std::size_t faults) override;
  void snapshot_behind(storage::PartitionId partition, std::optional<Time> since) override;
  void say(std::string_view level, std::string_view event, std::string_view detail) override;

  /// `operation` outside the closed set counts as "none".
  void http_answered(std::string_view operation, int status, Duration took);
  void http_connections(std::int64_t open);
  void http_connection_refused();
  void http_line(std::string_view outcome);
  void webhook_answered(std::string_view result);
  /// A comparison has ended; one that failed was not `done`.
  void reconciled(bool done, std::uint64_t findings, Time now);
  /// A sweep has ended at `now`; what failed was not `done`.
  void events_swept(bool done, std::uint64_t stored, std::uint64_t foreign, std::uint64_t others,
                    Time now);

  /// Prometheus text exposition 0.0.4.
  [[nodiscard]] std::string exposition(const Gauges& gauges);

 private:
  struct Series;
  std::unique_ptr<Series> series_;
};

}  // namespace paysaga::engine
