#include "paysaga/actors/ports.hpp"

#include <array>
#include <cstdlib>

namespace paysaga::actors {

std::string_view text_of(Limit limit) {
  return limit_texts[static_cast<std::size_t>(limit)];
}

std::span<const std::string_view> PaymentProvider::endpoints() const {
  static const auto kinds = [] {
    std::array<std::string_view, call_kind_count> texts;
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = to_text(static_cast<CallKind>(i));
    return texts;
  }();
  return kinds;
}

std::size_t PaymentProvider::endpoint_of(const Call& call) const {
  return static_cast<std::size_t>(call.kind);
}

}  // namespace paysaga::actors
