#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "paysaga/sim/stripe/object.hpp"

namespace paysaga::sim::stripe {

/// An intent as it was when it was answered.
struct IntentReply {
  Index intent;
  IntentState state;
  bool expand_charge = false;
  std::int64_t charge_refunded_minor = 0;  // Of latest_charge at that moment.
};

/// A refund as it was when it was answered.
struct RefundReply {
  Index refund;
  RefundStatus status;
  bool expand_charge = false;
  bool expand_intent = false;
  std::int64_t charge_refunded_minor = 0;
};

/// A charge as it was when it was answered.
struct ChargeReply {
  Index charge;
  std::int64_t refunded_minor;
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
  std::string_view decline_code{};
  std::string_view advice_code{};
  Index charge = no_index;
  Method method{};
  std::optional<IntentReply> intent{};
};

/// An answer that is JSON already: lists.
struct TextReply {
  std::string json;
};

/// What the service answers, as values; `render` turns it into JSON. Cheap to copy and to keep.
using Reply = std::variant<IntentReply, RefundReply, ChargeReply, std::shared_ptr<const ErrorReply>,
                           TextReply>;

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
