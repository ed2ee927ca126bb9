#include "paysaga/saga/topic.hpp"

#include <cstdlib>

namespace paysaga {
namespace {

/// The partition hash of Kafka's Java producer. It counts in 32 bits and wraps.
///
/// Source:  org.apache.kafka.common.utils.Utils.murmur2, seed 0x9747b28c.
std::uint32_t murmur2(std::string_view bytes) {
  constexpr std::uint32_t multiplier = 0x5bd1e995;
  const auto byte = [&](std::size_t i) {
    return std::uint32_t{static_cast<unsigned char>(bytes[i])};
  };
  std::uint32_t hash = 0x9747b28c ^ static_cast<std::uint32_t>(bytes.size());
  std::size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    std::uint32_t word = byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
    word *= multiplier;
    word ^= word >> 24;
    word *= multiplier;
    hash = hash * multiplier ^ word;
  }
  const std::size_t rest = bytes.size() - at;
  if (rest >= 3) hash ^= byte(at + 2) << 16;
  if (rest >= 2) hash ^= byte(at + 1) << 8;
  if (rest >= 1) hash = (hash ^ byte(at)) * multiplier;
  hash = (hash ^ hash >> 13) * multiplier;
  return hash ^ hash >> 15;
}

}  // namespace

std::string_view to_text(Topic topic) {
  switch (topic) {
    case Topic::payment_events:
      return "payment-events";
    case Topic::payment_initiated:
      return "payment-initiated";
    case Topic::payment_processing:
      return "payment-processing";
    case Topic::payment_completed:
      return "payment-completed";
    case Topic::payment_failed:
      return "payment-failed";
    case Topic::payment_cancelled:
      return "payment-cancelled";
    case Topic::payment_refunded:
      return "payment-refunded";
    case Topic::payment_refund_initiated:
      return "payment-refund-initiated";
    case Topic::payment_webhook_received:
      return "payment-webhook-received";
    case Topic::order_events:
      return "order-events";
    case Topic::customer_notifications:
      return "customer-notifications";
    case Topic::payment_commands:
      return "payment-commands";
    case Topic::order_commands:
      return "order-commands";
    case Topic::payment_dead_letter:
      return "payment-dead-letter";
  }
  std::abort();
}

Result<Topic> parse_topic(std::string_view text) {
  for (int i = 0; i < topic_count; ++i) {
    if (to_text(static_cast<Topic>(i)) == text) return static_cast<Topic>(i);
  }
  return fail(ErrorCode::malformed, "no topic is named '" + std::string{text.substr(0, 40)} + "'");
}

std::uint32_t partition_of(const OrderId& order, std::uint32_t partition_count) {
  ensure(partition_count > 0, "there is at least one partition");
  return (murmur2(order.text()) & 0x7fffffff) % partition_count;
}

}  // namespace paysaga
