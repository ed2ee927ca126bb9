#include "paysaga/config/reread.hpp"

#include <algorithm>

#include "paysaga/config/webhook_secret.hpp"

namespace paysaga::config {
namespace {

constexpr std::string_view key_name = "stripe.key";

void compare_webhook_secrets(const StripeSettings& in_force, const StripeSettings& fresh,
                             std::vector<std::string>& out) {
  const auto name_of = [](const std::string& own) {
    return std::string{webhook_secret_prefix} + own;
  };
  for (const auto& [own, secret] : fresh.webhook_secrets) {
    const auto known = in_force.webhook_secrets.find(own);
    if (known == in_force.webhook_secrets.end()) {
      out.push_back(name_of(own) + " added");
    } else if (known->second != secret) {
      out.push_back(name_of(own) + " changed");
    }
  }
  for (const auto& [own, secret] : in_force.webhook_secrets) {
    if (!fresh.webhook_secrets.contains(own)) out.push_back(name_of(own) + " removed");
  }
}

/// Secrets are shown as "***", so that only whether they are set would be seen.
std::vector<std::string> kept_of(const Loaded& in_force, const Loaded& fresh) {
  std::vector<std::string> kept;
  for (const Origin& origin : fresh.origins) {
    if (origin.name == key_name || origin.name.starts_with(webhook_secret_prefix)) continue;
    const auto known = std::ranges::find(in_force.origins, origin.name, &Origin::name);
    if (known == in_force.origins.end() || known->value != origin.value) {
      kept.push_back(origin.name);
    }
  }
  const auto add = [&kept](const char* name, bool differs) {
    if (differs && std::ranges::find(kept, name) == kept.end()) kept.emplace_back(name);
  };
  add("audit.key", in_force.settings.audit.key != fresh.settings.audit.key);
  add("kafka.properties", in_force.settings.kafka.properties != fresh.settings.kafka.properties);
  return kept;
}

}  // namespace

Reread compare(const Loaded& in_force, const Loaded& fresh) {
  const StripeSettings& before = in_force.settings.stripe;
  const StripeSettings& after = fresh.settings.stripe;
  Reread reread;
  if (before.mode != after.mode || before.base_url != after.base_url) {
    reread.refusal =
        "stripe.mode or stripe.base_url has changed as well: secrets of the one are none for the "
        "other; restart the node";
    return reread;
  }
  if (before.key != after.key) reread.secrets.emplace_back(key_name);
  compare_webhook_secrets(before, after, reread.secrets);
  reread.kept = kept_of(in_force, fresh);
  return reread;
}

}  // namespace paysaga::config
