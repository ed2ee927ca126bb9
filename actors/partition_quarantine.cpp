#include <algorithm>

#include "paysaga/actors/decided.hpp"
#include "paysaga/actors/partition.hpp"
#include "paysaga/actors/queued_input.hpp"

namespace paysaga::actors {

/// Stops one order, durably. What it was to decide is queued, so that nothing is lost; the
/// partition goes on.
void Partition::quarantine(const OrderId& order, const std::string& reason, Pending pending) {
  lifting_.erase(order);
  const bool again = !quarantined_.insert(order).second;
  if (again && !pending.queued) return queue_input(std::move(pending));
  roster_.remove(order);
  observer_.quarantined(order, reason);
  storage::DecisionRecord record;
  record.action = storage::Action::quarantine;
  record.order = order.text();
  record.input_kind = pending.kind;
  record.outcome = "quarantined";
  record.summary = reason.substr(0, 500);
  record.decided_at = now();
  record.received_at = pending.received_at;
  // The head of the queue stays where it is; anything else becomes its first.
  if (!again) record.queued = queued_bytes(pending);
  decided_input(pending);
  Submitted answer = stopped_order();
  answer.detail = reason;
  append_decision(std::move(record), InFlight{.order = order,
                                              .answer = std::move(answer),
                                              .done = std::move(pending.done),
                                              .received_at = pending.received_at});
}

Submitted Partition::stopped_order() {
  return Submitted{Submitted::Kind::quarantined, "quarantined",
                   "the order is stopped after a fault; the command waits in its queue", nullptr};
}

/// As it waits in the queue of its order; empty: it need not wait.
std::string Partition::queued_bytes(const Pending& pending) const {
  if (!pending.event.empty()) return pending.event;
  return pending.command ? encode_queued(pending.order, *pending.command, now()) : std::string{};
}

/// Keeps an input of a quarantined order, in order, until it is resumed.
void Partition::queue_input(Pending pending) {
  std::string queued = queued_bytes(pending);
  if (queued.empty()) return finish_quietly(std::move(pending), stopped_order());
  storage::DecisionRecord record;
  record.action = storage::Action::enqueue;
  record.order = pending.order.text();
  if (pending.command) record.input_id = pending.command->id.text();
  record.input_kind = pending.kind;
  record.outcome = "quarantined";
  record.decided_at = now();
  record.received_at = pending.received_at;
  record.queued = std::move(queued);
  decided_input(pending);
  append_decision(std::move(record), InFlight{.order = pending.order,
                                              .answer = stopped_order(),
                                              .done = std::move(pending.done),
                                              .received_at = pending.received_at});
}

/// An operator lifts a quarantine: the queue is decided from its head on, before anything newer.
void Partition::on(Lift& lift) {
  if (role_ != Role::leading) {
    return lift.done(fail(ErrorCode::unavailable, "this node does not lead the order's partition"));
  }
  if (!quarantined_.contains(lift.order)) {
    return lift.done(fail(ErrorCode::forbidden, "the order is not quarantined"));
  }
  // Two at once would decide the head of its queue twice and lose what stands behind it.
  if (lifting_.contains(lift.order)) {
    return lift.done(fail(ErrorCode::forbidden, "the order is being resumed already"));
  }
  if (lift.skip_first) {
    auto head = store_.queue_head(lift.order);
    if (!head) return lift.done(tl::unexpected{head.error()});
    if (!*head) return lift.done(fail(ErrorCode::forbidden, "its queue is empty"));
    skip_head(lift.order, **head, lift.reason);
  }
  lifting_.insert(lift.order);
  storage::DecisionRecord record;
  record.order = lift.order.text();
  record.input_kind = lift.skip_first ? "order.skip" : "order.resume";
  record.outcome = "accepted";
  record.summary = lift.reason.substr(0, 500);
  record.decided_at = now();
  record.received_at = clock_.now();
  append_decision(std::move(record), InFlight{.order = lift.order,
                                              .received_at = clock_.now(),
                                              .queued = true,
                                              .on_applied = [done = std::move(lift.done)] {
                                                done(std::monostate{});
                                              }});
}

/// Moves the head of the queue to the dead letters.
void Partition::skip_head(const OrderId& order, const std::string& queued,
                          const std::string& reason) {
  const storage::DeadLetter letter{.partition = id_,
                                   .cause = reason.substr(0, 500),
                                   .at = now(),
                                   .original = {order.text(), {}, queued}};
  storage::DecisionRecord record;
  record.action = storage::Action::dequeue;
  record.order = order.text();
  record.input_kind = "order.skip";
  record.outcome = "skipped";
  record.summary = letter.cause;
  record.decided_at = now();
  record.received_at = clock_.now();
  record.outputs.push_back(dead_letter_output(letter));
  append_decision(std::move(record), InFlight{.order = order, .received_at = clock_.now()});
}

/// Decides the head of the queue; called again when its decision has been read back. An empty queue
/// ends the quarantine.
void Partition::decide_queue(const OrderId& order) {
  auto head = store_.queue_head(order);
  if (!head) return stop("the store cannot be read: " + head.error().detail);
  if (!*head) {
    // What is queued but not read back yet must be decided first: come again with the last of it.
    const auto later = std::find_if(in_flight_.rbegin(), in_flight_.rend(),
                                    [&](const auto& entry) { return entry.order == order; });
    if (later != in_flight_.rend()) {
      later->queued = true;
      return;
    }
    return end_quarantine(order);
  }
  auto input = decode_queued(order, **head);
  if (!input) {
    skip_head(order, **head, input.error().detail);
    in_flight_.back().queued = true;
    return;
  }
  Pending pending{.order = order,
                  .received_at = clock_.now(),
                  .kind = std::string{kind_of(*input)},
                  .queued = true};
  deliver(std::move(pending), std::move(*input));
}

/// Inputs that come from now on are decided behind this record.
void Partition::end_quarantine(const OrderId& order) {
  quarantined_.erase(order);
  lifting_.erase(order);
  storage::DecisionRecord record;
  record.action = storage::Action::lift;
  record.order = order.text();
  record.input_kind = "order.resumed";
  record.outcome = "accepted";
  record.decided_at = now();
  record.received_at = clock_.now();
  append_decision(std::move(record), InFlight{.order = order, .received_at = clock_.now()});
  roster_.remove(order);  // It took calls for running whose answers nobody heard meanwhile.
  if (activate(order) != nullptr) wakes_.push(now(), order);  // It starts the calls it waits for.
}

}  // namespace paysaga::actors
