#include <array>
#include <cctype>

#include "paysaga/engine/log.hpp"

namespace paysaga::engine {
namespace {

/// What a secret begins with. The prefix itself is kept: it says what kind of key it was.
constexpr std::array<std::string_view, 9> secret_prefixes = {
    "sk_live_", "sk_test_", "rk_live_", "rk_test_", "ek_live_",
    "ek_test_", "whsec_",   "Bearer ",  "bearer ",
};
/// Stands within a client secret: pi_..._secret_...
constexpr std::string_view client_secret_mark = "_secret_";

bool is_secret_letter(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_' || letter == '-' ||
         letter == '.' || letter == '+' || letter == '/' || letter == '=';
}

/// How many characters at `from` a secret begins with, 0 if none begins there.
std::size_t prefix_at(std::string_view text, std::size_t from) {
  const std::string_view rest = text.substr(from);
  for (const std::string_view prefix : secret_prefixes) {
    if (rest.starts_with(prefix)) return prefix.size();
  }
  return rest.starts_with(client_secret_mark) ? client_secret_mark.size() : 0;
}

}  // namespace

std::string without_secrets(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t prefix = prefix_at(text, at);
    std::size_t end = at + prefix;
    while (prefix > 0 && end < text.size() && is_secret_letter(text[end])) ++end;
    if (prefix == 0 || end == at + prefix) {
      clean.push_back(text[at++]);
      continue;
    }
    clean.append(text.substr(at, prefix)).append("***");
    at = end;
  }
  return clean;
}

}  // namespace paysaga::engine
