#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "paysaga/saga/operation.hpp"

namespace paysaga {

/// What a call does. Only `send` changes anything at the provider. `page` is asked beside all
/// sagas, by what knows the provider's own words.
enum class CallKind {
  send,
  read_intent,
  list_intents,
  read_refund,
  list_refunds,
  list_disputes,
  page,
};
inline constexpr std::size_t call_kind_count = 7;

/// Customers come first, then refunds, then reconciliation.
enum class Lane { customer, refund, reconcile };

/// A call that a saga's state waits for: derived from the state alone, so that any node that holds
/// the state starts the same call. `id` is unique among all calls of the order and changes with
/// every answer heard.
struct Call {
  std::string id;
  CallKind kind;
  Lane lane = Lane::customer;
  Request request;                    // `send`: the stored bytes; reads: made by the encoder.
  std::optional<IdempotencyKey> key;  // `send` only.
  Time not_before{};
  Time send_until{};  // R17: after this the key is too old, do not send. Reads: Time::max().
  std::optional<OperationKind> operation = {};  // `send` only.
  friend bool operator==(const Call&, const Call&) = default;
};

/// What a provider answered, in words that no provider owns. Exactly one of these for every call.
namespace answer {
struct Intent {
  IntentObject intent;
  friend bool operator==(const Intent&, const Intent&) = default;
};
struct Intents {
  std::vector<IntentObject> intents;
  friend bool operator==(const Intents&, const Intents&) = default;
};
struct Refund {
  RefundObject refund;
  friend bool operator==(const Refund&, const Refund&) = default;
};
struct Refunds {
  std::vector<RefundObject> refunds;
  friend bool operator==(const Refunds&, const Refunds&) = default;
};
struct Disputes {
  std::vector<DisputeObject> disputes;
  friend bool operator==(const Disputes&, const Disputes&) = default;
};
/// One page of a list, or one object: each as the provider wrote it. No saga's call is answered so.
struct Page {
  std::vector<std::string> objects;
  bool has_more = false;
  friend bool operator==(const Page&, const Page&) = default;
};
/// 402: the attempt ended.
struct Declined {
  Decline decline;
  std::string message;
  std::optional<IntentObject> intent;
  friend bool operator==(const Declined&, const Declined&) = default;
};
/// A definitive 400 or 404: nothing was done. `intent` is the state that the error carried.
struct Refused {
  std::string code;  // payment_intent_unexpected_state, resource_missing, amount_too_large, ...
  std::string param;
  std::string message;
  std::optional<IntentObject> intent;
  friend bool operator==(const Refused&, const Refused&) = default;
};
/// Certainly not carried out, the same request may be repeated: connection refused, DNS, TLS, 409
/// (still running: it may yet be carried out), 429.
struct NotSent {
  std::string why;
  std::optional<Duration> retry_after;
  bool in_progress = false;  // 409: another request with the key runs.
  bool reached = false;      // The provider itself said so (409, 429): it is there.
  friend bool operator==(const NotSent&, const NotSent&) = default;
};
/// 401, 403: the account is the trouble, not the payment.
struct Unauthorized {
  std::string why;
  friend bool operator==(const Unauthorized&, const Unauthorized&) = default;
};
/// Timeout, dropped connection, 5xx, unreadable: it may have been carried out.
struct Unknown {
  std::string why;
  bool replayed_error = false;  // A saved 500 came again: repeating this key tells no more.
  std::optional<Duration> retry_after;
  friend bool operator==(const Unknown&, const Unknown&) = default;
};
/// The key was used for another request: a fault of ours; the order is quarantined.
struct KeyMisused {
  std::string why;
  friend bool operator==(const KeyMisused&, const KeyMisused&) = default;
};
/// The stored key is too old to be sent (R17); nothing was sent.
struct KeyExpired {
  friend bool operator==(const KeyExpired&, const KeyExpired&) = default;
};
}  // namespace answer

using Answer =
    std::variant<answer::Intent, answer::Intents, answer::Refund, answer::Refunds, answer::Disputes,
                 answer::Page, answer::Declined, answer::Refused, answer::NotSent,
                 answer::Unauthorized, answer::Unknown, answer::KeyMisused, answer::KeyExpired>;

/// Makes the exact requests of a provider. Pure: the same arguments give the same bytes.
class RequestEncoder {
 public:
  struct Create {
    OrderId order;
    int attempt;
    std::string ledger;
    Money amount;
    CustomerId customer;
    std::optional<std::string> description;
    bool manual_capture = false;
  };
  virtual ~RequestEncoder() = default;
  [[nodiscard]] virtual Request create(const Create& create) const = 0;
  [[nodiscard]] virtual Request confirm(const IntentId& intent, const MethodId& method,
                                        bool off_session) const = 0;
  /// Takes so much of what is held, once; the rest is released.
  [[nodiscard]] virtual Request capture(const IntentId& intent, const Money& amount) const = 0;
  [[nodiscard]] virtual Request cancel(const IntentId& intent, std::string_view reason) const = 0;
  [[nodiscard]] virtual Request refund(const IntentId& intent, const RefundId& refund, int attempt,
                                       const OrderId& order, std::string_view ledger,
                                       const Money& amount) const = 0;
  /// `with_charge`: also until when held money can be captured.
  [[nodiscard]] virtual Request read_intent(const IntentId& intent, bool with_charge) const = 0;
  /// All intents created in [from, to]; the provider pages through them.
  [[nodiscard]] virtual Request list_intents(Time from, Time to) const = 0;
  [[nodiscard]] virtual Request read_refund(const ProviderRefundId& refund) const = 0;
  [[nodiscard]] virtual Request list_refunds(const IntentId& intent) const = 0;
  [[nodiscard]] virtual Request list_disputes(const IntentId& intent) const = 0;
};

[[nodiscard]] std::string_view to_text(CallKind kind);
[[nodiscard]] std::string_view to_text(Lane lane);
/// "declined insufficient_funds": for tests, logs and the timeline.
[[nodiscard]] std::string to_text(const Answer& answer);

}  // namespace paysaga
