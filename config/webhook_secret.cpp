#include "paysaga/config/webhook_secret.hpp"

namespace paysaga::config {

Result<void> set_webhook_secret(Settings& settings, std::string_view name, const Value& value) {
  constexpr std::size_t name_bytes_max = 64;
  constexpr std::size_t secrets_max = 16;
  const bool plain =
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
  if (name.empty() || name.size() > name_bytes_max || !plain) {
    return fail(ErrorCode::malformed, "its name wants 1 to 64 characters of a-z 0-9 _ -");
  }
  Secret secret;
  if (auto done = read(value, secret); !done) return done;
  if (!secret.reveal().starts_with("whsec_")) {
    return fail(ErrorCode::malformed, "is no secret of a webhook endpoint (whsec_...)");
  }
  auto& secrets = settings.stripe.webhook_secrets;
  secrets.insert_or_assign(std::string{name}, std::move(secret));
  if (secrets.size() <= secrets_max) return {};
  return fail(ErrorCode::malformed, "is one too many: each is tried, so at most 16 are taken");
}

std::string webhook_secret_of_variable(std::string_view variable) {
  constexpr std::string_view prefix = "PAYSAGA_STRIPE__WEBHOOK_SECRETS__";
  if (!variable.starts_with(prefix)) return {};
  return lowered(std::string{variable.substr(prefix.size())});
}

}  // namespace paysaga::config
