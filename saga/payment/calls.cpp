#include <algorithm>
#include <cstdlib>
#include <string>

#include "paysaga/saga/payment/dispute.hpp"
#include "paysaga/saga/payment/hold.hpp"
#include "paysaga/saga/payment/operations.hpp"
#include "paysaga/saga/payment/refunds.hpp"
#include "paysaga/saga/planted.hpp"

namespace paysaga::payment {
namespace {

// How far from the sends an intent's creation is looked for: clocks differ.
constexpr Duration list_margin = minutes{15};

Lane lane_of(OperationKind kind) {
  return kind == OperationKind::refund ? Lane::refund : Lane::customer;
}

/// After it nothing is sent: the key is too old, or the customer's time to pay is over.
Time last_send(const Payment& payment, const Operation& operation, const Context& context) {
  if (planted(PlantedBug::key_age_unheeded)) return Time::max();
  const Time young = operation.decided_at + context.policy.key_age_max;
  return operation.kind == OperationKind::confirm ? std::min(young, payment.expires_at) : young;
}

Call send_of(const Payment& payment, const Operation& operation, const Context& context) {
  return Call{.id = operation.key.text() + "#" + std::to_string(operation.sends),
              .kind = CallKind::send,
              .lane = lane_of(operation.kind),
              .request = operation.request,
              .key = operation.key,
              .not_before = operation.next_at,
              .send_until = last_send(payment, operation, context),
              .operation = operation.kind};
}

Call read_call(std::string id, CallKind kind, Lane lane, Request request, Time not_before) {
  return Call{.id = std::move(id),
              .kind = kind,
              .lane = lane,
              .request = std::move(request),
              .key = std::nullopt,
              .not_before = not_before,
              .send_until = Time::max()};
}

Call look_of(const Payment& payment, const Operation& operation, const Context& context, Time due) {
  const RequestEncoder& encoder = context.encoder;
  std::string id = operation.key.text() + "?" + std::to_string(operation.reads);
  const Lane lane = lane_of(operation.kind);
  switch (operation.kind) {
    case OperationKind::create: {
      const Time last = operation.answered_at.value_or(operation.decided_at);
      return read_call(std::move(id), CallKind::list_intents, lane,
                       encoder.list_intents(operation.decided_at - list_margin, last + list_margin),
                       due);
    }
    case OperationKind::confirm:
    case OperationKind::capture:
    case OperationKind::cancel:
      return read_call(std::move(id), CallKind::read_intent, lane,
                       encoder.read_intent(payment.intent->id, payment.manual_capture), due);
    case OperationKind::refund:
      return read_call(std::move(id), CallKind::list_refunds, lane,
                       encoder.list_refunds(payment.intent->id), due);
  }
  std::abort();  // Every kind is above; here memory is corrupt.
}

/// At the intent; once that is captured, at its refunds.
Call planned_look(const Payment& payment, const RequestEncoder& encoder) {
  const IntentId& intent = payment.intent->id;
  const bool captured = payment.status == Status::captured;
  return read_call(
      (captured ? refund_list_stem(intent) : "read:" + intent.text()) + "#" +
          std::to_string(payment.looks),
      captured ? CallKind::list_refunds : CallKind::read_intent, Lane::reconcile,
      captured ? encoder.list_refunds(intent) : encoder.read_intent(intent, payment.manual_capture),
      *payment.next_read_at);
}

Call dispute_look(const Payment& payment, const RequestEncoder& encoder) {
  const IntentId& intent = payment.intent->id;
  return read_call(dispute_look_id(payment), CallKind::list_disputes, Lane::reconcile,
                   encoder.list_disputes(intent), *payment.disputes_at);
}

void earliest(std::optional<Time>& first, Time time) {
  if (!first || time < *first) first = time;
}

/// True while the customer has until `expires_at` to act.
bool waits_for_customer(const Payment& payment) {
  switch (payment.status) {
    case Status::ready:
    case Status::declined:
    case Status::action_required:
      return true;
    case Status::cancelled:
      return !payment.closed;  // For another payment.initiate.
    case Status::creating:
    case Status::confirming:
    case Status::processing:
    case Status::authorized:
    case Status::capturing:
    case Status::captured:
    case Status::cancelling:
      return false;
  }
  std::abort();  // Every status is above; here memory is corrupt.
}

}  // namespace

std::vector<Call> pending_calls(const Payment& payment, const OrderId&, const Context& context,
                                const Hold* hold) {
  std::vector<Call> calls;
  for (const Operation& operation : payment.operations) {
    switch (step_of(payment, operation, hold)) {
      case Step::send:
        calls.push_back(send_of(payment, operation, context));
        break;
      case Step::look:
        calls.push_back(look_of(payment, operation, context, due_of(operation, hold)));
        break;
      case Step::none:
        break;
    }
  }
  const RequestEncoder& encoder = context.encoder;
  if (payment.next_read_at) calls.push_back(planned_look(payment, encoder));
  if (looks_at_disputes(payment)) calls.push_back(dispute_look(payment, encoder));
  for (const Refund& refund : payment.refunds) {
    if (refund.state != RefundState::pending) continue;
    const ProviderRefundId& id = *refund.provider_id;
    calls.push_back(read_call("refund:" + id.text() + "#" + std::to_string(refund.looks),
                              CallKind::read_refund, Lane::reconcile, encoder.read_refund(id),
                              *refund.next_at));
  }
  return calls;
}

std::optional<Time> next_call_at(const Payment& payment, Time after, const Hold* hold) {
  std::optional<Time> first;
  const auto add = [&](Time time) {
    if (time > after) earliest(first, time);
  };
  for (const Operation& operation : payment.operations) {
    if (step_of(payment, operation, hold) != Step::none) add(due_of(operation, hold));
  }
  if (payment.next_read_at) add(*payment.next_read_at);
  if (looks_at_disputes(payment)) add(*payment.disputes_at);
  for (const Refund& refund : payment.refunds) {
    if (refund.state == RefundState::pending) add(*refund.next_at);
  }
  return first;
}

std::optional<Time> next_decision_at(const Payment& payment, const Hold* hold) {
  const bool held = payment.status == Status::authorized || payment.status == Status::capturing;
  if (held) return payment.hold_alarm_at;
  if (hold != nullptr) return std::nullopt;
  std::optional<Time> first;
  if (waits_for_customer(payment)) first = payment.expires_at;
  for (const Refund& refund : payment.refunds) {
    if (is_to_be_retried(refund)) earliest(first, *refund.next_at);
  }
  return first;
}

std::int64_t money_at_risk_minor(const Payment& payment) {
  std::int64_t risk = payment.money.disputed;
  // What succeeded late and is neither back nor accepted: its refunds are part of that.
  if (payment.late && payment.closed) {
    return kept_minor(payment.money);
  }
  for (const Operation& operation : payment.operations) {
    const bool may_charge =
        operation.kind == OperationKind::confirm || operation.kind == OperationKind::capture;
    if (operation.phase == Phase::unknown && may_charge) risk += payment.amount.minor;
  }
  for (const Refund& refund : payment.refunds) {
    const bool lost = std::ranges::any_of(payment.operations, [&](const Operation& operation) {
      return operation.refund == refund.id && operation.phase == Phase::unknown;
    });
    if (lost || refund.state == RefundState::failed) risk += refund.amount_minor;
  }
  return risk;
}

bool has_work(const Payment& payment) {
  return !payment.operations.empty() || payment.next_read_at || looks_at_disputes(payment) ||
         std::ranges::any_of(payment.refunds, [](const Refund& refund) {
           return is_running(refund) || is_to_be_retried(refund);
         });
}

}  // namespace paysaga::payment
