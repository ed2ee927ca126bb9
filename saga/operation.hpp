#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/saga/id.hpp"
#include "paysaga/saga/money.hpp"
#include "paysaga/saga/time.hpp"

namespace paysaga {

/// What a provider says an intent is. `other` is a status that we do not know: not final, ask
/// again.
enum class IntentStatus {
  requires_payment_method,
  requires_confirmation,
  requires_action,
  processing,
  requires_capture,
  succeeded,
  canceled,
  other,
};

enum class RefundStatus { pending, requires_action, succeeded, failed, canceled, other };

/// Why a provider declined: `code` card_declined, `decline_code` insufficient_funds.
struct Decline {
  std::string code;
  std::string decline_code;
  std::string advice_code;
  std::optional<ChargeId> charge;
  friend bool operator==(const Decline&, const Decline&) = default;
};

/// An intent as the provider showed it once. `order`, `attempt` and `ledger` are our metadata.
struct IntentObject {
  IntentId id;
  IntentStatus status;
  Money amount;
  std::int64_t received_minor = 0;
  std::optional<ChargeId> latest_charge;
  std::optional<Decline> last_error;
  std::string order;
  int attempt = 0;
  std::string ledger;
  bool livemode = false;
  Time created{};
  std::optional<Time> capture_before = {};  // Of held money, where the charge was shown as well.
  friend bool operator==(const IntentObject&, const IntentObject&) = default;
};

struct RefundObject {
  ProviderRefundId id;
  RefundStatus status;
  Money amount;
  std::string failure_reason;
  std::string refund;  // Our refund id, from its metadata; empty if it is not ours.
  int attempt = 0;
  std::string ledger;
  Time created{};
  friend bool operator==(const RefundObject&, const RefundObject&) = default;
};

/// How far a dispute has come: each value may follow those above it, none those below. An inquiry
/// takes no money; one that is closed may still be opened.
enum class DisputeState { inquiry, inquiry_closed, opened, won, lost };

/// What became of the disputed money at the provider, in the same order.
enum class DisputeFunds { untouched, withdrawn, reinstated };

/// A dispute as the provider showed it once.
struct DisputeObject {
  DisputeId id;
  DisputeState state;
  DisputeFunds funds = DisputeFunds::untouched;
  Money amount;
  std::string reason;  // The provider's: fraudulent, product_not_received, ...
  Time created{};
  std::optional<Time> evidence_due_at;
  friend bool operator==(const DisputeObject&, const DisputeObject&) = default;
};

enum class OperationKind { create, confirm, capture, cancel, refund };

/// Journalled phases. *Sent* is memory only: after a restart an intended operation counts as sent.
enum class Phase { intended, done, declined, refused, unknown };

/// A request exactly as it is sent: made once when the operation is decided, then only copied.
/// The provider's encoder alone knows what the texts mean ("POST /v1/refunds", a form).
struct Request {
  std::string target;
  std::string body;
  friend bool operator==(const Request&, const Request&) = default;
};

/// One call that changes something at the provider. It is in a counted journal record before the
/// first byte of it is sent.
struct Operation {
  OperationKind kind;
  int attempt =
      1;  // create, capture, cancel: the intent's number; confirm: its own; refund: its own.
  int try_number = 1;  // Rises only on evidence that the former try did nothing.
  std::optional<RefundId> refund;
  IdempotencyKey key;
  Request request;
  Phase phase = Phase::intended;
  Time decided_at{};
  std::optional<Time> answered_at;  // Last answer heard to a send, also "unknown".
  int sends = 0;                    // Answers heard to sends of this try.
  int unknowns = 0;  // Those of them that told nothing: the same key is repeated only so often.
  int reads = 0;     // Look-ups made since the phase became unknown.
  int absent = 0;    // Consecutive look-ups that did not find it, or found it unchanged.
  std::optional<Time> absent_since;
  Time next_at{};               // Not before this is the next send or look-up made.
  bool error_replayed = false;  // A saved 500 came again: repeating this key tells no more.
  bool repeatable =
      true;  // False: only look-ups (a cancel waits behind it, a replayed 500, key age).
  std::optional<IntentObject>
      before;              // The intent as journalled before the send: "unchanged" is this.
  std::string last_error;  // One line for people.
  std::string request_id;  // The provider's, of the last answer.
  friend bool operator==(const Operation&, const Operation&) = default;
};

[[nodiscard]] std::string_view to_text(IntentStatus status);
[[nodiscard]] std::string_view to_text(RefundStatus status);
[[nodiscard]] std::string_view to_text(DisputeState state);
[[nodiscard]] std::string_view to_text(DisputeFunds funds);
[[nodiscard]] std::string_view to_text(OperationKind kind);
[[nodiscard]] std::string_view to_text(Phase phase);
/// An unknown text is `other`.
[[nodiscard]] IntentStatus parse_intent_status(std::string_view text);
[[nodiscard]] RefundStatus parse_refund_status(std::string_view text);

}  // namespace paysaga
