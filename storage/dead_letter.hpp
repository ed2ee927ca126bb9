#pragma once

#include <cstdint>
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
  /// What a person made of it. None of this is published with it: it stands in the journal.
  enum class State : std::uint8_t { waiting = 0, redriven = 1, discarded = 2 };
  State state = State::waiting;
  Time settled_at{};        // When it ceased to wait.
  std::string settled_why;  // In that person's words.
  friend bool operator==(const DeadLetter&, const DeadLetter&) = default;
};

/// The most that is kept of an original's value, of its key and of all its headers; the cause says
/// when it was cut.
inline constexpr std::size_t dead_letter_bytes_max = 256 * 1024;

[[nodiscard]] std::string_view to_text(DeadLetter::State state);
/// Errors: malformed.
[[nodiscard]] Result<DeadLetter::State> parse_dead_letter_state(std::string_view text);
/// The partition whose journal knows the dead letter of that id. Errors: malformed.
[[nodiscard]] Result<PartitionId> partition_of_dead_letter(std::string_view id);

/// How often a record was put again, and which dead letter it was then.
inline constexpr std::string_view redriven_header = "paysaga-redriven";
inline constexpr std::string_view dead_letter_header = "paysaga-dead-letter";
/// More often only if a person insists: what died so often will die again.
inline constexpr std::uint32_t redrives_max = 3;

/// The original as it is put again, with the two headers above.
/// Errors: forbidden (it came from no topic; not all of it was kept; over `redrives_max`, unless
///         `force`).
[[nodiscard]] Result<LogRecord> to_redrive(const DeadLetter& letter, bool force);

/// The id of the input at that place, also of the decision on it (PROTOCOL R12).
[[nodiscard]] std::string input_id_of(std::string_view topic, PartitionId partition, Offset offset);

/// As it is published: the original's key and value; beside its own headers those that say where it
/// came from and why it is dead (paysaga-topic, -partition, -offset, -cause, -dead-at). Of value,
/// key and headers at most `part_bytes_max` each; headers are kept all or not at all.
[[nodiscard]] LogRecord to_record(const DeadLetter& letter,
                                  std::size_t part_bytes_max = dead_letter_bytes_max);
/// Errors: malformed (it is no dead letter of ours).
[[nodiscard]] Result<DeadLetter> dead_letter_of(const LogRecord& record);

/// As it stands in the store. Errors: corrupt, version_unsupported.
[[nodiscard]] std::string encode(const DeadLetter& letter);
[[nodiscard]] Result<DeadLetter> decode_dead_letter(std::string_view bytes);

}  // namespace paysaga::storage
