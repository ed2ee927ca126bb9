#include "paysaga/engine/stripe/redact.hpp"

#include <algorithm>
#include <array>

namespace paysaga::engine::stripe {
namespace {

constexpr std::array<std::string_view, 7> secret_prefixes = {
    "sk_live_", "sk_test_", "rk_live_", "rk_test_", "ek_live_", "ek_test_", "whsec_"};
constexpr std::string_view client_secret_mark = "_secret_";  // pi_..._secret_...

bool is_token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '*';
}

bool is_secret(std::string_view token) {
  return token.find(client_secret_mark) != std::string_view::npos ||
         std::ranges::any_of(secret_prefixes, [token](std::string_view prefix) {
           return token.find(prefix) != std::string_view::npos;
         });
}

}  // namespace

std::string redact(std::string_view text, std::size_t text_bytes_max) {
  std::string kept;
  kept.reserve(std::min(text.size(), text_bytes_max));
  for (std::size_t at = 0; at < text.size() && kept.size() <= text_bytes_max;) {
    const auto* const from = text.begin() + at;
    const auto* const to = std::find_if_not(from, text.end(), is_token_char);
    const std::string_view token{from, to};
    if (token.empty()) {
      const char c = text[at++];
      kept += static_cast<unsigned char>(c) < 0x20U ? ' ' : c;
      continue;
    }
    kept += is_secret(token) ? "***" : token;
    at += token.size();
  }
  if (kept.size() <= text_bytes_max) return kept;
  std::size_t end = text_bytes_max;  // Back to a character's start.
  while (end > 0 && (static_cast<unsigned char>(kept[end]) & 0xC0U) == 0x80U) --end;
  kept.resize(end);
  return kept;
}

}  // namespace paysaga::engine::stripe
