#include "paysaga/engine/metrics.hpp"

#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include <catch2/catch.hpp>

namespace paysaga::engine {
namespace {

bool has_line(const std::string& text, const std::string& line) {
  return text.find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("metrics: closed label sets are exported at 0 from the start", "[engine][metrics]") {
  Metrics metrics{"1.2.3", {"order_show"}};
  const std::string text = metrics.exposition({});
  for (const char* line :
       {R"(paysaga_events_total{kind="payment.initiate",outcome="refused"} 0)",
        R"(paysaga_events_total{kind="wake",outcome="accepted"} 0)",
        R"(paysaga_provider_requests_total{call="send",outcome="unknown"} 0)",
        R"(paysaga_http_requests_total{operation="order_show",status="5xx"} 0)",
        R"(paysaga_sagas_open{status="REFUND_FAILED"} 0)",
        R"(paysaga_sagas_stuck{reason="compensation_stuck"} 0)",
        R"(paysaga_money_at_risk_minor{currency="EUR"} 0)", "paysaga_outcome_unknown 0",
        "paysaga_claims_total 0", R"(paysaga_build_info{version="1.2.3"} 1)"}) {
    CAPTURE(line);
    CHECK(has_line(text, line));
  }
  CHECK(text.find("status=\"CANCELLED\"") == std::string::npos);  // Never open.
}

TEST_CASE("metrics: what the actors tell is counted", "[engine][metrics]") {
  Metrics metrics{"1", {}};
  metrics.input_decided("payment.initiate", Outcome::accepted);
  metrics.input_decided("payment.initiate", Outcome::accepted);
  metrics.input_decided("no such kind", Outcome::misused);
  metrics.input_durable(milliseconds{3});
  metrics.record_appended(milliseconds{2});
  metrics.events_published(3, milliseconds{40});
  metrics.call_answered(CallKind::list_refunds, "not_sent", seconds{2});
  metrics.call_answered(CallKind::send, "never heard of", seconds{2});
  metrics.claimed(storage::PartitionId{1});
  metrics.stepped_down(storage::PartitionId{1}, "lost");
  metrics.dead_lettered("no JSON");
  metrics.moved();
  metrics.quarantined(OrderId::of("ord_1"), "key misused");
  metrics.partition_failed(storage::PartitionId{1}, {ErrorCode::corrupt, "damaged"});
  const std::string text = metrics.exposition({});
  for (const char* line :
       {R"(paysaga_events_total{kind="payment.initiate",outcome="accepted"} 2)",
        R"(paysaga_events_total{kind="other",outcome="misused"} 1)",
        R"(paysaga_event_durable_seconds_bucket{le="0.0025"} 0)",
        R"(paysaga_event_durable_seconds_bucket{le="0.005"} 1)",
        "paysaga_journal_append_seconds_count 1", "paysaga_events_published_total 3",
        "paysaga_event_published_seconds_count 1",
        R"(paysaga_provider_requests_total{call="list_refunds",outcome="not_sent"} 1)",
        R"(paysaga_provider_requests_total{call="send",outcome="other"} 1)",
        "paysaga_claims_total 1", "paysaga_step_downs_total 1",
        "paysaga_events_dead_lettered_total 1", "paysaga_events_moved_total 1",
        "paysaga_quarantines_total 1", "paysaga_partition_failures_total 1"}) {
    CAPTURE(line);
    CHECK(has_line(text, line));
  }
}

TEST_CASE("metrics: gauges are those of the scrape, not of the one before", "[engine][metrics]") {
  Metrics metrics{"1", {}};
  Gauges gauges;
  gauges.open_by_status[static_cast<std::size_t>(order::Status::refund_pending)] = 5;
  gauges.open_oldest = seconds{90};
  gauges.ready = true;
  gauges.stuck = {{"outcome_unknown", 2, seconds{70}},
                  {"something new", 1, seconds{5}},
                  {"newer still", 3, seconds{4}}};
  gauges.dead_letters_oldest = minutes{2};
  gauges.unknown = 3;
  gauges.at_risk = {Money{4200, Currency::parse("JPY").value()}};
  gauges.partitions = {{0, true, 4, 2, 1, 7, 10}, {1, false, 0, 0, 0, 0, 10}};
  const std::string full = metrics.exposition(gauges);
  CHECK(has_line(full, R"(paysaga_sagas_open{status="REFUND_PENDING"} 5)"));
  CHECK(has_line(full, "paysaga_sagas_open_oldest_seconds 90"));
  CHECK(has_line(full, R"(paysaga_sagas_stuck{reason="outcome_unknown"} 2)"));
  CHECK(has_line(full, R"(paysaga_sagas_stuck{reason="other"} 4)"));
  CHECK(has_line(full, R"(paysaga_sagas_stuck_oldest_seconds{reason="outcome_unknown"} 70)"));
  CHECK(has_line(full, R"(paysaga_sagas_stuck_oldest_seconds{reason="other"} 5)"));
  CHECK(has_line(full, "paysaga_dead_letters_waiting_oldest_seconds 120"));
  CHECK(has_line(full, "paysaga_ready 1"));
  CHECK(has_line(full, "paysaga_outcome_unknown 3"));
  CHECK(has_line(full, R"(paysaga_money_at_risk_minor{currency="JPY"} 4200)"));
  CHECK(has_line(full, "paysaga_partitions_owned 1"));
  CHECK(has_line(full, R"(paysaga_consumer_lag_records{partition="0"} 4)"));
  CHECK(has_line(full, R"(paysaga_credit_used{partition="0"} 7)"));
  const std::string empty = metrics.exposition({});
  CHECK(has_line(empty, R"(paysaga_sagas_open{status="REFUND_PENDING"} 0)"));
  CHECK(has_line(empty, R"(paysaga_sagas_stuck{reason="outcome_unknown"} 0)"));
  CHECK(has_line(empty, R"(paysaga_sagas_stuck_oldest_seconds{reason="outcome_unknown"} 0)"));
  CHECK(has_line(empty, "paysaga_dead_letters_waiting_oldest_seconds 0"));
  CHECK(has_line(empty, "paysaga_ready 0"));
  CHECK(has_line(empty, R"(paysaga_money_at_risk_minor{currency="JPY"} 0)"));
}

TEST_CASE("metrics: what goes on is told by its age, from its beginning to its end",
          "[engine][metrics]") {
  Time now = time_from_micros(1'700'000'000'000'000);
  Metrics metrics{"1", {}, [&now] { return now; }};
  const auto has = [&metrics](const std::string& line) {
    return has_line(metrics.exposition({}), line);
  };
  const std::string unreachable = R"(paysaga_provider_breaker_open_seconds{why="unreachable"} )";
  const std::string unauthorized = R"(paysaga_provider_breaker_open_seconds{why="unauthorized"} )";
  const std::string snapshot = "paysaga_snapshot_age_seconds ";
  CHECK(has(unreachable + "0"));
  CHECK(has(snapshot + "0"));
  CHECK(has("paysaga_topics_faulty 0"));

  metrics.breaker_opened("all", "unreachable");
  metrics.snapshot_behind(storage::PartitionId{1}, now);
  now += seconds{7};
  metrics.breaker_opened("create_refund", "unreachable");
  metrics.breaker_opened("list_disputes", "unauthorized");
  metrics.snapshot_behind(storage::PartitionId{2}, now);
  now += seconds{3};
  CHECK(has(unreachable + "10"));  // The longest.
  CHECK(has(unauthorized + "3"));
  CHECK(has(snapshot + "10"));
  metrics.breaker_closed("all");
  metrics.snapshot_behind(storage::PartitionId{1}, std::nullopt);
  CHECK(has(unreachable + "3"));
  CHECK(has(snapshot + "3"));
  metrics.breaker_closed("create_refund");
  metrics.breaker_closed("list_disputes");
  metrics.snapshot_behind(storage::PartitionId{2}, std::nullopt);
  CHECK(has(unreachable + "0"));
  CHECK(has(unauthorized + "0"));
  CHECK(has(snapshot + "0"));

  metrics.topics_faulty(2);
  CHECK(has("paysaga_topics_faulty 2"));
  metrics.topics_faulty(0);
  CHECK(has("paysaga_topics_faulty 0"));
}

TEST_CASE("metrics: names follow the rules and each has help", "[engine][metrics]") {
  Metrics metrics{"1", {"order_show"}};
  std::istringstream lines{metrics.exposition({})};
  const std::regex name_form{"paysaga_[a-z_]+"};
  std::set<std::string> helped;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string mark, kind, name, type;
    words >> mark >> kind >> name >> type;
    if (mark != "#") continue;
    CAPTURE(name);
    CHECK(std::regex_match(name, name_form));
    if (kind == "HELP") CHECK(helped.insert(name).second);
    if (kind != "TYPE") continue;
    CHECK(helped.count(name) == 1);
    CHECK(name.ends_with("_total") == (type == "counter"));
    if (type == "histogram") CHECK(name.ends_with("_seconds"));
  }
  CHECK(helped.size() > 25);
}

}  // namespace paysaga::engine
