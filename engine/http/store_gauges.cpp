#include <algorithm>
#include <array>
#include <map>

#include "paysaga/engine/http/runtime_engine.hpp"
#include "paysaga/engine/log.hpp"
#include "paysaga/storage/order_row.hpp"

namespace paysaga::engine::http {
namespace {

using storage::PartitionSet;

/// A scrape looks at no more than this many of one thing; a count that reaches it means "or more".
constexpr std::size_t looked_at_max = 10'000;
constexpr std::size_t page_max = 1'000;
/// Dead letters are large, and those that were settled stand among those that wait.
constexpr std::size_t letters_max = 1'000;
constexpr std::size_t letters_page_max = 20;
constexpr std::size_t letters_bytes_max = std::size_t{8} << 20U;

/// What cannot be read is logged and left at 0: a scrape must not fail for one damaged row.
template <class T>
T readable(Result<T> read) {
  if (read) return std::move(*read);
  log_event(LogLevel::error, "gauge_unreadable", {{"why", read.error().detail}});
  return T{};
}

Duration age(Time since, Time now) {
  return std::max(now - since, Duration{0});
}

void add_counts(const storage::StateStore& store, const PartitionSet& partitions, Gauges& gauges) {
  std::map<Currency, std::int64_t> at_risk;
  for (const storage::PartitionId partition : partitions) {
    for (const storage::StatusCount& count : readable(store.counts(partition))) {
      gauges.open_by_status[static_cast<std::size_t>(count.status)] += count.open;
      if (count.currency) at_risk[*count.currency] += count.money_at_risk_minor;
    }
  }
  for (const auto& [currency, minor] : at_risk) gauges.at_risk.push_back(Money{minor, currency});
}

void add_oldest_open(const storage::StateStore& store, const PartitionSet& partitions, Time now,
                     Gauges& gauges) {
  storage::OrderQuery query;
  query.partitions = partitions;
  query.open = true;
  query.oldest_first = true;
  query.limit = 1;
  for (const auto& order : readable(store.list(query)).orders) {
    gauges.open_oldest = age(order.updated_at, now);
  }
}

/// Everything that is stuck, by reason, and since when.
void add_stuck(const storage::StateStore& store, const PartitionSet& partitions, Time now,
               Gauges& gauges) {
  std::map<std::string, Gauges::Stuck> reasons;
  storage::OrderQuery query;
  query.partitions = partitions;
  query.stuck = true;
  query.limit = page_max;
  for (std::size_t seen = 0; seen < looked_at_max; seen += page_max) {
    const storage::OrderPage page = readable(store.list(query));
    for (const storage::OrderSummary& order : page.orders) {
      const Duration since = age(order.stuck_since, now);
      Gauges::Stuck& reason = reasons[order.stuck_reason];
      reason.reason = order.stuck_reason;
      ++reason.orders;
      reason.oldest = std::max(reason.oldest, since);
      if (order.stuck_reason == "outcome_unknown") {
        ++gauges.unknown;
        gauges.unknown_oldest = std::max(gauges.unknown_oldest, since);
      }
      if (order.money_at_risk_minor > 0) {
        gauges.at_risk_oldest = std::max(gauges.at_risk_oldest, since);
      }
    }
    if (page.next.empty()) break;
    query.after = page.next;
  }
  for (auto& [name, reason] : reasons) gauges.stuck.push_back(std::move(reason));
}

/// Money that is on its way back is at risk, too, though nobody has to look at it yet.
void add_refunding(const storage::StateStore& store, const PartitionSet& partitions, Time now,
                   Gauges& gauges) {
  for (const order::Status status : {order::Status::refund_pending, order::Status::refund_failed}) {
    storage::OrderQuery query;
    query.status = status;
    query.partitions = partitions;
    query.oldest_first = true;
    query.limit = 1;
    for (const auto& order : readable(store.list(query)).orders) {
      gauges.at_risk_oldest = std::max(gauges.at_risk_oldest, age(order.updated_at, now));
    }
  }
}

void add_partition_facts(const storage::StateStore& store, const PartitionSet& partitions, Time now,
                         Gauges& gauges) {
  Gauges::Stuck quarantined{"quarantined"};
  for (const storage::PartitionId partition : partitions) {
    for (const storage::Quarantined& order : readable(store.quarantined(partition))) {
      ++quarantined.orders;
      quarantined.oldest = std::max(quarantined.oldest, age(order.since, now));
    }
    const auto due = readable(store.timers(partition, Time::min(), now, looked_at_max));
    gauges.timers_overdue += due.size();
    if (due.empty()) continue;
    gauges.timers_overdue_oldest = std::max(gauges.timers_overdue_oldest, age(due.front().at, now));
  }
  if (quarantined.orders > 0) gauges.stuck.push_back(std::move(quarantined));
}

/// They are kept in the order of their time.
void add_oldest_letter(const storage::StateStore& store, const PartitionSet& partitions, Time now,
                       Gauges& gauges) {
  storage::DeadLetterQuery query;
  query.partitions = partitions;
  query.limit = letters_page_max;
  std::size_t bytes = 0;
  for (std::size_t seen = 0; seen < letters_max && bytes < letters_bytes_max;
       seen += letters_page_max) {
    const auto letters = readable(store.dead_letters(query));
    for (const storage::DeadLetter& letter : letters) {
      bytes += letter.original.value.size();
      if (letter.state != storage::DeadLetter::State::waiting) continue;
      gauges.dead_letters_oldest = age(letter.at, now);
      return;
    }
    if (letters.size() < letters_page_max) return;
    query.after = to_text(storage::place_of(letters.back()));
  }
}

}  // namespace

Gauges store_gauges(const storage::StateStore& store, const PartitionSet& partitions, Time now) {
  Gauges gauges;
  add_counts(store, partitions, gauges);
  add_oldest_open(store, partitions, now, gauges);
  add_stuck(store, partitions, now, gauges);
  add_refunding(store, partitions, now, gauges);
  add_partition_facts(store, partitions, now, gauges);
  add_oldest_letter(store, partitions, now, gauges);
  return gauges;
}

}  // namespace paysaga::engine::http
