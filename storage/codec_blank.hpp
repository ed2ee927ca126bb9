#pragma once

#include <string>

#include "paysaga/saga/saga.hpp"

/// Values to read into, for the types that have no empty one. Every part of them that stands in the
/// text is overwritten; what a text lacks and needs is a fault.
namespace paysaga::storage::shape {

/// The last value of each enumeration that stands in a state; the texts of 0..last are known.
template <class E>
struct Last;
template <>
struct Last<IntentStatus> {
  static constexpr auto value = IntentStatus::other;
};
template <>
struct Last<OperationKind> {
  static constexpr auto value = OperationKind::refund;
};
template <>
struct Last<Phase> {
  static constexpr auto value = Phase::unknown;
};
template <>
struct Last<payment::Status> {
  static constexpr auto value = payment::Status::cancelled;
};
template <>
struct Last<payment::CancelCause> {
  static constexpr auto value = payment::CancelCause::provider;
};
template <>
struct Last<payment::RefundState> {
  static constexpr auto value = payment::RefundState::refused;
};
template <>
struct Last<DisputeState> {
  static constexpr auto value = DisputeState::lost;
};
template <>
struct Last<DisputeFunds> {
  static constexpr auto value = DisputeFunds::reinstated;
};
template <>
struct Last<order::Status> {
  static constexpr auto value = order::Status::partially_refunded;
};
template <>
struct Last<order::EndCause> {
  static constexpr auto value = order::EndCause::delivery_failed;
};

/// The value of that text; none if there is none.
template <class E>
[[nodiscard]] std::optional<E> parse_enum(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(Last<E>::value); ++i) {
    if (to_text(static_cast<E>(i)) == text) return static_cast<E>(i);
  }
  return std::nullopt;
}

template <class T>
struct Blank {
  static T make() { return T{}; }
};
template <class Kind, std::size_t n, IdAlphabet a>
struct Blank<Id<Kind, n, a>> {
  static Id<Kind, n, a> make() { return Id<Kind, n, a>::of("-"); }
};
template <>
struct Blank<Currency> {
  static Currency make() {
    static const Currency any = *Currency::parse("EUR");
    return any;
  }
};
template <>
struct Blank<Money> {
  static Money make() { return {0, Blank<Currency>::make()}; }
};
template <>
struct Blank<IntentObject> {
  static IntentObject make() {
    return {.id = Blank<IntentId>::make(),
            .status = IntentStatus::other,
            .amount = Blank<Money>::make(),
            .latest_charge = {},
            .last_error = {},
            .order = {},
            .ledger = {}};
  }
};
template <>
struct Blank<Operation> {
  static Operation make() {
    return {.kind = OperationKind::create,
            .refund = {},
            .key = Blank<IdempotencyKey>::make(),
            .request = {},
            .answered_at = {},
            .absent_since = {},
            .before = {},
            .last_error = {},
            .request_id = {}};
  }
};
template <>
struct Blank<payment::CancelRequest> {
  static payment::CancelRequest make() {
    return {.cause = payment::CancelCause::customer, .reason = {}, .code = {}, .commands = {}};
  }
};
template <>
struct Blank<payment::Refund> {
  static payment::Refund make() {
    return {.id = Blank<RefundId>::make(),
            .amount_minor = 0,
            .reason = {},
            .command = {},
            .provider_id = {},
            .next_at = {},
            .last_error = {}};
  }
};
template <>
struct Blank<payment::Dispute> {
  static payment::Dispute make() {
    return {.id = Blank<DisputeId>::make(), .amount_minor = 0, .reason = {}, .evidence_due_at = {}};
  }
};
template <>
struct Blank<payment::Payment> {
  static payment::Payment make() {
    return {.status = payment::Status::creating,
            .amount = Blank<Money>::make(),
            .customer = Blank<CustomerId>::make(),
            .method = {},
            .metadata = {},
            .intent = {},
            .cancel = {},
            .operations = {},
            .refunds = {},
            .money = {},
            .next_read_at = {}};
  }
};
template <>
struct Blank<Seen> {
  static Seen make() { return {Blank<EventId>::make(), 0, {}}; }
};
template <>
struct Blank<command::PaymentInitiate> {
  static command::PaymentInitiate make() {
    return {.amount = Blank<Money>::make(),
            .customer = Blank<CustomerId>::make(),
            .method = {},
            .expires_in = {},
            .metadata = {}};
  }
};
template <>
struct Blank<command::PaymentConfirm> {
  static command::PaymentConfirm make() { return {Blank<MethodId>::make(), {}}; }
};
template <>
struct Blank<command::PaymentCapture> {
  static command::PaymentCapture make() { return {.amount_minor = {}, .currency = {}}; }
};
template <>
struct Blank<payment::CaptureRequest> {
  static payment::CaptureRequest make() { return {Blank<EventId>::make(), 0}; }
};
template <>
struct Blank<command::RefundRequest> {
  static command::RefundRequest make() {
    return {.refund = Blank<RefundId>::make(), .amount_minor = {}, .reason = {}, .currency = {}};
  }
};
template <>
struct Blank<CommandInput> {
  static CommandInput make() {
    return {Blank<EventId>::make(), 0, command::OrderFulfilled{}, {}, {}};
  }
};
template <>
struct Blank<Parked> {
  static Parked make() { return {Blank<CommandInput>::make(), {}, {}}; }
};
template <>
struct Blank<Saga> {
  static Saga make() {
    return {.id = Blank<OrderId>::make(),
            .correlation_id = {},
            .payment = {},
            .order = {},
            .seen = {},
            .parked = {},
            .recent = {},
            .payment_hash = {},
            .order_hash = {}};
  }
};

}  // namespace paysaga::storage::shape
