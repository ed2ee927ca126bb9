#pragma once

#include <concepts>

#include "paysaga/saga/saga.hpp"

/// The fields of everything in a saga's state, each named once: what writes and what reads walk the
/// same list. The list names every member, so that a new one does not compile before it is here.
namespace paysaga::storage::shape {

template <class T, class U>
concept Of = std::same_as<std::remove_const_t<T>, U>;

template <class F, Of<Decline> T>
void walk(F& field, T& value) {
  auto& [code, decline_code, advice_code, charge] = value;
  field("code", code);
  field("decline_code", decline_code);
  field("advice_code", advice_code);
  field("charge", charge);
}

template <class F, Of<IntentObject> T>
void walk(F& field, T& value) {
  auto& [id, status, amount, received_minor, latest_charge, last_error, order, attempt, ledger,
         livemode, created, capture_before] = value;
  field("id", id);
  field("status", status);
  field("amount", amount);
  field("received_minor", received_minor);
  field("latest_charge", latest_charge);
  field("last_error", last_error);
  field("order", order);
  field("attempt", attempt);
  field("ledger", ledger);
  field("livemode", livemode);
  field("created", created);
  field("capture_before", capture_before);
}

template <class F, Of<Request> T>
void walk(F& field, T& value) {
  auto& [target, body] = value;
  field("target", target);
  field("body", body);
}

template <class F, Of<Operation> T>
void walk(F& field, T& value) {
  auto& [kind, attempt, try_number, refund, key, request, phase, decided_at, answered_at, sends,
         unknowns, reads, absent, absent_since, next_at, error_replayed, repeatable, before,
         last_error, request_id] = value;
  field("kind", kind);
  field("attempt", attempt);
  field("try", try_number);
  field("refund", refund);
  field("key", key);
  field("request", request);
  field("phase", phase);
  field("decided_at", decided_at);
  field("answered_at", answered_at);
  field("sends", sends);
  field("unknowns", unknowns);
  field("reads", reads);
  field("absent", absent);
  field("absent_since", absent_since);
  field("next_at", next_at);
  field("error_replayed", error_replayed);
  field("repeatable", repeatable);
  field("before", before);
  field("last_error", last_error);
  field("request_id", request_id);
}

template <class F, Of<payment::CancelRequest> T>
void walk(F& field, T& value) {
  auto& [cause, reason, code, final_cancel, tries, requested_at, commands] = value;
  field("cause", cause);
  field("reason", reason);
  field("code", code);
  field("final", final_cancel);
  field("tries", tries);
  field("requested_at", requested_at);
  field("commands", commands);
}

template <class F, Of<payment::CaptureRequest> T>
void walk(F& field, T& value) {
  auto& [command, amount_minor] = value;
  field("command", command);
  field("amount_minor", amount_minor);
}

template <class F, Of<payment::Refund> T>
void walk(F& field, T& value) {
  auto& [id, amount_minor, reason, compensation, late_success, external, command, state, attempt,
         provider_id, requested_at, reads, looks, next_at, last_error, stuck_reported] = value;
  field("id", id);
  field("amount_minor", amount_minor);
  field("reason", reason);
  field("compensation", compensation);
  field("late_success", late_success);
  field("external", external);
  field("command", command);
  field("state", state);
  field("attempt", attempt);
  field("provider_id", provider_id);
  field("requested_at", requested_at);
  field("reads", reads);
  field("looks", looks);
  field("next_at", next_at);
  field("last_error", last_error);
  field("stuck_reported", stuck_reported);
}

template <class F, Of<payment::Dispute> T>
void walk(F& field, T& value) {
  auto& [id, amount_minor, state, funds, reason, opened_at, evidence_due_at] = value;
  field("id", id);
  field("amount_minor", amount_minor);
  field("state", state);
  field("funds", funds);
  field("reason", reason);
  field("opened_at", opened_at);
  field("evidence_due_at", evidence_due_at);
}

template <class F, Of<MoneyTotals> T>
void walk(F& field, T& value) {
  auto& [authorized, captured, refunding, refunded, disputed, lost] = value;
  field("authorized", authorized);
  field("captured", captured);
  field("refunding", refunding);
  field("refunded", refunded);
  field("disputed", disputed);
  field("lost", lost);
}

template <class F, Of<payment::Payment> T>
void walk(F& field, T& value) {
  auto& [status, amount, customer, method, method_waits, off_session, metadata, initiated_at,
         expires_at, intent_number, attempt, intent, cancel, closed, late, operations, refunds,
         money, reads, looks, next_read_at, sequence, manual_capture, refunds_told, capture,
         capture_tries, hold_alarm_at, disputes, disputes_at, dispute_reads, dispute_looks,
         seen_at] = value;
  field("status", status);
  field("amount", amount);
  field("customer", customer);
  field("method", method);
  field("method_waits", method_waits);
  field("off_session", off_session);
  field("metadata", metadata);
  field("initiated_at", initiated_at);
  field("expires_at", expires_at);
  field("intent_number", intent_number);
  field("attempt", attempt);
  field("intent", intent);
  field("cancel", cancel);
  field("closed", closed);
  field("late", late);
  field("operations", operations);
  field("refunds", refunds);
  field("money", money);
  field("reads", reads);
  field("looks", looks);
  field("next_read_at", next_read_at);
  field("sequence", sequence);
  field("manual_capture", manual_capture);
  field("capture", capture);
  field("capture_tries", capture_tries);
  field("hold_alarm_at", hold_alarm_at);
  field("disputes", disputes);
  field("disputes_at", disputes_at);
  field("dispute_reads", dispute_reads);
  field("dispute_looks", dispute_looks);
  field("seen_at", seen_at);
  field("refunds_told", refunds_told);
}

template <class F, Of<order::Stuck> T>
void walk(F& field, T& value) {
  auto& [reason, since] = value;
  field("reason", reason);
  field("since", since);
}

template <class F, Of<order::PaymentView> T>
void walk(F& field, T& value) {
  auto& [sequence, status, money, customer, amount, hold_expires] = value;
  field("sequence", sequence);
  field("status", status);
  field("money", money);
  field("customer", customer);
  field("amount", amount);
  field("hold_expires", hold_expires);
}

template <class F, Of<order::Order> T>
void walk(F& field, T& value) {
  auto& [status, created, cancel_requested, ended, end_reason, payment, compensation, compensations,
         stuck, unknown_outcomes, sequence, asks_waiting] = value;
  field("status", status);
  field("created", created);
  field("cancel_requested", cancel_requested);
  field("ended", ended);
  field("end_reason", end_reason);
  field("payment", payment);
  field("compensation", compensation);
  field("compensations", compensations);
  field("stuck", stuck);
  field("unknown_outcomes", unknown_outcomes);
  field.former("held");
  field("sequence", sequence);
  field("asks_waiting", asks_waiting);
}

template <class F, Of<Seen> T>
void walk(F& field, T& value) {
  auto& [id, body_hash, refused] = value;
  field("id", id);
  field("hash", body_hash);
  field("refused", refused);
}

template <class F, Of<Recent> T>
void walk(F& field, T& value) {
  auto& [at, what] = value;
  field("at", at);
  field("what", what);
}

template <class F, Of<command::PaymentInitiate> T>
void walk(F& field, T& value) {
  auto& [amount, customer, method, expires_in, off_session, metadata, manual_capture] = value;
  field("amount", amount);
  field("customer", customer);
  field("method", method);
  field("expires_in_us", expires_in);
  field("off_session", off_session);
  field("metadata", metadata);
  field("manual_capture", manual_capture);
}

template <class F, Of<command::PaymentCapture> T>
void walk(F& field, T& value) {
  auto& [amount_minor, currency] = value;
  field("amount_minor", amount_minor);
  field("currency", currency);
}

template <class F, Of<command::PaymentConfirm> T>
void walk(F& field, T& value) {
  auto& [method, return_url] = value;
  field("method", method);
  field("return_url", return_url);
}

template <class F, Of<command::PaymentCancel> T>
void walk(F& field, T& value) {
  auto& [reason, final_cancel] = value;
  field("reason", reason);
  field("final", final_cancel);
}

template <class F, class T>
requires Of<T, command::OrderCancel> || Of<T, command::OrderRejected> ||
    Of<T, command::OrderDeliveryFailed>
void walk(F& field, T& value) {
  auto& [reason] = value;
  field("reason", reason);
}

template <class F, class T>
requires Of<T, command::OrderHold> || Of<T, command::OrderResume>
void walk(F& field, T& value) {
  auto& [reason, ticket] = value;
  field("reason", reason);
  field("ticket", ticket);
}

template <class F, Of<command::OrderFulfilled> T>
void walk(F&, T&) {}

template <class F, Of<command::RefundRequest> T>
void walk(F& field, T& value) {
  auto& [refund, amount_minor, reason, compensation, currency] = value;
  field("refund", refund);
  field("amount_minor", amount_minor);
  field("reason", reason);
  field("compensation", compensation);
  field("currency", currency);
}

template <class F, Of<CommandInput> T>
void walk(F& field, T& value) {
  auto& [id, body_hash, command, correlation_id, traceparent] = value;
  field("id", id);
  field("hash", body_hash);
  field("command", command);
  field("correlation_id", correlation_id);
  field("traceparent", traceparent);
}

template <class F, Of<Parked> T>
void walk(F& field, T& value) {
  auto& [input, since, until] = value;
  field("input", input);
  field("since", since);
  field("until", until);
}

template <class F, Of<Hold> T>
void walk(F& field, T& value) {
  auto& [reason, ticket, command, since] = value;
  field("reason", reason);
  field("ticket", ticket);
  field("command", command);
  field("since", since);
}

template <class F, Of<Saga> T>
void walk(F& field, T& value) {
  auto& [id, correlation_id, payment, order, seen, parked, recent, payment_hash, order_hash,
         version, updated_at, hold] = value;
  field("id", id);
  field("version", version);
  field("updated_at", updated_at);
  field("correlation_id", correlation_id);
  field("order", order);
  field("payment", payment);
  field("seen", seen);
  field("parked", parked);
  field("recent", recent);
  field("payment_hash", payment_hash);
  field("order_hash", order_hash);
  field("hold", hold);
}

}  // namespace paysaga::storage::shape
