#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "paysaga/saga/input.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::storage {

/// A Stripe event as it was sent, as far as we read it. What it lacks is empty.
struct WebhookEvent {
  EventId id;
  std::string type;
  bool livemode = false;
  std::string account;             // Set where Stripe sends events of connected accounts.
  std::optional<News> news;        // None: nothing follows from this type.
  std::optional<IntentId> intent;  // That the object is, or belongs to.
  std::string order;               // Our metadata on the object.
  std::string ledger;
};

/// Of the events that tell something: "payment_intent.succeeded".
[[nodiscard]] std::span<const std::string_view> webhook_types();

/// Reads leniently: unknown types, fields and versions of the API are no fault.
/// Errors: malformed (no JSON, no event, or its object is of the other mode).
[[nodiscard]] Result<WebhookEvent> parse_webhook(std::string_view body);

/// The event as payment-webhook-received carries it for `order`: the body as it came, but for
/// client secrets.
[[nodiscard]] LogRecord encode_webhook(const WebhookEvent& event, const OrderId& order,
                                       std::string_view body);

/// The same text with every client secret in it emptied: who has one can end a payment.
[[nodiscard]] std::string blank_client_secrets(std::string_view json);

}  // namespace paysaga::storage
