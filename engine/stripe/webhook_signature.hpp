#pragma once

#include <span>
#include <string>
#include <string_view>

#include "paysaga/saga/result.hpp"
#include "paysaga/saga/time.hpp"

namespace paysaga::engine::stripe {

/// What an endpoint's webhooks are signed with. Several hold while one replaces another.
struct WebhookSecret {
  std::string name;   // Shown to people; the value never is.
  std::string value;  // "whsec_...", used as it is.
};

inline constexpr Duration webhook_tolerance = minutes{5};

/// Whether the bytes of a webhook come from whoever holds one of the secrets: `Stripe-Signature`
/// must carry a time within `webhook_tolerance` of `now`, and one v1 signature that fits.
/// Signatures are compared in constant time; other schemes than v1 are passed over.
///
/// Shape:   the name of the secret that fits; the detail of an error says which check failed.
/// Errors:  malformed (the header), forbidden (the time, or no signature fits).
/// Threads: any.
[[nodiscard]] Result<std::string> check_signature(std::string_view body, std::string_view header,
                                                  std::span<const WebhookSecret> secrets, Time now);

/// The header for a body, as the provider sends it: "t=1700000000,v1=5257a8...".
/// Source: docs.stripe.com/webhooks/signature.
[[nodiscard]] std::string sign_webhook(std::string_view body, std::string_view secret, Time at);

}  // namespace paysaga::engine::stripe
