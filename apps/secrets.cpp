#include "apps/secrets.hpp"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "paysaga/config/reread.hpp"
#include "paysaga/engine/log.hpp"

namespace paysaga::apps {
namespace {

using engine::log_event;
using engine::LogLevel;

std::string joined(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, ", "));
}

void refuse(const std::string& why) {
  log_event(LogLevel::error, "secrets_refused", {{"why", why}, {"in_force", "those of before"}});
}

}  // namespace

Secrets::Secrets(const Common& common, config::Loaded in_force, ServedNode& served,
                 Signals& signals)
    : common_{common}, in_force_{std::move(in_force)}, served_{served}, signals_{signals} {
  signals_.on_hangup([this] { reread(); });
}

void Secrets::reread() {
  auto fresh = read_settings(common_);
  if (!fresh) return refuse(joined(fresh.error()));
  const config::Reread reread = config::compare(in_force_, *fresh);
  if (!reread.refusal.empty()) return refuse(reread.refusal);
  if (!reread.kept.empty()) {
    log_event(LogLevel::warning, "settings_kept",
              {{"changed", joined(reread.kept)}, {"why", "they are read at start only"}});
  }
  if (reread.secrets.empty()) return log_event(LogLevel::info, "secrets_unchanged");
  const auto replaced = served_.replace_secrets(fresh->settings.stripe);
  if (!replaced) return refuse(replaced.error().detail);
  in_force_.settings.stripe.key = fresh->settings.stripe.key;
  in_force_.settings.stripe.webhook_secrets = fresh->settings.stripe.webhook_secrets;
  log_event(LogLevel::info, "secrets_reread", {{"changed", joined(reread.secrets)}});
}

}  // namespace paysaga::apps
