#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/saga/call.hpp"

namespace paysaga::engine::stripe {

/// Makes the exact bytes of Stripe's v1 API. The same arguments give the same bytes, for ever: they
/// are stored under an idempotency key, and a repeat that differs in one byte is refused.
///
/// Shape:   `Request::target` is method and path: "POST /v1/refunds"; `body` is a form.
/// Source:  Stripe's OpenAPI, version 2026-08-26.dahlia.
class StripeEncoder final : public RequestEncoder {
 public:
  /// Without confirm and for cards only, so that a confirm needs no return_url. A customer id that
  /// starts with cus_ is Stripe's own and is sent; any other means nothing to Stripe and is not.
  [[nodiscard]] Request create(const Create& create) const override;
  [[nodiscard]] Request confirm(const IntentId& intent, const MethodId& method,
                                bool off_session) const override;
  [[nodiscard]] Request capture(const IntentId& intent, const Money& amount) const override;
  [[nodiscard]] Request cancel(const IntentId& intent, std::string_view reason) const override;
  [[nodiscard]] Request refund(const IntentId& intent, const RefundId& refund, int attempt,
                               const OrderId& order, std::string_view ledger,
                               const Money& amount) const override;
  [[nodiscard]] Request read_intent(const IntentId& intent, bool with_charge) const override;
  /// Stripe counts in seconds: the bounds are widened to whole ones, never narrowed.
  [[nodiscard]] Request list_intents(Time from, Time to) const override;
  [[nodiscard]] Request read_refund(const ProviderRefundId& refund) const override;
  [[nodiscard]] Request list_refunds(const IntentId& intent) const override;
  [[nodiscard]] Request list_disputes(const IntentId& intent) const override;
};

/// The nearest of the four reasons that Stripe takes: duplicate, fraudulent, requested_by_customer,
/// abandoned.
[[nodiscard]] std::string_view cancellation_reason(std::string_view reason);

/// What a request does, as a closed set for metrics: "create_intent", "list_refunds", "other".
[[nodiscard]] std::string_view endpoint_of(std::string_view target);
/// That set. "other" is its last.
[[nodiscard]] std::span<const std::string_view> endpoint_names();
/// Among those names.
[[nodiscard]] std::size_t endpoint_index(std::string_view target);

/// What a restricted key is allowed. Writing includes reading.
/// Source: Stripe names it in the message of a 403: "Having the 'rak_charge_write' permission ...".
struct Permission {
  std::string_view resource;  // As Stripe's dashboard lists it.
  std::string_view id;
  bool write = false;
  friend bool operator==(const Permission&, const Permission&) = default;
};
struct EndpointNeed {
  std::string_view endpoint;  // One of `endpoint_names`.
  std::vector<Permission> permissions;
};
/// What each endpoint that the encoder calls asks of a key: all of them but "other".
[[nodiscard]] std::vector<EndpointNeed> endpoint_needs();

}  // namespace paysaga::engine::stripe
