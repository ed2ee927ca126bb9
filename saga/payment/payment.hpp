#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/saga/event.hpp"
#include "paysaga/saga/input.hpp"
#include "paysaga/saga/operation.hpp"

namespace paysaga::payment {

/// Where the money is. What each means for the order: docs/architecture.md.
enum class Status {
  creating,         // The intent is being made.
  ready,            // An intent without method or confirmation.
  confirming,       // A confirm is being made.
  action_required,  // The customer has to act (3DS).
  processing,       // An asynchronous method.
  declined,         // The last attempt was declined; the intent lives.
  authorized,       // Manual capture: held.
  capturing,
  captured,
  cancelling,  // A cancel is being made, or waits for evidence.
  cancelled,
};

/// Why a payment is to be cancelled. The cause decides the reason that is published.
enum class CancelCause { customer, expired, refused, provider };

struct CancelRequest {
  CancelCause cause;
  std::string reason;
  std::string code;  // As published once it is done: customer, expired, voided, refused, ...
  bool final = false;
  int tries = 0;  // Cancels of the present intent decided so far: the `try` of the newest.
  Time requested_at{};
  std::vector<EventId> commands;  // Commands that wait for its outcome.
  friend bool operator==(const CancelRequest&, const CancelRequest&) = default;
};

/// A capture that was asked for: there is one at a time, and none after one that took the money.
struct CaptureRequest {
  EventId command;
  std::int64_t amount_minor;
  friend bool operator==(const CaptureRequest&, const CaptureRequest&) = default;
};

enum class RefundState {
  requested,  // Accepted; its operation is being made.
  pending,    // The provider has it and has not finished.
  succeeded,
  failed,   // Failed, now or after it had succeeded. Compensation is tried again.
  refused,  // Never made: forbidden by the state, or refused by the provider for good.
};

/// One refund, from its request on. Attempts of it share the id.
struct Refund {
  RefundId id;
  std::int64_t amount_minor;
  std::string reason;
  bool compensation = false;       // The order ended: it is tried again until the money is back.
  bool late_success = false;       // Started by the payment machine itself.
  bool external = false;           // Made at the provider by somebody else, and adopted.
  std::optional<EventId> command;  // Who asked.
  RefundState state = RefundState::requested;
  int attempt = 1;
  std::optional<ProviderRefundId> provider_id;
  Time requested_at{};
  int reads = 0;                // Looks at a pending refund that showed it: the schedule's step.
  int looks = 0;                // All looks answered: part of the next look's call id.
  std::optional<Time> next_at;  // Next look, or next attempt of a failed compensation.
  std::string last_error;
  bool stuck_reported = false;
  friend bool operator==(const Refund&, const Refund&) = default;
};

/// What the customer's bank takes back, or asks about. It goes its own way beside the payment.
struct Dispute {
  DisputeId id;
  std::int64_t amount_minor;
  DisputeState state = DisputeState::inquiry;
  DisputeFunds funds = DisputeFunds::untouched;
  std::string reason;
  Time opened_at{};
  std::optional<Time> evidence_due_at;
  friend bool operator==(const Dispute&, const Dispute&) = default;
};

/// The payment of one order. `check` names what its parts must agree on.
struct Payment {
  Status status;
  Money amount;
  CustomerId customer;
  std::optional<MethodId> method;  // To confirm with as soon as the intent exists, or last used.
  bool method_waits = false;       // The method above has not been confirmed with yet.
  bool off_session = false;
  Metadata metadata;
  Time initiated_at{};
  Time expires_at{};
  int intent_number = 1;               // Of the create that made, or makes, the present intent.
  int attempt = 0;                     // Confirms so far; never reset.
  std::optional<IntentObject> intent;  // As the provider last showed it.
  std::optional<CancelRequest> cancel;
  bool closed = false;  // No initiate or confirm may follow: final cancel, expiry, refusal.
  bool late = false;    // It succeeded after it was closed or its expiry waited.
  std::vector<Operation> operations;  // Only those that are not settled.
  std::vector<Refund> refunds;
  MoneyTotals money;
  int reads = 0;  // Looks that showed an intent that waits (action_required, processing).
  int looks = 0;  // All looks answered: part of the next look's call id.
  std::optional<Time> next_read_at;  // At the intent; once that is captured, at its refunds.
  std::uint64_t sequence = 0;        // Of its last event.
  bool manual_capture = false;
  bool refunds_told = false;  // Of refunds, before it was captured: they are listed then.
  std::optional<CaptureRequest> capture = {};  // While it is under way.
  int capture_tries = 0;                       // Captures decided so far: the `try` of the newest.
  std::optional<Time> hold_alarm_at = {};  // authorized: when somebody is told that time is short.
  std::vector<Dispute> disputes = {};
  std::optional<Time> disputes_at = {};  // Next look at them, once it is captured.
  int dispute_reads = 0;                 // Looks since the last news: the schedule's step.
  int dispute_looks = 0;                 // All looks: part of the next look's call id.
  std::optional<Time> seen_at = {};      // When the provider last showed the intent as it is here.
  friend bool operator==(const Payment&, const Payment&) = default;
};

[[nodiscard]] std::string_view to_text(Status status);
[[nodiscard]] std::string_view to_text(CancelCause cause);
[[nodiscard]] std::string_view to_text(RefundState state);

}  // namespace paysaga::payment
