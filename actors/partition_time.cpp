#include <algorithm>

#include "paysaga/actors/partition.hpp"
#include "paysaga/saga/planted.hpp"

namespace paysaga::actors {
namespace {

constexpr Duration horizon_ahead = seconds{60};
constexpr Duration positions_told_every = seconds{1};
constexpr std::size_t wakes_per_tick_max = 512;
constexpr std::size_t retired_per_tick_max = 256;
constexpr std::size_t timers_read_max = 100'000;

}  // namespace

/// The journal's time: when the newest record was appended, and how long ago it was read. Every
/// node that leads has read its own claim, so all of them go by the log's clock, however wrong
/// their own.
Time Partition::now() const {
  return journal_time_ + (clock_.now() - journal_time_at_);
}

Duration Partition::jitter_below(Duration most) {
  const auto span = static_cast<std::uint64_t>(std::max<std::int64_t>(most.count(), 1));
  return Duration{static_cast<std::int64_t>(random_() % span)};
}

void Partition::heard_time(Time appended_at) {
  const Time at = clock_.now();
  journal_time_ = journal_time_at_ == Time{} ? appended_at : std::max(now(), appended_at);
  journal_time_at_ = at;
}

void Partition::on(const Tick&) {
  begin_if_stopped();
  if (role_ == Role::restoring && restore_at_ && *restore_at_ <= clock_.now()) read_snapshot();
  if (role_ == Role::catching_up && owned_ && clock_.now() >= claim_not_before_ &&
      acceptor_->position().next >= end_) {
    claim();
  }
  if (role_ == Role::claiming || role_ == Role::leading) {
    const Time appended_at = role_ == Role::claiming ? claimed_at_
                             : in_flight_.empty()    ? clock_.now()
                                                     : in_flight_.front().appended_at;
    if (appended_at + world_->options.append_timeout < clock_.now() &&
        !planted(PlantedBug::failed_delivery_unnoticed)) {
      step_down("an own record was not read back in time");
    }
  }
  if (role_ == Role::leading) {
    wake_due();
    retire_rested();
    pay_credit();
    look_for_landmarks();
    if (positions_moved_ && clock_.now() - positions_told_at_ >= positions_told_every) {
      append_mark();
    }
    if (clock_.now() - claimed_at_ > world_->options.journal_retention / 4 && in_flight_.empty() &&
        tickets_.empty()) {
      begin();  // A claim must never fall out of the journal: claim again.
    }
  }
  expire_waits();
  finish_if_drained();
  self_->delayed_send(self_, world_->options.tick, Tick{});
}

void Partition::wake_due() {
  if (draining_) return;
  if (wakes_.horizon() < now() + horizon_ahead / 2) move_horizon();
  for (std::size_t woken = 0; woken < wakes_per_tick_max; ++woken) {
    if (in_flight() >= world_->options.credit_max) return;
    const std::optional<OrderId> order = wakes_.pop_due(now());
    if (!order) return;
    if (quarantined_.contains(*order)) continue;
    Roster::Active* active = activate(*order);
    if (active == nullptr) continue;
    active->send(Wake{moment(), random_()});
  }
}

/// The state still waits for the call, so that a wake-up starts it. Spread out: the provider may
/// have thousands of them to hear when it is back.
void Partition::on(const Deferred& deferred) {
  if (role_ != Role::leading) return;
  if (Roster::Active* active = roster_.find(deferred.order)) active->send(deferred);
  const Duration wait = deferred.after / 2 + jitter_below(deferred.after);
  wakes_.push(std::min(now() + wait, wakes_.horizon()), deferred.order);
}

/// Takes the timers of the next minute out of the store's index. What is written from now on within
/// the horizon is pushed as it is applied.
void Partition::move_horizon() {
  const Time from = wakes_.horizon();
  const Time to = now() + horizon_ahead;
  std::size_t limit = timers_read_max;
  auto timers = store_.timers(id_, from, to, limit);
  // A page of one moment, where it began: the next would be the same, so it is read whole.
  while (timers && timers->size() >= limit && timers->back().at == from) {
    limit *= 2;
    timers = store_.timers(id_, from, to, limit);
  }
  if (!timers) return stop("the timers cannot be read: " + timers.error().detail);
  // A full page: stop the horizon at its last timer, so that the next page goes on behind it.
  const bool all = timers->size() < limit;
  wakes_.move_horizon(all ? to : timers->back().at);
  for (const storage::Timer& timer : *timers) wakes_.push(timer.at, timer.order);
}

void Partition::retire_rested() {
  const Time before = clock_.now() - world_->options.idle_after;
  for (std::size_t asked = 0; asked < retired_per_tick_max; ++asked) {
    Roster::Active* active = roster_.rested(before, clock_.now());
    if (active == nullptr) return;
    active->send(Retire{++last_ticket_});
    active->retiring = last_ticket_;
  }
}

void Partition::pay_credit() {
  if (in_flight() >= world_->options.credit_max / 2) return;
  for (Inbound& inbound : inbound_) {
    if (inbound.owed > 0 && inbound.reading)
      inbound.reading->credit(std::exchange(inbound.owed, 0));
  }
}

void Partition::on(WaitFor& wait) {
  const std::shared_ptr<const Saga> saga = committed(wait.order);
  const bool ended = draining_ && !shutdown_.done;  // Nobody would look at it again.
  // Before it leads, what this node has may be older than what another one answered.
  const bool holds = role_ == Role::leading && saga && wait.until(*saga);
  if (holds || wait.deadline <= clock_.now() || ended) return wait.done(saga);
  OrderId order = wait.order;
  waits_.emplace(std::move(order), std::move(wait));
}

void Partition::check_waits(const OrderId& order, const std::shared_ptr<const Saga>& saga) {
  auto [first, last] = waits_.equal_range(order);
  while (first != last) {
    if (!first->second.until(*saga)) {
      ++first;
      continue;
    }
    first->second.done(saga);
    first = waits_.erase(first);
  }
}

void Partition::expire_waits() {
  if (waits_.empty()) return;
  const Time at = clock_.now();
  for (auto wait = waits_.begin(); wait != waits_.end();) {
    if (wait->second.deadline > at) {
      ++wait;
      continue;
    }
    wait->second.done(committed(wait->first));
    wait = waits_.erase(wait);
  }
}

void Partition::on(const Shutdown& shutdown) {
  draining_ = true;
  shutdown_ = shutdown;
  for (Inbound& inbound : inbound_) {
    inbound.reading.reset();
    end_look(inbound);
  }
  finish_if_drained();
}

void Partition::finish_if_drained() {
  if (!draining_ || !shutdown_.done) return;
  if (role_ == Role::leading && tickets_.empty() && positions_moved_) append_mark();
  const bool drained = role_ != Role::leading || (tickets_.empty() && in_flight_.empty());
  if (!drained && clock_.now() < shutdown_.deadline) return;
  stop("the node shuts down");
  for (auto& [order, wait] : waits_) wait.done(committed(order));
  waits_.clear();
  std::exchange(shutdown_.done, {})();
}

}  // namespace paysaga::actors
