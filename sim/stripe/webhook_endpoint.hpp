#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "paysaga/saga/result.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/object.hpp"

namespace paysaga::sim::stripe {

/// Where events are delivered to.
struct WebhookEndpoint {
  std::string url;
  std::vector<std::string> events;  // Types, or "*".
  std::string description;
  std::string api_version;
  Metadata metadata;
  Time created;
  bool enabled = true;
  bool deleted = false;

  [[nodiscard]] bool wants(std::string_view type) const;
};

/// An address taken apart: "http://127.0.0.1:8080" and "/hooks?a=1".
struct WebhookUrl {
  std::string origin;
  std::string target;

  /// Errors: malformed.
  [[nodiscard]] static Result<WebhookUrl> parse(std::string_view text);
};

inline constexpr std::size_t webhook_endpoints_max = 16;  // Source: Stripe's limit.

}  // namespace paysaga::sim::stripe
