#pragma once

#include <string>
#include <string_view>

#include "paysaga/storage/log.hpp"

namespace paysaga::storage {

/// An input that can never be read, with all that it came with.
struct DeadLetter {
  std::string id;  // "payment-commands/3/1207"; of one from no topic "journal/3/88121".
  std::string topic;
  PartitionId partition{};
  Offset offset = -1;  // -1: it came from no topic.
  std::string cause;   // One sentence.
  Time at{};
  LogRecord original;
  friend bool operator==(const DeadLetter&, const DeadLetter&) = default;
};

/// The largest part of an original that is kept; the cause says when it was cut.
inline constexpr std::size_t dead_letter_bytes_max = 256 * 1024;

/// The id of the input at that place, also of the decision on it (PROTOCOL R12).
[[nodiscard]] std::string input_id_of(std::string_view topic, PartitionId partition, Offset offset);

/// As it is published: the original's key and value; beside its own headers those that say where it
/// came from and why it is dead (paysaga-topic, -partition, -offset, -cause, -dead-at).
[[nodiscard]] LogRecord to_record(const DeadLetter& letter);
/// Errors: malformed (it is no dead letter of ours).
[[nodiscard]] Result<DeadLetter> dead_letter_of(const LogRecord& record);

/// As it stands in the store. Errors: corrupt, version_unsupported.
[[nodiscard]] std::string encode(const DeadLetter& letter);
[[nodiscard]] Result<DeadLetter> decode_dead_letter(std::string_view bytes);

}  // namespace paysaga::storage
