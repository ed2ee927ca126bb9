#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "paysaga/saga/id.hpp"

namespace paysaga {

/// The topics that people outside see; without prefix and group.
enum class Topic {
  payment_events,
  payment_initiated,
  payment_processing,
  payment_completed,
  payment_failed,
  payment_cancelled,
  payment_refunded,
  payment_refund_initiated,
  payment_webhook_received,
  order_events,
  customer_notifications,
  payment_commands,
  order_commands,
  payment_dead_letter,
};
inline constexpr int topic_count = 14;

/// "payment-events".
[[nodiscard]] std::string_view to_text(Topic topic);
[[nodiscard]] Result<Topic> parse_topic(std::string_view text);

/// The partition of an order: Kafka's murmur2 of the id, as in its Java producer.
[[nodiscard]] std::uint32_t partition_of(const OrderId& order, std::uint32_t partition_count);

}  // namespace paysaga
