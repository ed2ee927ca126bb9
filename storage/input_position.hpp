#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "paysaga/storage/bytes.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::storage {

/// A record of an inbound topic, to know it again. A topic that was made anew under the same name,
/// or has lost records and taken others, holds another record at the offset, or none.
struct Landmark {
  Offset offset = 0;
  std::uint64_t digest = 0;  // XXH3 over key and value: a record put twice is the same input.
  friend bool operator==(const Landmark&, const Landmark&) = default;
};
[[nodiscard]] Landmark landmark_of(const LogEntry& entry);

/// Every input of the topic below `next` is decided.
struct InputPosition {
  std::string topic;
  Offset next = 0;
  std::optional<Landmark> last =
      {};  // An input below `next`, seen there twice (docs/decisions/0013).
  friend bool operator==(const InputPosition&, const InputPosition&) = default;
};

/// A topic's position takes the place of its former one, in a list sorted by topic. False: it is
/// the same.
bool merge(std::vector<InputPosition>& positions, const InputPosition& moved);

// A list of positions, as it stands in records and stores: u32 count and items; of each the topic,
// i64 next, and since the second form i64 offset (-1: none) and u64 digest of the last record.
enum class PositionsForm : std::uint8_t { without_landmarks = 1, with_landmarks = 2 };
[[nodiscard]] std::size_t size_bytes(const std::vector<InputPosition>& positions);
void write(ByteWriter& writer, const std::vector<InputPosition>& positions);
[[nodiscard]] std::vector<InputPosition> read_positions(ByteReader& reader, PositionsForm form);

// What stands of one position behind its topic.
void write_place(ByteWriter& writer, const InputPosition& position);
void read_place(ByteReader& reader, InputPosition& position, PositionsForm form);

}  // namespace paysaga::storage
