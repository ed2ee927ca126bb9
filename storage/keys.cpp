#include "paysaga/storage/keys.hpp"

namespace paysaga::storage::keys {
namespace {

constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63U;
constexpr std::size_t number_bytes = 8;

void add(std::string& key, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) key += static_cast<char>((value >> (8 * i)) & 0xFFU);
}

void add_signed(std::string& key, std::int64_t value) {
  add(key, static_cast<std::uint64_t>(value) ^ sign_bit, 8);
}

void add_partition(std::string& key, PartitionId partition) {
  add(key, index_of(partition), 4);
}

std::int64_t signed_at(std::string_view key, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < number_bytes; ++i) {
    value = (value << 8U) | static_cast<std::uint8_t>(key[at + i]);
  }
  return static_cast<std::int64_t>(value ^ sign_bit);
}

std::string with_offset(std::string key, Offset offset) {
  key += '\0';
  add_signed(key, offset);
  return key;
}

std::string timed(std::string key, Time at, std::string_view order) {
  add_signed(key, micros_of(at));
  key += order;
  return key;
}

}  // namespace

std::string history(std::string_view order, Offset offset) {
  return with_offset(std::string{order}, offset);
}

std::string timer(PartitionId partition, Time at, std::string_view order) {
  std::string key;
  add_partition(key, partition);
  return timed(std::move(key), at, order);
}

std::string by_status(order::Status status, Time at, std::string_view order) {
  std::string key{'S'};
  key += static_cast<char>(status);
  return timed(std::move(key), at, order);
}

std::string by_customer(std::string_view customer, Time at, std::string_view order) {
  std::string key{'C'};
  key += customer;
  key += '\0';
  return timed(std::move(key), at, order);
}

std::string stuck(Time at, std::string_view order) {
  return timed("K", at, order);
}

std::string provider(std::string_view id) {
  return 'P' + std::string{id};
}

std::string dead_letter_id(std::string_view id) {
  return 'D' + std::string{id};
}

std::string dead_letter(Time at, std::string_view id) {
  return timed({}, at, id);
}

std::string of_partition(char kind, PartitionId partition) {
  std::string key{kind};
  add_partition(key, partition);
  return key;
}

std::string quarantine(PartitionId partition, std::string_view order) {
  std::string key{'Q'};
  add_partition(key, partition);
  key += order;
  return key;
}

std::string quarantine_of(std::string_view order) {
  return 'O' + std::string{order};
}

std::string queued(std::string_view order, Offset offset) {
  return with_offset('E' + std::string{order}, offset);
}

std::string behind(std::string_view prefix) {
  std::string key{prefix};
  while (!key.empty() && key.back() == '\xFF') key.pop_back();
  if (!key.empty()) key.back() = static_cast<char>(key.back() + 1);
  return key;
}

std::optional<Timed> split_timed(std::string_view key, std::size_t prefix_bytes) {
  if (key.size() < prefix_bytes + number_bytes) return std::nullopt;
  return Timed{time_from_micros(signed_at(key, prefix_bytes)),
               key.substr(prefix_bytes + number_bytes)};
}

std::optional<Offset> split_offset(std::string_view key) {
  if (key.size() < number_bytes) return std::nullopt;
  return signed_at(key, key.size() - number_bytes);
}

}  // namespace paysaga::storage::keys
