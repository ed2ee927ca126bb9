#include "paysaga/storage/local_entry.hpp"

#include <xxhash.h>

namespace paysaga::storage {
namespace {

void put_big_endian(std::string& to, std::uint64_t value, std::size_t size) {
  for (std::size_t i = size; i-- > 0;) {
    to.push_back(static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i))));
  }
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

std::uint32_t check_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

tl::unexpected<Error> corrupt(Offset offset, const char* what) {
  return fail(ErrorCode::corrupt, "log offset " + std::to_string(offset) + ": " + what +
                                      "; restore the data directory from a backup");
}

}  // namespace

std::string lane_prefix(std::string_view topic, PartitionId partition) {
  std::string lane;
  lane.reserve(topic.size() + 5);
  lane.append(topic);
  lane.push_back('\0');
  put_big_endian(lane, index_of(partition), 4);
  return lane;
}

std::string entry_key(std::string_view lane, Offset offset) {
  ensure(offset >= 0, "log offsets begin at 0");
  std::string key;
  key.reserve(lane.size() + 8);
  key.append(lane);
  put_big_endian(key, static_cast<std::uint64_t>(offset), 8);
  return key;
}

Result<LaneName> parse_lane(std::string_view lane) {
  if (lane.size() < 6 || lane[lane.size() - 5] != '\0') {
    return fail(ErrorCode::corrupt, "a key of the log's database names no topic");
  }
  return LaneName{
      lane.substr(0, lane.size() - 5),
      PartitionId{static_cast<std::uint32_t>(read_big_endian(lane.substr(lane.size() - 4)))}};
}

Result<EntryName> parse_entry_key(std::string_view key) {
  if (key.size() < 14) return fail(ErrorCode::corrupt, "a key of the log's database is cut off");
  const std::uint64_t offset = read_big_endian(key.substr(key.size() - 8));
  if (offset > INT64_MAX) return fail(ErrorCode::corrupt, "a key of the log has no offset");
  return EntryName{key.substr(0, key.size() - 8), static_cast<Offset>(offset)};
}

void encode_entry(ByteWriter& scratch, Time appended_at, const LogRecord& record) {
  scratch.clear();
  scratch.u32(0);  // The check, once the rest is there.
  scratch.i64(micros_of(appended_at));
  scratch.text(record.key);
  scratch.count(record.headers.size());
  for (const Header& header : record.headers) {
    scratch.text(header.name);
    scratch.text(header.value);
  }
  scratch.raw(record.value);
  scratch.u32_at(0, check_of(scratch.bytes().substr(4)));
}

Result<LogEntry> decode_entry(Offset offset, std::string_view value) {
  ByteReader reader{value};
  const std::uint32_t check = reader.u32();
  if (!reader.ok() || check != check_of(reader.rest())) {
    return corrupt(offset, "the entry's check does not fit its bytes");
  }
  LogEntry entry;
  entry.offset = offset;
  entry.appended_at = time_from_micros(reader.i64());
  entry.record.key = reader.text();
  const std::uint32_t count = reader.count(8);
  entry.record.headers.reserve(count);
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    const std::string_view name = reader.text();
    const std::string_view header = reader.text();
    entry.record.headers.push_back({std::string{name}, std::string{header}});
  }
  if (!reader.ok()) return corrupt(offset, "the entry's fields do not add up");
  entry.record.value = reader.rest();
  return entry;
}

std::size_t size_bytes(const LogRecord& record) {
  std::size_t size = record.key.size() + record.value.size();
  for (const Header& header : record.headers) size += header.name.size() + header.value.size();
  return size;
}

}  // namespace paysaga::storage
