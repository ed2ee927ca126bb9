#include <algorithm>
#include <utility>

#include "paysaga/actors/decided.hpp"
#include "paysaga/actors/partition.hpp"
#include "paysaga/saga/planted.hpp"

namespace paysaga::actors {
namespace {

Submitted answer(Submitted::Kind kind, std::string code = {}, std::string detail = {}) {
  return Submitted{kind, std::move(code), std::move(detail), nullptr};
}

Submitted answer_of(const Decided& decided) {
  switch (decided.outcome) {
    case Outcome::accepted:
      return answer(Submitted::Kind::accepted, {}, decided.summary);
    case Outcome::ignored:
      return answer(Submitted::Kind::repeated, decided.code, decided.summary);
    case Outcome::parked:
      return answer(Submitted::Kind::parked, decided.code, decided.summary);
    case Outcome::refused:
      return answer(Submitted::Kind::refused, decided.code, decided.summary);
    case Outcome::misused:
      return answer(Submitted::Kind::quarantined, {}, decided.summary);
  }
  std::abort();
}

}  // namespace

std::shared_ptr<const Saga> Partition::committed(const OrderId& order) const {
  auto loaded = store_.load(order);
  if (!loaded || !*loaded) return nullptr;
  return std::make_shared<const Saga>(std::move((*loaded)->saga));
}

void Partition::on(Submit& submit) {
  const OrderId& order = submit.submission.order;
  if (role_ != Role::leading || draining_) {
    return submit.done(answer(Submitted::Kind::not_leading, {}, why_));
  }
  if (in_flight() >= world_->options.credit_max) {
    return submit.done(answer(Submitted::Kind::overloaded, {}, "too many inputs in flight"));
  }
  const Command& command = submit.submission.command.command;
  if (!is_decided_by(world_->options.roles, command)) {
    return submit.done(answer(Submitted::Kind::refused, "other_role",
                              "nodes of another role decide this command; nothing was done"));
  }
  const bool begins = std::holds_alternative<command::PaymentInitiate>(command);
  if (!submit.submission.park_early && !begins && roster_.find(order) == nullptr) {
    auto loaded = store_.load(order);
    if (loaded && !*loaded) return submit.done(answer(Submitted::Kind::unknown_order));
  }
  take_command(Pending{.order = order,
                       .received_at = clock_.now(),
                       .kind = std::string{to_text(command)},
                       .command = std::move(submit.submission.command),
                       .done = std::move(submit.done)});
}

/// An input of the topics, as it stood there: a command, a payment event or a webhook.
void Partition::take(Pending pending, Input input, std::string_view bytes) {
  pending.kind = kind_of(input);
  if (auto* command = std::get_if<CommandInput>(&input.body)) {
    pending.command = std::move(*command);
    return take_command(std::move(pending));
  }
  pending.event = bytes.substr(bytes.find('{'));
  if (quarantined_.contains(pending.order)) return queue_input(std::move(pending));
  deliver(std::move(pending), std::move(input));
}

/// Hands a command to its order, or to the queue of an order that is stopped.
void Partition::take_command(Pending pending) {
  if (quarantined_.contains(pending.order)) return queue_input(std::move(pending));
  Input input{pending.order, *pending.command};
  deliver(std::move(pending), std::move(input));
}

void Partition::on(Answered& answered) {
  if (role_ != Role::leading || quarantined_.contains(answered.order)) return;
  Pending pending{.order = answered.order, .received_at = clock_.now(), .kind = "answer"};
  AnswerInput input{std::move(answered.call_id), std::move(answered.reply.answer),
                    std::move(answered.reply.request_id), answered.reply.took};
  deliver(std::move(pending), Input{answered.order, std::move(input)});
}

void Partition::deliver(Pending pending, Input input) {
  Roster::Active* active = activate(pending.order);
  if (active == nullptr) {
    if (pending.queued) return;  // Its place in the queue is kept.
    return queue_input(std::move(pending));
  }
  const Ticket ticket = ++last_ticket_;
  tickets_.emplace(ticket, std::move(pending));
  active->send(Deliver{ticket, std::move(input), moment(), random_()});
}

/// The actor of an order, begun if it is not there. Null if its state cannot be read: then the
/// order is quarantined.
Roster::Active* Partition::activate(const OrderId& order) {
  if (Roster::Active* active = roster_.find(order)) {
    roster_.touch(*active, clock_.now());
    return active;
  }
  auto loaded = store_.load(order);
  if (!loaded) {
    quarantine(order, "its state cannot be read: " + loaded.error().detail,
               Pending{.order = order, .received_at = clock_.now(), .kind = "load"});
    return nullptr;
  }
  auto saga = std::make_shared<Saga>(*loaded ? std::move((*loaded)->saga) : new_saga(order));
  if (planted(PlantedBug::dedup_dropped_on_restore)) saga->seen.clear();
  OrderActor actor = spawn_order(self_->home_system(), world_, PartitionActor{self_}, id_, life_,
                                 payment_, std::move(saga));
  return &roster_.add(order, std::move(actor), clock_.now());
}

void Partition::on(Decided& decided) {
  if (decided.life != life_ || role_ != Role::leading) return;
  take_decided(decided);
  for (std::size_t topic = 0; topic < inbound_.size(); ++topic) decide_strays(topic);
}

void Partition::take_decided(Decided& decided) {
  Pending pending{.order = decided.order, .received_at = decided.decided_at, .kind = decided.kind};
  if (decided.ticket != 0) {
    const auto found = tickets_.find(decided.ticket);
    ensure(found != tickets_.end(), "an input is decided once");
    pending = std::move(found->second);
    tickets_.erase(found);
  }
  observer_.input_decided(decided.kind, decided.outcome);
  if (quarantined_.contains(decided.order) && !pending.queued) {
    return queue_input(std::move(pending));  // The order was stopped while it decided this.
  }
  if (decided.outcome == Outcome::misused) {
    return quarantine(decided.order, decided.summary, std::move(pending));
  }
  if (!decided.next) return finish_quietly(std::move(pending), answer_of(decided));

  storage::DecisionRecord record = to_record(decided, pending);
  // Positions and framing come on top; a quarter is far more than they need.
  if (storage::encoded_bytes(record) > log_.record_bytes_max() / 4 * 3) {
    return quarantine(decided.order, "a decision is larger than the journal takes",
                      std::move(pending));
  }
  decided_input(pending);
  append_decision(std::move(record), InFlight{.order = decided.order,
                                              .next = std::move(decided.next),
                                              .answer = answer_of(decided),
                                              .done = std::move(pending.done),
                                              .received_at = pending.received_at,
                                              .queued = pending.queued,
                                              .history = std::move(decided.history)});
}

storage::DecisionRecord Partition::to_record(Decided& decided, const Pending& pending) {
  storage::DecisionRecord record;
  record.action = pending.queued ? storage::Action::dequeue : storage::Action::decide;
  record.received_at = pending.received_at;
  record.events = decided.events;
  record.order = decided.order.text();
  record.input_id = std::move(decided.input_id);
  record.input_kind = std::move(decided.kind);
  record.outcome = outcome_text(decided.outcome);
  record.summary = decided.summary;
  record.decided_at = decided.decided_at;
  record.state = std::move(decided.state);
  record.outputs = std::move(decided.outputs);
  return record;
}

/// Nothing is journalled for it. Its answer waits until what it may rest on has been read back.
void Partition::finish_quietly(Pending pending, Submitted answer) {
  decided_input(pending);
  if (pending.topic) positions_moved_ = true;
  if (pending.queued) {
    // Decided without a record of its own: its place in the queue must still be given up.
    storage::DecisionRecord record;
    record.action = storage::Action::dequeue;
    record.order = pending.order.text();
    record.input_kind = pending.kind;
    record.outcome = "ignored";
    record.decided_at = now();
    record.received_at = pending.received_at;
    return append_decision(
        std::move(record),
        InFlight{.order = pending.order, .received_at = pending.received_at, .queued = true});
  }
  if (!pending.done) return;
  if (in_flight_.empty()) {
    answer.saga = committed(pending.order);
    return pending.done(std::move(answer));
  }
  after_.push_back(After{stamp_->jseq(), std::move(pending.done), std::move(answer)});
}

void Partition::on(const Retired& retired) {
  if (retired.life != life_) return;
  const Roster::Active* active = roster_.find(retired.order);
  if (active != nullptr && active->retiring == retired.ticket) roster_.remove(retired.order);
}

void Partition::append_decision(storage::DecisionRecord record, InFlight in_flight) {
  record.inputs = moved_positions();
  append(storage::RecordKind::decision, storage::encode(record), std::move(in_flight));
}

void Partition::append_mark() {
  append(storage::RecordKind::mark, storage::encode(storage::Mark{moved_positions()}), InFlight{});
}

void Partition::append(storage::RecordKind kind, std::string value, InFlight in_flight) {
  positions_moved_ = false;
  positions_told_at_ = clock_.now();
  storage::Headers headers = stamp_->stamp(kind, value);
  in_flight.jseq = stamp_->jseq();
  in_flight.appended_at = clock_.now();
  in_flight_.push_back(std::move(in_flight));
  send_to_journal(std::move(headers), std::move(value));
}

void Partition::send_to_journal(storage::Headers headers, std::string value) {
  writer_->append(
      std::move(headers), std::move(value),
      [to = Mailbox<PartitionActor>{self_}, life = life_](storage::AppendOutcome outcome) {
        if (outcome.status == storage::AppendStatus::appended) return;
        to.send(Appended{life, std::move(outcome)});
      });
}

}  // namespace paysaga::actors
