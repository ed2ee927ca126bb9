#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/actors/ports.hpp"
#include "paysaga/engine/stripe/webhook_signature.hpp"
#include "paysaga/storage/codec_webhook.hpp"
#include "paysaga/storage/log.hpp"
#include "paysaga/storage/state_store.hpp"

namespace paysaga::engine::stripe {

/// What became of a webhook.
enum class WebhookResult {
  stored,         // Durable on payment-webhook-received.
  unhandled,      // Verified; nothing follows from its type.
  foreign,        // Verified; it is about an object of somebody else on the same account.
  bad_signature,  // It comes from nobody who has a secret, or is too old.
  malformed,      // Verified, but no event.
  other_mode,     // Of live mode where the node is not, or the reverse.
  unavailable,    // It could not be kept, or its order not be found: it is to be sent again.
};

/// "stored", "bad_signature".
[[nodiscard]] std::string_view to_text(WebhookResult result);

struct WebhookAnswer {
  WebhookResult result = WebhookResult::unavailable;
  std::string detail;  // For people; never a part of the body or of a secret.
};

struct WebhookOptions {
  std::vector<WebhookSecret> secrets;
  std::string topic;  // payment-webhook-received, with its prefix.
  std::string ledger;
  bool livemode = false;
  /// True while an operator lets the call not be made; may be empty.
  std::function<bool(const Call&)> held = {};
};

/// Takes Stripe's webhooks: verifies each, finds its order and puts it on the topic that the
/// order's partition reads. Which webhooks come twice only their orders know.
///
/// Threads:   any.
/// Lifetime:  outlives the provider's last callback; what it is given outlives it.
class Webhooks {
 public:
  using Done = std::function<void(WebhookAnswer)>;
  Webhooks(WebhookOptions options, storage::Log& log, const storage::StateStore& store,
           actors::PaymentProvider& provider);

  /// `done` comes once, from any thread or from within the call; with `stored` only when the
  /// webhook is durable.
  void take(std::string body, std::string_view signature, Time now, Done done);

 private:
  struct Received {
    storage::WebhookEvent event;
    std::string body;
    Done done;
  };
  void find_order(Received received);
  void read_order(Received received);
  void put(const Received& received, const OrderId& order);

  const WebhookOptions options_;
  storage::Log& log_;
  const storage::StateStore& store_;
  actors::PaymentProvider& provider_;
};

}  // namespace paysaga::engine::stripe
