#pragma once

#include <string>
#include <string_view>

#include "paysaga/storage/bytes.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::storage {

// How the local log keeps an entry in its database.
//
//   key    topic | 0x00 | u32 partition, big-endian | u64 offset, big-endian
//   value  u32 check: the low half of XXH3 of all that follows
//          i64 appended_at, microseconds
//          text key | u32 number of headers | (text name | text value) for each
//          the record's value, up to the end
//
// All other numbers are little-endian; a text is u32 length and bytes. A key without the offset
// names a lane: one partition of one topic, whose entries lie side by side in offset order.

[[nodiscard]] std::string lane_prefix(std::string_view topic, PartitionId partition);
[[nodiscard]] std::string entry_key(std::string_view lane, Offset offset);

struct LaneName {
  std::string_view topic;
  PartitionId partition;
};
/// Errors: corrupt.
[[nodiscard]] Result<LaneName> parse_lane(std::string_view lane);
/// The lane and the offset of an entry's key. Errors: corrupt.
struct EntryName {
  std::string_view lane;
  Offset offset;
};
[[nodiscard]] Result<EntryName> parse_entry_key(std::string_view key);

/// Writes the value of an entry into `scratch`, which is cleared first.
void encode_entry(ByteWriter& scratch, Time appended_at, const LogRecord& record);
/// Errors: corrupt.
[[nodiscard]] Result<LogEntry> decode_entry(Offset offset, std::string_view value);

/// Bytes of a record as the log counts them against its limit.
[[nodiscard]] std::size_t size_bytes(const LogRecord& record);

}  // namespace paysaga::storage
