#include "paysaga/engine/stripe/http_message.hpp"

#include <algorithm>
#include <cstdlib>

namespace paysaga::engine::stripe {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
  const auto found = std::ranges::find_if(headers, [name](const auto& header) {
    return std::ranges::equal(header.first, name, {}, lower, lower);
  });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

std::string_view to_text(Fault fault) {
  switch (fault) {
    case Fault::dns:
      return "dns";
    case Fault::refused:
      return "refused";
    case Fault::tls:
      return "tls";
    case Fault::connect_timeout:
      return "connect_timeout";
    case Fault::overloaded:
      return "overloaded";
    case Fault::expired:
      return "expired";
    case Fault::stopped:
      return "stopped";
    case Fault::timeout:
      return "timeout";
    case Fault::dropped:
      return "dropped";
    case Fault::malformed:
      return "malformed";
    case Fault::too_large:
      return "too_large";
  }
  std::abort();
}

}  // namespace paysaga::engine::stripe
