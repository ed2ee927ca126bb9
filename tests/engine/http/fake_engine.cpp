#include "engine/http/fake_engine.hpp"

#include <algorithm>

#include "paysaga/saga/topic.hpp"

namespace paysaga::engine::http {

using actors::Submitted;

Saga make_order(const std::string& id, order::Status status, payment::Status payment_status) {
  Saga saga = new_saga(OrderId::of(id));
  saga.order.status = status;
  saga.payment = payment::Payment{.status = payment_status,
                                  .amount = Money{4200, Currency::parse("EUR").value()},
                                  .customer = CustomerId::of("cus_1")};
  const bool captured = payment_status == payment::Status::captured;
  saga.payment->money.captured = captured ? 4200 : 0;
  return saga;
}

void FakeEngine::answer_with(Submitted answer) {
  const std::lock_guard lock{guard_};
  answer_ = std::move(answer);
}

void FakeEngine::hold() {
  const std::lock_guard lock{guard_};
  holding_ = true;
}

void FakeEngine::release() {
  std::vector<std::pair<actors::Submission, Done<Submitted>>> held;
  {
    const std::lock_guard lock{guard_};
    holding_ = false;
    held = std::exchange(held_, {});
  }
  for (auto& [submission, done] : held) done(decide(submission));
}

std::size_t FakeEngine::held() const {
  const std::lock_guard lock{guard_};
  return held_.size();
}

void FakeEngine::put(Saga saga) {
  const std::lock_guard lock{guard_};
  const std::string id = saga.id.text();
  orders_[id] = std::make_shared<const Saga>(std::move(saga));
}

void FakeEngine::settle(const std::string& order) {
  put(make_order(order, order::Status::pending, payment::Status::captured));
  std::vector<Done<std::shared_ptr<const Saga>>> told;
  std::shared_ptr<const Saga> saga;
  {
    const std::lock_guard lock{guard_};
    saga = orders_[order];
    for (auto& [id, done] : waiting_) {
      if (id == order) told.push_back(std::move(done));
    }
    std::erase_if(waiting_, [&order](const auto& one) { return one.first == order; });
  }
  for (const auto& done : told) done(saga);
}

storage::OrderQuery FakeEngine::last_query() const {
  const std::lock_guard lock{guard_};
  return query_;
}

Duration FakeEngine::last_wait() const {
  const std::lock_guard lock{guard_};
  return wait_;
}

std::vector<std::string> FakeEngine::commands() const {
  const std::lock_guard lock{guard_};
  return commands_;
}

Submitted FakeEngine::decide(const actors::Submission& submission) {
  const std::lock_guard lock{guard_};
  const std::string order = submission.order.text();
  const std::string id = submission.command.id.text();
  const std::string_view name = to_text(submission.command.command);
  commands_.push_back(std::string{name} + " " + id + " " + order);
  if (answer_) return *answer_;
  const auto [seen, is_new] = seen_.emplace(id, submission.command.body_hash);
  if (!is_new && seen->second != submission.command.body_hash) {
    return {Submitted::Kind::refused, "id_reused", "the id was used for another command",
            orders_[order]};
  }
  if (!is_new) return {Submitted::Kind::repeated, "", "", orders_[order]};
  if (orders_.find(order) == orders_.end()) {
    if (name != "payment.initiate") {
      return {submission.park_early ? Submitted::Kind::parked : Submitted::Kind::unknown_order, "",
              "", nullptr};
    }
    orders_[order] = std::make_shared<const Saga>(
        make_order(order, order::Status::payment_processing, payment::Status::creating));
  }
  return {Submitted::Kind::accepted, "", "", orders_[order]};
}

void FakeEngine::submit(actors::Submission submission, Done<Submitted> done) {
  {
    const std::lock_guard lock{guard_};
    if (holding_) return held_.emplace_back(std::move(submission), std::move(done)), void();
  }
  done(decide(submission));
}

void FakeEngine::wait(OrderId order, Duration at_most, Done<std::shared_ptr<const Saga>> done) {
  std::shared_ptr<const Saga> saga;
  {
    const std::lock_guard lock{guard_};
    wait_ = at_most;
    const auto found = orders_.find(order.text());
    if (found != orders_.end()) saga = found->second;
    if (saga && saga->order.status == order::Status::payment_processing) {
      return waiting_.emplace_back(order.text(), std::move(done)), void();
    }
  }
  done(saga);
}

std::string FakeEngine::order_json(const Saga& saga) const {
  return R"({"order_id":")" + saga.id.text() + R"(","status":")" + status_text(saga) + "\"}";
}

Result<std::shared_ptr<const Saga>> FakeEngine::load(const OrderId& order) const {
  const std::lock_guard lock{guard_};
  if (order.text() == "damaged") return fail(ErrorCode::corrupt, "the state of damaged is damaged");
  const auto found = orders_.find(order.text());
  return found == orders_.end() ? nullptr : found->second;
}

Result<Page> FakeEngine::timeline(const OrderId& order, std::string_view after,
                                  std::size_t limit) const {
  const std::lock_guard lock{guard_};
  if (orders_.find(order.text()) == orders_.end()) return Page{};
  return Page{
      {R"({"summary":"after )" + std::string{after} + " limit " + std::to_string(limit) + "\"}"},
      "17"};
}

Result<Page> FakeEngine::list(const storage::OrderQuery& query) const {
  const std::lock_guard lock{guard_};
  query_ = query;
  if (query.after == "bad") return fail(ErrorCode::malformed, "after is no cursor of ours");
  Page page;
  const auto after =
      query.after.empty() ? Result<storage::PageCursor>{} : storage::parse_page_cursor(query.after);
  for (const auto& [id, saga] : orders_) {
    const storage::PartitionId home{partition_of(saga->id, partition_count())};
    if (!query.partitions->contains(home)) continue;
    const storage::PageCursor place{Time{}, id};
    if (!query.after.empty() && (query.oldest_first ? place <= *after : *after <= place)) continue;
    page.add(order_json(*saga), place);
  }
  if (!query.oldest_first) {
    std::ranges::reverse(page.items);
    std::ranges::reverse(page.places);
  }
  if (page.items.size() > query.limit) {
    page.items.resize(query.limit);
    page.places.resize(query.limit);
    page.next = to_text(page.places.back());
  }
  return page;
}

Result<std::vector<storage::OrderCount>> FakeEngine::count(const storage::PartitionSet& partitions,
                                                           storage::CountBy by) const {
  const std::lock_guard lock{guard_};
  std::vector<storage::OrderCount> counts;
  for (const auto& [id, saga] : orders_) {
    if (!partitions.contains(storage::PartitionId{partition_of(saga->id, partition_count())})) {
      continue;
    }
    storage::OrderCount one{.group = by == storage::CountBy::currency ? "" : status_text(*saga)};
    one.currency = saga->payment->amount.currency;
    one.orders = 1;
    one.amount_minor = saga->payment->amount.minor;
    one.oldest = storage::OrderCount::Oldest{saga->id, time_from_micros(saga->id.text().back())};
    storage::add(counts, one);
  }
  return counts;
}

void FakeEngine::actors(std::size_t limit, Done<std::vector<actors::ActorInfo>> done) {
  actors::ActorInfo info{OrderId::of("ord_1"), storage::PartitionId{2}, "PENDING"};
  info.mailbox = limit;
  done({info});
}

void FakeEngine::actor(OrderId order, Done<std::optional<actors::ActorInfo>> done) {
  if (order.text() != "ord_1") return done(std::nullopt);
  actors::ActorInfo info{order, storage::PartitionId{2}, "PENDING"};
  info.calls_in_flight = {"confirm 1"};
  info.next_wake_at = time_from_micros(1'000'000);
  done(info);
}

void FakeEngine::partitions(Done<std::vector<actors::PartitionInfo>> done) {
  actors::PartitionInfo info{storage::PartitionId{3}, "leading"};
  info.applied_next = 7;
  info.published_next = 5;
  info.end = 10;
  done({info});
}

void FakeEngine::resume(OrderId order, std::string reason, Done<Result<std::monostate>> done) {
  if (order.text() == "busy") return done(fail(ErrorCode::forbidden, "it is being resumed"));
  {
    const std::lock_guard lock{guard_};
    commands_.push_back("resume " + order.text() + " " + reason);
  }
  done(std::monostate{});
}

void FakeEngine::skip(OrderId order, std::string reason, Done<Result<std::monostate>> done) {
  if (order.text() == "free") return done(fail(ErrorCode::unavailable, "not leading"));
  {
    const std::lock_guard lock{guard_};
    commands_.push_back("skip " + order.text() + " " + reason);
  }
  done(std::monostate{});
}

Result<Page> FakeEngine::dead_letters(const storage::DeadLetterQuery& query) const {
  Page page;
  page.add(R"({"after":")" + query.after + R"(","limit":)" + std::to_string(query.limit) + "}", {});
  return page;
}

Result<std::string> FakeEngine::dead_letter(std::string_view id) const {
  if (id != "payment-commands/3/7") return fail(ErrorCode::not_found, "no such dead letter");
  return R"({"dead_letter_id":"payment-commands/3/7"})";
}

void FakeEngine::redrive(std::string id, std::string reason, bool force,
                         Done<Result<std::monostate>> done) {
  if (id.ends_with("/9")) return done(fail(ErrorCode::forbidden, "it was discarded"));
  {
    const std::lock_guard lock{guard_};
    commands_.push_back((force ? "insist on " : "redrive ") + id + " " + reason);
  }
  done(std::monostate{});
}

void FakeEngine::discard(std::string id, std::string reason, Done<Result<std::monostate>> done) {
  if (id.ends_with("/9")) return done(fail(ErrorCode::not_found, "no such dead letter"));
  {
    const std::lock_guard lock{guard_};
    commands_.push_back("discard " + id + " " + reason);
  }
  done(std::monostate{});
}

void FakeEngine::show_intent(const OrderId& order, const IntentId& intent,
                             Done<Result<std::string>> done) {
  std::optional<Result<std::string>> shown;
  {
    const std::lock_guard lock{guard_};
    shown = shown_;
  }
  if (!shown) return Engine::show_intent(order, intent, std::move(done));
  done(std::move(*shown));
}

void FakeEngine::gauges(Done<Gauges> done) {
  Gauges gauges;
  gauges.partitions.push_back({3, true, 4, 2, 1, 0, 10});
  gauges.at_risk.push_back(Money{4200, Currency::parse("EUR").value()});
  done(gauges);
}

}  // namespace paysaga::engine::http
