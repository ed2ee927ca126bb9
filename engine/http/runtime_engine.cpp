#include "paysaga/engine/http/runtime_engine.hpp"

#include <charconv>
#include <map>
#include <utility>

#include "paysaga/engine/system_clock.hpp"
#include "paysaga/storage/codec_view.hpp"

namespace paysaga::engine::http {
namespace {

constexpr std::size_t dead_letters_counted_max = 10'000;

Time now() {
  return SystemClock{}.now();
}

/// What the store's own counters say of open orders and money.
void count_orders(const storage::StateStore& store, Gauges& gauges) {
  const auto counts = store.counts();
  if (!counts) return;
  std::map<Currency, std::int64_t> at_risk;
  for (const storage::StatusCount& count : *counts) {
    gauges.open_by_status.at(static_cast<std::size_t>(count.status)) += count.open;
    if (count.currency && count.money_at_risk_minor > 0) {
      at_risk[*count.currency] += count.money_at_risk_minor;
    }
  }
  for (const auto& [currency, minor] : at_risk) gauges.at_risk.push_back(Money{minor, currency});
}

/// Ages come from the indexes: the oldest open order and what is stuck.
void count_ages(const storage::StateStore& store, Gauges& gauges) {
  storage::OrderQuery oldest;
  oldest.open = true;
  oldest.oldest_first = true;
  oldest.limit = 1;
  if (const auto page = store.list(oldest); page && !page->orders.empty()) {
    gauges.open_oldest = now() - page->orders.front().updated_at;
  }
  storage::OrderQuery stuck;
  stuck.stuck = true;
  stuck.limit = 1'000;
  const auto page = store.list(stuck);
  if (!page) return;
  std::map<std::string, std::uint64_t> by_reason;
  for (const storage::OrderSummary& order : page->orders) {
    ++by_reason[order.stuck_reason];
    const Duration age = now() - order.stuck_since;
    if (order.stuck_reason == "outcome_unknown") {
      ++gauges.unknown;
      gauges.unknown_oldest = std::max(gauges.unknown_oldest, age);
    }
    if (order.money_at_risk_minor > 0) {
      gauges.at_risk_oldest = std::max(gauges.at_risk_oldest, age);
    }
  }
  gauges.stuck.assign(by_reason.begin(), by_reason.end());
}

void count_partitions(const std::vector<actors::PartitionInfo>& infos, Gauges& gauges) {
  for (const actors::PartitionInfo& info : infos) {
    gauges.partitions.push_back(Gauges::Partition{
        .partition = storage::index_of(info.partition),
        .leading = info.role == "leading",
        .lag = std::max<std::int64_t>(0, info.end - info.applied_next),
        .publish_lag = std::max<std::int64_t>(0, info.applied_next - info.published_next),
        .actors = info.orders_active,
        .credit_used = info.in_flight,
        .credit_max = info.credit_max});
    if (info.oldest_due) {
      ++gauges.timers_overdue;
      gauges.timers_overdue_oldest =
          std::max(gauges.timers_overdue_oldest, now() - *info.oldest_due);
    }
  }
}

}  // namespace

void RuntimeEngine::submit(actors::Submission submission, Done<actors::Submitted> done) {
  runtime_.node().submit(std::move(submission), std::move(done));
}

void RuntimeEngine::wait(OrderId order, Duration at_most, Done<std::shared_ptr<const Saga>> done) {
  const auto over = [](const Saga& saga) {
    return saga.order.status != order::Status::payment_processing &&
           saga.order.status != order::Status::refund_pending;
  };
  runtime_.node().wait(std::move(order), over, now() + at_most, std::move(done));
}

std::string RuntimeEngine::order_json(const Saga& saga) const {
  const storage::PartitionId partition{partition_of(saga.id, runtime_.log().partition_count())};
  const auto quarantine = runtime_.store().quarantine(saga.id);
  return storage::order_json(saga, partition,
                             quarantine ? *quarantine : std::optional<storage::Quarantined>{});
}

Result<std::shared_ptr<const Saga>> RuntimeEngine::load(const OrderId& order) const {
  auto loaded = runtime_.store().load(order);
  if (!loaded) return tl::unexpected{loaded.error()};
  if (!*loaded) return std::shared_ptr<const Saga>{};
  return std::make_shared<const Saga>(std::move((*loaded)->saga));
}

Result<Page> RuntimeEngine::timeline(const OrderId& order, std::string_view after,
                                     std::size_t limit) const {
  storage::Offset from = 0;
  if (!after.empty()) {
    const auto [end, error] = std::from_chars(after.data(), after.data() + after.size(), from);
    if (error != std::errc{} || end != after.data() + after.size()) {
      return fail(ErrorCode::malformed, "`after` is none of this list's");
    }
  }
  auto rows = runtime_.store().history(order, from, limit + 1);
  if (!rows) return tl::unexpected{rows.error()};
  Page page;
  for (const storage::HistoryRow& row : *rows) {
    if (page.items.size() == limit) {
      page.next = std::to_string(row.offset);
      break;
    }
    page.items.push_back(storage::history_json(row));
  }
  return page;
}

Result<Page> RuntimeEngine::list(const storage::OrderQuery& query) const {
  auto orders = runtime_.store().list(query);
  if (!orders) return tl::unexpected{orders.error()};
  Page page;
  for (const storage::OrderSummary& order : orders->orders) {
    page.items.push_back(storage::summary_json(order));
  }
  page.next = std::move(orders->next);
  return page;
}

void RuntimeEngine::actors(std::size_t limit, Done<std::vector<actors::ActorInfo>> done) {
  runtime_.node().actors(limit, std::move(done));
}

void RuntimeEngine::actor(OrderId order, Done<std::optional<actors::ActorInfo>> done) {
  runtime_.node().actor(std::move(order), std::move(done));
}

void RuntimeEngine::partitions(Done<std::vector<actors::PartitionInfo>> done) {
  runtime_.node().partitions(std::move(done));
}

void RuntimeEngine::resume(OrderId order, std::string reason, Done<Result<std::monostate>> done) {
  runtime_.node().resume(std::move(order), std::move(reason), std::move(done));
}

void RuntimeEngine::skip(OrderId order, std::string reason, Done<Result<std::monostate>> done) {
  runtime_.node().skip(std::move(order), std::move(reason), std::move(done));
}

Result<Page> RuntimeEngine::dead_letters(std::string_view after, std::size_t limit) const {
  auto letters = runtime_.store().dead_letters(after, limit + 1);
  if (!letters) return tl::unexpected{letters.error()};
  Page page;
  for (const storage::DeadLetter& letter : *letters) {
    if (page.items.size() == limit) {
      page.next = (*letters)[limit - 1].id;
      break;
    }
    page.items.push_back(storage::dead_letter_json(letter));
  }
  return page;
}

Result<std::string> RuntimeEngine::dead_letter(std::string_view id) const {
  auto letter = runtime_.store().dead_letter(id);
  if (!letter) return tl::unexpected{letter.error()};
  if (!*letter) return fail(ErrorCode::not_found, "no dead letter has this id");
  return storage::dead_letter_json(**letter);
}

bool RuntimeEngine::ready() const {
  return runtime_.node().ready();
}

void RuntimeEngine::gauges(Done<Gauges> done) {
  runtime_.node().partitions([this, done = std::move(done)](const auto& infos) {
    Gauges gauges;
    count_orders(runtime_.store(), gauges);
    count_ages(runtime_.store(), gauges);
    count_partitions(infos, gauges);
    if (const auto letters = runtime_.store().dead_letters({}, dead_letters_counted_max)) {
      gauges.dead_letters = letters->size();
    }
    done(std::move(gauges));
  });
}

}  // namespace paysaga::engine::http
