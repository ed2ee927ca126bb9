#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "paysaga/saga/id.hpp"
#include "paysaga/saga/money.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/saga/topic.hpp"

namespace paysaga {

enum class Machine { payment, order };

enum class EventType {
  payment_initiated,
  payment_processing,
  payment_action_required,
  payment_authorized,
  payment_completed,
  payment_failed,
  payment_cancelled,
  payment_refunded,
  payment_refund_failed,
  late_success,
  payment_outcome_unknown,
  payment_outcome_known,
  compensation_stuck,
  dispute_opened,
  dispute_won,
  dispute_lost,
  command_refused,  // By the payment machine, as the next two.
  held,
  resumed,
  payment_refund_initiated,  // Order machine, as all below.
  order_created,
  order_cancelled,
  order_fulfilled,
  order_payment_failed,
  order_expired,
  order_refunded,
  order_command_refused,  // COMMAND_REFUSED by the order machine, as HELD and RESUMED below.
  order_held,
  order_resumed,
};

/// The totals of one payment, in its currency's minor units.
struct MoneyTotals {
  std::int64_t authorized = 0;
  std::int64_t captured = 0;
  std::int64_t refunding = 0;
  std::int64_t refunded = 0;
  std::int64_t disputed = 0;  // In disputes that are open.
  std::int64_t lost = 0;      // In disputes that were lost.
  friend bool operator==(const MoneyTotals&, const MoneyTotals&) = default;
};

/// Captured, less what was given back and what the customer's bank took.
[[nodiscard]] std::int64_t kept_minor(const MoneyTotals& money);

struct Reason {
  std::string code;     // Closed set: insufficient_funds, expired, customer, amount_differs, ...
  std::string message;  // Fit for the customer where a customer is told.
  friend bool operator==(const Reason&, const Reason&) = default;
};

/// The part of a refund that an event tells of.
struct RefundPart {
  RefundId refund;
  std::optional<std::int64_t> amount_minor;
  bool compensation = false;
  friend bool operator==(const RefundPart&, const RefundPart&) = default;
};

/// The part of a dispute that an event tells of.
struct DisputePart {
  DisputeId dispute;
  std::int64_t amount_minor;
  std::string reason;
  std::optional<Time> evidence_due_at;
  friend bool operator==(const DisputePart&, const DisputePart&) = default;
};

/// One fact, as it is published: complete in itself. The codec adds the hash chain.
struct Event {
  EventId id;  // A function of group, order, machine and sequence.
  EventType type;
  Machine machine;
  std::uint64_t sequence;  // 1..n per order and machine.
  Time occurred_at;
  std::string correlation_id;
  std::string causation_id;
  OrderId order;
  std::optional<CustomerId> customer;
  std::optional<Money> amount;
  MoneyTotals money;
  std::string status;  // Of the machine after this event: "captured", "refund_pending".
  int attempt = 0;
  std::optional<IntentId> intent;
  std::optional<RefundPart> refund;
  std::optional<Reason> reason;
  std::string decline_class;  // PAYMENT_FAILED: retry_later, ask_customer, ... Else empty.
  bool final = false;
  bool cancel_requested = false;
  std::optional<Time> expires_at;
  std::optional<EventId> command;  // The command that this answers, where it answers one.
  bool livemode = false;
  std::optional<DisputePart> dispute = {};
  friend bool operator==(const Event&, const Event&) = default;
};

/// "PAYMENT_INITIATED".
[[nodiscard]] std::string_view to_text(EventType type);
[[nodiscard]] Result<EventType> parse_event_type(std::string_view text, Machine machine);
[[nodiscard]] std::string_view to_text(Machine machine);
/// Every topic an event goes to: payment-events or order-events first, then its copies.
[[nodiscard]] std::span<const Topic> topics_of(EventType type);

}  // namespace paysaga
