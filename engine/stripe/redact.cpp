#include "paysaga/engine/stripe/redact.hpp"

#include "paysaga/engine/log.hpp"

namespace paysaga::engine::stripe {

std::string redact(std::string_view text, std::size_t text_bytes_max) {
  std::string kept = without_secrets(text);
  for (char& c : kept) {
    if (static_cast<unsigned char>(c) < 0x20U) c = ' ';
  }
  if (kept.size() <= text_bytes_max) return kept;
  std::size_t end = text_bytes_max;  // Back to a character's start.
  while (end > 0 && (static_cast<unsigned char>(kept[end]) & 0xC0U) == 0x80U) --end;
  kept.resize(end);
  return kept;
}

}  // namespace paysaga::engine::stripe
