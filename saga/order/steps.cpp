#include "paysaga/saga/order/steps.hpp"

#include <string>

#include "paysaga/saga/order/hold.hpp"
#include "paysaga/saga/order/settle.hpp"

namespace paysaga::order {
namespace {

std::string_view cause_text(EndCause cause) {
  switch (cause) {
    case EndCause::cancelled:
      return "Your order was cancelled";
    case EndCause::rejected:
      return "Your order could not be accepted";
    case EndCause::delivery_failed:
      return "Your order could not be delivered";
  }
  std::abort();  // Every cause is above; here memory is corrupt.
}

/// True while a charge may be under way that this decision cannot take back.
bool may_yet_be_charged(const Order& order) {
  const auto status = payment_status(order);
  return status == payment::Status::confirming || status == payment::Status::processing ||
         status == payment::Status::capturing || status == payment::Status::cancelling;
}

/// What the customer is told of an order that ended.
std::string end_text(const Order& order, EndCause cause) {
  std::string text{cause_text(cause)};
  if (!order.end_reason.empty()) text.append(": ").append(order.end_reason);
  const MoneyTotals& money = order.payment.money;
  if (money.disputed > 0) return text + ". Your bank decides what becomes of your money.";
  if (money.captured > money.refunded + money.lost) return text + ". Your money is refunded.";
  if (money.captured > 0) return text + ". Your money has been refunded.";
  if (may_yet_be_charged(order)) return text + ". Should you be charged, it is refunded.";
  return text + ". You have not been charged.";
}

void mark_ended(Draft& draft, EndCause cause, std::string_view reason) {
  Order& order = draft.order;
  order.ended = cause;
  order.end_reason = reason;
  order.cancel_requested = true;
  note(draft, std::string{"order ended: "}.append(to_text(cause)));
}

void tell_cancelled(Draft& draft) {
  const EndCause cause = *draft.order.ended;
  tell(draft, EventType::order_cancelled, to_text(cause), end_text(draft.order, cause));
}

void tell_expired(Draft& draft, std::string_view message) {
  tell(draft, EventType::order_expired, "expired", message);
}

/// Paid, or held for it: the delivery starts, once.
void paid(Draft& draft) {
  Order& order = draft.order;
  move_to(draft, Status::pending);
  if (order.created) return;
  order.created = true;
  tell(draft, EventType::order_created);
}

void authorized(Draft& draft) {
  if (!draft.order.ended) return paid(draft);
  // Its cancel is under way. What the kitchen was told stands until then.
  if (!draft.order.created) move_to(draft, Status::payment_processing);
}

void declined(Draft& draft, const News& news) {
  if (draft.order.ended) return move_to(draft, Status::payment_processing);
  const bool told =
      draft.order.status == Status::payment_failed && news.event.type != EventType::payment_failed;
  move_to(draft, Status::payment_failed);
  if (told) return;
  const bool has_reason = news.event.type == EventType::payment_failed && news.event.reason;
  const Reason reason = has_reason ? *news.event.reason
                                   : Reason{"declined", "The payment was declined. Try another."};
  tell(draft, EventType::order_payment_failed, reason.code, reason.message).final =
      news.event.final;
}

/// `final` by its flag; another kind of event shows it by having no time left to pay in.
bool is_final(const Event& event) {
  return event.final || !event.expires_at;
}

void payment_cancelled(Draft& draft, const News& news) {
  Order& order = draft.order;
  const Event& event = news.event;
  const bool tells = event.type == EventType::payment_cancelled && event.reason;
  const std::string_view code = tells ? std::string_view{event.reason->code} : "cancelled";
  const bool lost_hold = code == "hold_expired" || (!tells && order.stuck);
  if (order.status == Status::pending && !order.ended && lost_hold) {
    return note(draft, "the authorization is lost");
  }
  if (!is_final(event)) {
    if (!order.ended) move_to(draft, Status::payment_pending);
    return;
  }
  if (code == "expired" && !order.ended) {
    move_to(draft, Status::expired);
    return tell_expired(draft, "Your order was not paid in time. You have not been charged.");
  }
  const bool ended_before = order.ended.has_value();
  if (!ended_before) mark_ended(draft, EndCause::cancelled, tells ? event.reason->message : "");
  move_to(draft, Status::cancelled);
  if (!ended_before) tell_cancelled(draft);
}

void expired_but_paid(Draft& draft, const News& news) {
  Order& order = draft.order;
  const bool told = order.status == Status::expired || order.status == Status::cancelled;
  const bool holds = news.event.type == EventType::late_success && news.event.reason &&
                     news.event.reason->code == "hold";
  move_to(draft, Status::refund_pending);
  if (!order.ended && !told) {
    tell_expired(draft, "Your payment came after the order had expired; it is refunded.");
  }
  if (holds) hold_late_success(draft);
  settle(draft, news);
}

}  // namespace

std::optional<payment::Status> status_named(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(payment::Status::cancelled); ++i) {
    const auto status = static_cast<payment::Status>(i);
    if (payment::to_text(status) == text) return status;
  }
  return std::nullopt;
}

std::optional<payment::Status> payment_status(const Order& order) {
  return status_named(order.payment.status);
}

void end(Draft& draft, EndCause cause, std::string_view reason) {
  mark_ended(draft, cause, reason);
  if (draft.order.payment.money.captured > 0) {
    move_to(draft, Status::refund_pending);
    tell_cancelled(draft);
    return settle(draft, Ask::allowed);
  }
  // The cancel of the payment is a call in flight; what the kitchen was told stands until then.
  if (draft.order.status != Status::pending) move_to(draft, Status::payment_processing);
  tell_cancelled(draft);
  ask_to_cancel(draft);
}

void already_ended(Draft& draft) {
  note(draft, "the order has ended already");
}

void refuse_by_status(Draft& draft, const EventId& command) {
  const Order& order = draft.order;
  const std::string_view code =
      order.cancel_requested ? std::string_view{"cancel_requested"} : to_text(order.status);
  refuse(
      draft, command, code,
      order.cancel_requested ? "The order is being ended." : "The order is not being delivered.");
}

void refuse_closed(Draft& draft, const EventId& command) {
  refuse(draft, command, "order_closed", "The order is closed.");
}

void captured(Draft& draft, const News& news) {
  Order& order = draft.order;
  const Event& event = news.event;
  // Its delivery runs on money that is known: a goodwill refund changes only its money.
  if (order.created && !order.ended && news.before.captured > 0) return paid(draft);
  const bool late = event.type == EventType::late_success;
  const bool closed = order.status == Status::expired || order.status == Status::cancelled;
  if (late && event.reason && event.reason->code == "accept" && !order.ended) return paid(draft);
  // A compensation that this order did not ask for tells of a late success that was overtaken.
  const bool given_back = !order.ended && event.refund && event.refund->compensation;
  if (late || closed || given_back) return expired_but_paid(draft, news);
  if (order.ended) {
    move_to(draft, Status::refund_pending);
    return settle(draft, news);
  }
  if (!event.cancel_requested) return paid(draft);
  // It succeeded while a cancel waited: the order ends as it was wished.
  mark_ended(draft, EndCause::cancelled, "");
  move_to(draft, Status::refund_pending);
  tell_cancelled(draft);
  settle(draft, news);
}

void follow_payment(Draft& draft, const News& news) {
  const auto status = payment_status(draft.order);
  ensure(status.has_value(), "only a payment status that is known is followed");
  if (news.event.type == EventType::payment_failed && news.event.final) declined(draft, news);
  switch (*status) {
    case payment::Status::creating:
    case payment::Status::confirming:
    case payment::Status::action_required:
    case payment::Status::processing:
    case payment::Status::cancelling:
      return move_to(draft, Status::payment_processing);
    case payment::Status::ready:
      return move_to(draft,
                     draft.order.ended ? Status::payment_processing : Status::payment_pending);
    case payment::Status::declined:
      if (news.event.final) return;
      return declined(draft, news);
    case payment::Status::authorized:
    case payment::Status::capturing:
      return authorized(draft);
    case payment::Status::captured:
      return captured(draft, news);
    case payment::Status::cancelled:
      return payment_cancelled(draft, news);
  }
  std::abort();  // Every status is above; here memory is corrupt.
}

}  // namespace paysaga::order
