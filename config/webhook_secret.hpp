#pragma once

#include <string>
#include <string_view>

#include "paysaga/config/settings.hpp"
#include "paysaga/config/value.hpp"

namespace paysaga::config {

/// Before the name that people give a secret of webhooks: "stripe.webhook_secrets.main".
inline constexpr std::string_view webhook_secret_prefix = "stripe.webhook_secrets.";

/// Adds a secret, or replaces the one of that name. Errors: malformed.
[[nodiscard]] Result<void> set_webhook_secret(Settings& settings, std::string_view name,
                                              const Value& value);

/// The name in PAYSAGA_STRIPE__WEBHOOK_SECRETS__MAIN, "main"; empty: the variable is none of these.
[[nodiscard]] std::string webhook_secret_of_variable(std::string_view variable);

}  // namespace paysaga::config
