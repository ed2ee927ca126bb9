#include <cstdlib>
#include <deque>
#include <utility>
#include <variant>

#include "paysaga/saga/order/draft.hpp"
#include "paysaga/saga/parking.hpp"
#include "paysaga/saga/payment/draft.hpp"
#include "paysaga/saga/turn.hpp"

namespace paysaga {
namespace {

/// What waited while the order was held begins its time now.
void end_hold(Turn& turn) {
  Saga& saga = turn.saga;
  const Hold hold = *std::exchange(saga.hold, std::nullopt);
  if (saga.payment) payment::resume(*saga.payment, hold, turn.context.now);
  delay_parked(saga, hold.since, turn.context.now);
}

// One input makes at most a few events a refund; a longer talk would be a loop of ours.
constexpr std::size_t messages_max = 4'096;

struct Message {
  std::variant<order::Input, payment::Input> input;
  std::string causation_id;
};

/// The talk of the two machines about one input. The order machine hears all events of one payment
/// decision before the payment machine decides again.
class Talk {
 public:
  Talk(Turn& turn, std::string correlation_id)
      : turn_{turn}, correlation_id_{std::move(correlation_id)} {}

  /// Says the first message; the reply is that of the machine which heard it.
  Reply hold(Message first) {
    messages_.push_back(std::move(first));
    return talk();
  }

  /// Passes on what an order asked outside of a decision, then what it told.
  Reply pass_on(order::Answer answer, std::string_view causation_id) {
    turn_.saga.order = std::move(answer.verdict.next);
    for (command::PaymentCancel& cancel : answer.cancels) {
      ask_for(std::move(cancel), causation_id);
    }
    return pass_on(Reply{Outcome::accepted, {}, std::move(answer.verdict.summary)},
                   std::move(answer.verdict.events));
  }

  /// Passes on what was told outside of a decision.
  Reply pass_on(Reply reply, std::vector<Event> events) {
    publish(std::move(events));
    join(reply.summary, talk().summary);
    return reply;
  }

  [[nodiscard]] Scope scope(std::string_view causation_id) const {
    return Scope{turn_.context, turn_.saga.id, correlation_id_, causation_id, hold_of(turn_.saga)};
  }

 private:
  static void join(std::string& summary, const std::string& more) {
    if (more.empty()) return;
    if (!summary.empty()) summary += "; ";
    summary += more;
  }

  /// Says what waits to be said, first come, first served.
  Reply talk() {
    Reply first_reply;
    for (std::size_t said = 0; said < messages_.size(); ++said) {
      ensure(said < messages_max, "the two machines come to an end");
      Message& message = messages_[said];
      Reply reply =
          std::visit([&](auto& input) { return say(input, message.causation_id); }, message.input);
      if (said == 0) {
        first_reply = std::move(reply);
      } else {
        join(first_reply.summary, reply.summary);
      }
    }
    messages_.clear();
    return first_reply;
  }

  Reply say(payment::Input& input, std::string_view causation_id) {
    auto verdict = payment::decide(turn_.saga.payment, input, scope(causation_id));
    const bool moved = verdict.outcome == Outcome::accepted || verdict.outcome == Outcome::refused;
    if (moved) {
      turn_.saga.payment = std::move(verdict.next);
      publish(std::move(verdict.events));
    }
    return Reply{verdict.outcome, std::move(verdict.code), std::move(verdict.summary)};
  }

  Reply say(order::Input& input, std::string_view causation_id) {
    order::Answer answer = order::decide(turn_.saga.order, input, scope(causation_id));
    turn_.saga.order = std::move(answer.verdict.next);
    if (turn_.saga.hold && !answer.hold) end_hold(turn_);
    turn_.saga.hold = std::move(answer.hold);
    auto* heard = std::get_if<Event>(&input);
    // What other nodes have told is not told again.
    if (heard != nullptr && with_payments()) turn_.events.push_back(std::move(*heard));
    for (command::PaymentCancel& cancel : answer.cancels) {
      ask_for(std::move(cancel), causation_id);
    }
    publish(std::move(answer.verdict.events));
    return Reply{answer.verdict.outcome, std::move(answer.verdict.code),
                 std::move(answer.verdict.summary)};
  }

  void ask_for(command::PaymentCancel cancel, std::string_view causation_id) {
    const std::string sequence = std::to_string(turn_.saga.order.sequence);
    if (!with_payments()) {
      turn_.cancels.push_back({EventId::of("paysaga.order." + sequence + ".cancel"),
                               std::move(cancel), correlation_id_});
      return;
    }
    const std::string id = std::string{turn_.context.group} + ":" + turn_.saga.id.text() +
                           ":o:" + sequence + ":cancel";
    messages_.push_back(
        Message{payment::AskCancel{EventId::of(id), std::move(cancel)}, std::string{causation_id}});
  }

  /// Puts the events into the decision, and before the other machine what concerns it. A payment
  /// event is in the decision once the order machine has heard it, before what that makes of it.
  void publish(std::vector<Event> events) {
    for (Event& event : events) {
      if (event.machine == Machine::payment && with_orders()) {
        std::string id = event.id.text();
        messages_.push_back(Message{order::Input{std::move(event)}, std::move(id)});
        continue;
      }
      if (event.type == EventType::payment_refund_initiated && with_payments()) {
        messages_.push_back(Message{payment::Input{refund_of(event)}, event.id.text()});
      }
      turn_.events.push_back(std::move(event));
    }
  }

  [[nodiscard]] bool with_payments() const { return runs_payments(turn_.context.roles); }
  [[nodiscard]] bool with_orders() const { return runs_orders(turn_.context.roles); }

  static payment::AskRefund refund_of(const Event& event) {
    ensure(event.refund.has_value(), "a refund that is asked for has an id");
    return payment::AskRefund{
        event.id, command::RefundRequest{event.refund->refund, event.refund->amount_minor,
                                         event.reason ? event.reason->code : "",
                                         event.refund->compensation, std::nullopt}};
  }

  Turn& turn_;
  std::string correlation_id_;
  std::deque<Message> messages_;  // Its elements stay where they are while others are added.
};

/// "... (ticket OPS-7)": as events tell it.
Reason reason_of(const std::string& reason, const std::string& ticket) {
  return Reason{"operator", ticket.empty() ? reason : reason + " (ticket " + ticket + ")"};
}

std::string correlation_of(const Turn& turn, const CommandInput& input) {
  return input.correlation_id.empty() ? turn.saga.correlation_id : input.correlation_id;
}

/// Names that the engine gives to refunds of its own.
bool is_reserved(const RefundId& refund) {
  return refund.text().starts_with("compensation-") || refund.text() == "late-success";
}

/// Only the order machine compensates; the payment machine hears of it from outside where other
/// nodes run that.
bool compensates(const command::RefundRequest& ask, const Context& context) {
  return ask.compensation && !runs_orders(context.roles);
}

/// Not of a hold: no machine is asked about it.
Message to_message(const CommandInput& input, const Context& context) {
  const EventId& id = input.id;
  auto message =
      std::visit(Overload{
                     [&](const command::PaymentInitiate& c) -> decltype(Message::input) {
                       return payment::Input{payment::AskInitiate{id, c}};
                     },
                     [&](const command::PaymentConfirm& c) -> decltype(Message::input) {
                       return payment::Input{payment::AskConfirm{id, c}};
                     },
                     [&](const command::PaymentCapture& c) -> decltype(Message::input) {
                       return payment::Input{payment::AskCapture{id, c}};
                     },
                     [&](const command::PaymentCancel& c) -> decltype(Message::input) {
                       return payment::Input{payment::AskCancel{id, c}};
                     },
                     [&](const command::OrderCancel& c) -> decltype(Message::input) {
                       return order::Input{order::AskCancel{id, c.reason}};
                     },
                     [&](const command::OrderRejected& c) -> decltype(Message::input) {
                       return order::Input{order::AskRejected{id, c.reason}};
                     },
                     [&](const command::OrderDeliveryFailed& c) -> decltype(Message::input) {
                       return order::Input{order::AskDeliveryFailed{id, c.reason}};
                     },
                     [&](const command::OrderFulfilled&) -> decltype(Message::input) {
                       return order::Input{order::AskFulfilled{id}};
                     },
                     [&](const command::RefundRequest& c) -> decltype(Message::input) {
                       command::RefundRequest ask = c;
                       ask.compensation = compensates(c, context);
                       return payment::Input{payment::AskRefund{id, std::move(ask)}};
                     },
                     [](const command::OrderHold&) -> decltype(Message::input) { std::abort(); },
                     [](const command::OrderResume&) -> decltype(Message::input) { std::abort(); },
                 },
                 input.command);
  return Message{std::move(message), id.text()};
}

/// HELD or RESUMED by the payment machine, where no order machine runs beside it.
void tell(Turn& turn, const Scope& scope, EventType type, Reason reason, const EventId& command) {
  payment::Draft draft{scope, std::move(*turn.saga.payment)};
  Event& event = payment::tell(draft, type);
  event.reason = std::move(reason);
  event.command = command;
  turn.saga.payment = std::move(draft.payment);
  turn.events.insert(turn.events.end(), draft.events.begin(), draft.events.end());
}

Reply hold(Turn& turn, const CommandInput& input, const command::OrderHold& ask) {
  const Talk talk{turn, correlation_of(turn, input)};
  const Scope scope = talk.scope(input.id.text());
  Reason reason = reason_of(ask.reason, ask.ticket);
  if (runs_orders(turn.context.roles)) {
    order::Draft draft{scope, std::move(turn.saga.order)};
    Event& event = order::tell(draft, EventType::order_held, reason.code, reason.message);
    event.command = input.id;
    turn.saga.order = std::move(draft.order);
    turn.events.insert(turn.events.end(), draft.events.begin(), draft.events.end());
  } else {
    tell(turn, scope, EventType::held, std::move(reason), input.id);
  }
  const Time since = turn.saga.hold ? turn.saga.hold->since : turn.context.now;
  turn.saga.hold = Hold{ask.reason, ask.ticket, input.id, since};
  return Reply{Outcome::accepted, {}, "held: " + ask.reason};
}

Reply resume(Turn& turn, const CommandInput& input, const command::OrderResume& ask) {
  if (!turn.saga.hold) return refuse(turn, input, "not_held", "The order is not held.");
  end_hold(turn);
  Talk talk{turn, correlation_of(turn, input)};
  const Scope scope = talk.scope(input.id.text());
  Reason reason = reason_of(ask.reason, ask.ticket);
  if (runs_orders(turn.context.roles)) {
    return talk.pass_on(order::resume(turn.saga.order, scope, reason, input.id), input.id.text());
  }
  tell(turn, scope, EventType::resumed, std::move(reason), input.id);
  return Reply{Outcome::accepted, {}, "resumed"};
}

}  // namespace

Reply route(Turn& turn, const CommandInput& input) {
  if (is_hold_command(input.command)) {
    const bool known = turn.saga.payment || turn.saga.order.payment.sequence > 0;
    if (!known) return Reply{Outcome::parked, "order_unknown", "order_unknown"};
    const auto* ask = std::get_if<command::OrderHold>(&input.command);
    if (ask != nullptr) return hold(turn, input, *ask);
    return resume(turn, input, std::get<command::OrderResume>(input.command));
  }
  const auto* refund = std::get_if<command::RefundRequest>(&input.command);
  if (refund != nullptr && is_reserved(refund->refund) && !compensates(*refund, turn.context)) {
    return refuse(turn, input, "id_reserved", "The refund id is one that the engine gives itself.");
  }
  Reply reply = Talk{turn, correlation_of(turn, input)}.hold(to_message(input, turn.context));
  // Both machines mean the same by it: nothing is known of this order.
  if (reply.outcome == Outcome::parked && !turn.saga.payment) reply.code = "order_unknown";
  return reply;
}

Reply route(Turn& turn, const AnswerInput& input) {
  return Talk{turn, turn.saga.correlation_id}.hold(Message{payment::Input{input}, input.call_id});
}

Reply route(Turn& turn, const WakeInput& input) {
  // The same wake-up of the same state has the same id, whichever node fires it.
  std::string id = std::string{turn.context.group} + ":" + turn.saga.id.text() +
                   ":wake:" + std::to_string(turn.saga.version);
  return Talk{turn, turn.saga.correlation_id}.hold(Message{payment::Input{input}, std::move(id)});
}

Reply route(Turn& turn, const WebhookInput& input) {
  return Talk{turn, turn.saga.correlation_id}.hold(Message{payment::Input{input}, input.id.text()});
}

Reply route(Turn& turn, const PaymentEventInput& input) {
  const std::string& correlation_id = input.event.correlation_id;
  return Talk{turn, correlation_id.empty() ? turn.saga.correlation_id : correlation_id}.hold(
      Message{order::Input{input.event}, input.event.id.text()});
}

Reply refuse(Turn& turn, const CommandInput& input, std::string_view code,
             std::string_view message) {
  Talk talk{turn, correlation_of(turn, input)};
  const Scope scope = talk.scope(input.id.text());
  const Roles roles = turn.context.roles;
  if (!runs_orders(roles) && !turn.saga.payment) {
    return Reply{Outcome::refused, std::string{code}, std::string{"refused "}.append(code)};
  }
  const bool of_order = is_order_command(input.command) || !turn.saga.payment;
  if (!runs_payments(roles) || (runs_orders(roles) && of_order)) {
    order::Draft draft{scope, std::move(turn.saga.order)};
    order::refuse(draft, input.id, code, message);
    turn.saga.order = std::move(draft.order);
    return talk.pass_on(Reply{Outcome::refused, draft.code, draft.summary},
                        std::move(draft.events));
  }
  payment::Draft draft{scope, std::move(*turn.saga.payment)};
  payment::refuse(draft, input.id, code, message);
  turn.saga.payment = std::move(draft.payment);
  return talk.pass_on(Reply{Outcome::refused, draft.code, draft.summary}, std::move(draft.events));
}

}  // namespace paysaga
