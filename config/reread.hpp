#pragma once

#include <string>
#include <vector>

#include "paysaga/config/load.hpp"

namespace paysaga::config {

/// What a node that runs makes of settings that were read anew. Names only, never a value.
struct Reread {
  /// Secrets that it can take over: "stripe.key", "stripe.webhook_secrets.next added".
  std::vector<std::string> secrets;
  /// What differs as well and needs a restart: "stripe.timeout", "audit.key".
  std::vector<std::string> kept;
  /// Not empty: where the calls go has changed, so that the new key is none for those of this node.
  std::string refusal;
};

/// The key of Stripe and the secrets of its webhooks can be taken over by a node that runs; all
/// else is as it was at the start. Pure.
[[nodiscard]] Reread compare(const Loaded& in_force, const Loaded& fresh);

}  // namespace paysaga::config
