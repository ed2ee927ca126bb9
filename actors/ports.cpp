#include "paysaga/actors/ports.hpp"

#include <array>
#include <cstdlib>

namespace paysaga::actors {

std::string_view text_of(Limit limit) {
  constexpr std::array<std::string_view, limit_kinds> texts = {"none",
                                                               "global-rate",
                                                               "endpoint-rate",
                                                               "global-concurrency",
                                                               "endpoint-concurrency",
                                                               "resource-specific",
                                                               "lock-timeout",
                                                               "other"};
  return texts[static_cast<std::size_t>(limit)];
}

std::span<const std::string_view> PaymentProvider::endpoints() const {
  static constexpr std::array<std::string_view, 6> kinds = {
      "send", "read_intent", "list_intents", "read_refund", "list_refunds", "list_disputes"};
  return kinds;
}

std::size_t PaymentProvider::endpoint_of(const Call& call) const {
  return static_cast<std::size_t>(call.kind);
}

}  // namespace paysaga::actors
