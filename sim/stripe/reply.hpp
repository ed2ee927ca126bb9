#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "paysaga/sim/stripe/charge.hpp"
#include "paysaga/sim/stripe/dispute.hpp"
#include "paysaga/sim/stripe/intent.hpp"
#include "paysaga/sim/stripe/refund.hpp"
#include "paysaga/sim/stripe/transaction.hpp"

namespace paysaga::sim::stripe {

/// What of an answer is shown whole instead of by its id.
struct Expand {
  bool charge = false;
  bool intent = false;
  bool method = false;  // Of the intent.
  bool transaction = false;
  bool source = false;
  bool charge_transaction = false;  // Of the charge that is shown within.
  bool intent_charge = false;       // Of the intent that is shown within.

  void add(const Expand& other) {
    charge |= other.charge;
    intent |= other.intent;
    method |= other.method;
    transaction |= other.transaction;
    source |= other.source;
    charge_transaction |= other.charge_transaction;
    intent_charge |= other.intent_charge;
  }
};

/// An intent as it was when it was answered.
struct IntentReply {
  Index intent;
  IntentState state;
  ChargeState charge{};  // Of latest_charge at that moment.
  Expand expand{};
};

/// A charge as it was when it was answered.
struct ChargeReply {
  Index charge;
  ChargeState state;
  Expand expand{};
};

/// A refund as it was when it was answered.
struct RefundReply {
  Index refund;
  RefundState state;
  ChargeState charge{};
  Expand expand{};
};

/// A dispute as it was when it was answered.
struct DisputeReply {
  Index dispute;
  DisputeState state;
  Time at;  // When: an answer says whether it is too late for evidence.
  Expand expand{};
};

struct TransactionReply {
  Index transaction;
  Time at;  // When: money becomes available with time.
  Expand expand{};
};

/// An error object. Source: docs.stripe.com/api/errors.
struct ErrorReply {
  int status;
  std::string_view type;
  std::string_view code;  // Empty if Stripe gives none.
  std::string param;      // Likewise.
  std::string message;
  /// False for what Stripe refuses before it begins: such an answer is not kept under the key.
  bool executed = false;
  Index charge = no_index;
  Failure failure{};  // Of a payment that was tried and failed.
  std::optional<IntentReply> intent{};
};

/// An answer that is JSON already: lists, events, webhook endpoints.
struct TextReply {
  std::string json;
};

/// What the service answers, as values; `render` turns it into JSON. Cheap to copy and to keep.
using Reply = std::variant<IntentReply, RefundReply, ChargeReply, DisputeReply, TransactionReply,
                           std::shared_ptr<const ErrorReply>, TextReply>;

[[nodiscard]] inline Reply reply_of(ErrorReply error) {
  return std::make_shared<const ErrorReply>(std::move(error));
}
/// The HTTP status of an answer.
[[nodiscard]] int status_of(const Reply& reply);
/// True if the answer is kept under the request's idempotency key.
[[nodiscard]] bool kept(const Reply& reply);

/// Errors that stand for a parameter; Stripe keeps them under no key.
[[nodiscard]] ErrorReply parameter_error(std::string_view code, std::string_view param,
                                         std::string message);
/// A thing that Stripe does and this simulator does not.
[[nodiscard]] ErrorReply not_simulated(std::string_view param, std::string_view what);
[[nodiscard]] ErrorReply missing(int status, std::string_view what, std::string_view id,
                                 std::string_view param);
[[nodiscard]] ErrorReply server_error();
[[nodiscard]] ErrorReply rate_limited();
[[nodiscard]] ErrorReply lock_timeout();

}  // namespace paysaga::sim::stripe
