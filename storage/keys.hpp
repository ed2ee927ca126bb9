#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "paysaga/saga/order/order.hpp"
#include "paysaga/storage/log.hpp"

/// The keys of the state store. Numbers are big-endian and times have their sign bit flipped, so
/// that keys sort as what they say.
///
///     orders        order
///     history       order 0x00 offset(8)
///     timers        partition(4) at(8) order
///     index         'S' status(1) updated_at(8) order      by status
///                   'C' customer 0x00 updated_at(8) order  by customer
///                   'K' updated_at(8) order                stuck
///                   'P' provider's id                      -> order
///                   'D' dead letter's id                   -> key in dead_letters
///     partitions    'P' partition(4)                       position
///                   'I' partition(4)                       input positions
///                   'N' partition(4)                       counts
///                   'R' partition(4)                       a restore is under way
///     dead_letters  at(8) id
///     quarantine    'Q' partition(4) order                 reason, since
///                   'O' order                              -> partition(4)
///                   'E' order 0x00 offset(8)               a queued input
namespace paysaga::storage::keys {

[[nodiscard]] std::string history(std::string_view order, Offset offset);
[[nodiscard]] std::string timer(PartitionId partition, Time at, std::string_view order);
[[nodiscard]] std::string by_status(order::Status status, Time at, std::string_view order);
[[nodiscard]] std::string by_customer(std::string_view customer, Time at, std::string_view order);
[[nodiscard]] std::string stuck(Time at, std::string_view order);
[[nodiscard]] std::string provider(std::string_view id);
[[nodiscard]] std::string dead_letter_id(std::string_view id);
[[nodiscard]] std::string dead_letter(Time at, std::string_view id);
[[nodiscard]] std::string of_partition(char kind, PartitionId partition);
[[nodiscard]] std::string quarantine(PartitionId partition, std::string_view order);
[[nodiscard]] std::string quarantine_of(std::string_view order);
[[nodiscard]] std::string queued(std::string_view order, Offset offset);

/// The first key behind every key that begins with `prefix`.
[[nodiscard]] std::string behind(std::string_view prefix);

/// What stands at the end of a key of timers, by_status, by_customer and stuck.
struct Timed {
  Time at{};
  std::string_view order;
};
/// `prefix_bytes`: the bytes before the time. None if the key is too short.
[[nodiscard]] std::optional<Timed> split_timed(std::string_view key, std::size_t prefix_bytes);
/// The offset at the end of a key of history or of a queue; none if the key is too short.
[[nodiscard]] std::optional<Offset> split_offset(std::string_view key);

}  // namespace paysaga::storage::keys
