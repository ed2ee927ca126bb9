#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/saga/event.hpp"

namespace paysaga::order {

enum class Status {
  payment_pending,
  payment_processing,
  pending,
  fulfilled,
  payment_failed,
  cancelled,
  expired,
  refund_pending,
  refund_failed,
  refunded,
  partially_refunded,
};

/// Why the order ended before it was fulfilled.
enum class EndCause { cancelled, rejected, delivery_failed };

/// Something that a person should look at.
struct Stuck {
  std::string reason;  // Closed set: compensation_stuck, outcome_unknown, authorization_lost, ...
  Time since{};
  friend bool operator==(const Stuck&, const Stuck&) = default;
};

/// What the order machine knows of its payment: from payment events alone.
struct PaymentView {
  std::uint64_t sequence = 0;  // Of the newest payment event; an older one changes nothing.
  std::string status;          // payment::to_text of it.
  MoneyTotals money;
  std::optional<CustomerId> customer;  // None before its first event, as the amount.
  std::optional<Money> amount;
  bool hold_expires = false;  // It was told that the money is held only for a short time more.
  friend bool operator==(const PaymentView&, const PaymentView&) = default;
};

struct Order {
  Status status = Status::payment_pending;
  bool created = false;  // ORDER_CREATED was published.
  bool cancel_requested = false;
  std::optional<EndCause> ended;  // Set once, by the command that ended it.
  std::string end_reason;
  PaymentView payment;
  std::optional<RefundId> compensation;  // A refund of all that is left: under way, not settled.
  int compensations = 0;                 // Asked for so far: part of the next one's id.
  std::optional<Stuck> stuck;
  int unknown_outcomes = 0;  // Provider calls whose outcome is unknown.
  std::uint64_t sequence = 0;
  bool asks_waiting = false;  // Held: what it would ask of its payment waits for the hold's end.
  friend bool operator==(const Order&, const Order&) = default;
};

[[nodiscard]] std::string_view to_text(Status status);
[[nodiscard]] std::string_view to_text(EndCause cause);
[[nodiscard]] Result<Status> parse_status(std::string_view text);
/// True while something is still to come: a timer, a call, a command.
[[nodiscard]] bool is_open(Status status);

}  // namespace paysaga::order
