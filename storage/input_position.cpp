#include "paysaga/storage/input_position.hpp"

#include <algorithm>

#include <xxhash.h>

namespace paysaga::storage {

Landmark landmark_of(const LogEntry& entry) {
  const auto& [key, headers, value] = entry.record;
  const std::uint64_t of_key = XXH3_64bits(key.data(), key.size());
  return {entry.offset, XXH3_64bits_withSeed(value.data(), value.size(), of_key)};
}

bool merge(std::vector<InputPosition>& positions, const InputPosition& moved) {
  const auto at = std::ranges::lower_bound(positions, moved.topic, {}, &InputPosition::topic);
  if (at == positions.end() || at->topic != moved.topic) {
    positions.insert(at, moved);
    return true;
  }
  if (*at == moved) return false;
  *at = moved;
  return true;
}

void write_place(ByteWriter& writer, const InputPosition& position) {
  writer.i64(position.next);
  writer.i64(position.last ? position.last->offset : -1);
  writer.u64(position.last ? position.last->digest : 0);
}

void read_place(ByteReader& reader, InputPosition& position, PositionsForm form) {
  position.next = reader.i64();
  if (form == PositionsForm::without_landmarks) return;
  const Landmark last{reader.i64(), reader.u64()};
  if (last.offset >= 0) position.last = last;
}

std::size_t size_bytes(const std::vector<InputPosition>& positions) {
  std::size_t size = 4;
  for (const InputPosition& position : positions) size += text_size_bytes(position.topic) + 24;
  return size;
}

void write(ByteWriter& writer, const std::vector<InputPosition>& positions) {
  writer.count(positions.size());
  for (const InputPosition& position : positions) {
    writer.text(position.topic);
    write_place(writer, position);
  }
}

std::vector<InputPosition> read_positions(ByteReader& reader, PositionsForm form) {
  const std::uint32_t count = reader.count(form == PositionsForm::without_landmarks ? 12 : 28);
  std::vector<InputPosition> positions;
  positions.reserve(count);
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    InputPosition& position = positions.emplace_back();
    position.topic = reader.text();
    read_place(reader, position, form);
  }
  return positions;
}

}  // namespace paysaga::storage
