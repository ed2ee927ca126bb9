#include "paysaga/storage/record.hpp"

#include <charconv>
#include <cstdlib>

#include <xxhash.h>

#include "paysaga/storage/bytes.hpp"

namespace paysaga::storage {
namespace {

constexpr std::size_t check_begin = 28;

std::uint64_t hash_of(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

void put_number(char* to, std::uint64_t value, std::size_t size_bytes) {
  for (std::size_t i = 0; i < size_bytes; ++i) {
    to[i] = static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
  }
}

std::uint32_t check_of(std::string_view header, std::uint64_t value_hash) {
  char bytes[check_begin + 8];
  header.copy(bytes, check_begin);
  put_number(bytes + check_begin, value_hash, 8);
  return static_cast<std::uint32_t>(XXH3_64bits(bytes, sizeof bytes));
}

std::uint64_t chain_of(std::uint64_t former, std::string_view header, std::uint64_t value_hash) {
  char bytes[24];
  put_number(bytes, former, 8);
  put_number(bytes + 8, hash_of(header), 8);
  put_number(bytes + 16, value_hash, 8);
  const std::uint64_t chain = XXH3_64bits(bytes, sizeof bytes);
  return chain == chain_unknown ? 1 : chain;
}

std::string header_bytes(const RecordHeader& header, std::uint64_t value_hash) {
  char bytes[record_header_bytes]{};
  put_number(bytes, header.version, 2);
  bytes[2] = static_cast<char>(header.kind);
  put_number(bytes + 4, static_cast<std::uint64_t>(header.epoch), 8);
  put_number(bytes + 12, header.jseq, 8);
  put_number(bytes + 20, header.chain, 8);
  put_number(bytes + check_begin, check_of({bytes, check_begin}, value_hash), 4);
  return {bytes, record_header_bytes};
}

template <class N>
bool read_word(std::string_view& text, N& number, int base) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc{} || (stop != end && *stop != ' ')) return false;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()) + (stop == end ? 0 : 1));
  return true;
}

}  // namespace

std::string_view to_text(RecordKind kind) {
  switch (kind) {
    case RecordKind::claim:
      return "claim";
    case RecordKind::decision:
      return "decision";
    case RecordKind::mark:
      return "mark";
  }
  return "unknown";  // A newer version's: readers of such records say so with this word.
}

std::string encode(const RecordHeader& header, std::string_view value) {
  return header_bytes(header, hash_of(value));
}

Result<std::optional<RecordHeader>> read_header(const LogRecord& record) {
  for (const Header& header : record.headers) {
    if (header.name != record_header_name) continue;
    if (header.value.size() < record_header_bytes) {
      return fail(ErrorCode::corrupt, "the record's header is cut off");
    }
    ByteReader reader{header.value};
    RecordHeader read;
    read.version = reader.u16();
    read.kind = static_cast<RecordKind>(reader.u8());
    (void)reader.u8();
    read.epoch = reader.i64();
    read.jseq = reader.u64();
    read.chain = reader.u64();
    if (reader.u32() != check_of(header.value, hash_of(record.value))) {
      return fail(ErrorCode::corrupt, "the record's check does not fit its bytes");
    }
    return read;
  }
  return std::optional<RecordHeader>{};
}

std::uint64_t chain_next(std::uint64_t former, std::string_view header, std::string_view value) {
  return chain_of(former, header, hash_of(value));
}

Position position_at_first(Offset first) {
  return {first, -1, 0, first == 0 ? chain_start : chain_unknown};
}

std::string encode(const Position& position) {
  char chain[16];
  const auto [end, error] = std::to_chars(chain, chain + sizeof chain, position.chain, 16);
  ensure(error == std::errc{}, "16 hex digits hold 64 bits");
  return "1 " + std::to_string(position.next) + ' ' + std::to_string(position.epoch) + ' ' +
         std::to_string(position.jseq) + ' ' + std::string(chain, end);
}

Result<Position> decode_position(std::string_view text) {
  std::uint32_t version = 0;
  Position position;
  std::string_view rest = text;
  if (!read_word(rest, version, 10)) {
    return fail(ErrorCode::malformed, "not a journal position: " + std::string{text.substr(0, 80)});
  }
  if (version != 1) {
    return fail(ErrorCode::version_unsupported,
                "the journal position was written by a newer version; run that version");
  }
  const bool whole = read_word(rest, position.next, 10) && read_word(rest, position.epoch, 10) &&
                     read_word(rest, position.jseq, 10) && read_word(rest, position.chain, 16) &&
                     rest.empty() && text.back() != ' ';
  if (!whole || position.next < 0 || position.epoch < -1 || position.epoch >= position.next) {
    return fail(ErrorCode::malformed, "not a journal position: " + std::string{text.substr(0, 80)});
  }
  return position;
}

Result<Position> position_of(const Commit& commit) {
  auto position = decode_position(commit.metadata);
  if (position && position->next == commit.next) return position;
  return fail(ErrorCode::corrupt, "a committed position cannot be read: " + commit.metadata);
}

RecordStamp::RecordStamp(const Position& after_claim)
    : epoch_{after_claim.epoch}, jseq_{after_claim.jseq}, chain_{after_claim.chain} {
  ensure(epoch_ >= 0, "records are written under a claim");
  ensure(chain_ != chain_unknown, "a node that leads knows the chain of its journal");
}

Headers RecordStamp::stamp(RecordKind kind, std::string_view value) {
  ensure(kind != RecordKind::claim, "a claim begins an epoch and is not part of one");
  const std::uint64_t value_hash = hash_of(value);
  const RecordHeader header{record_version, kind, epoch_, ++jseq_, chain_};
  Headers headers(1);
  headers[0].name = record_header_name;
  headers[0].value = header_bytes(header, value_hash);
  chain_ = chain_of(chain_, headers[0].value, value_hash);
  return headers;
}

Headers claim_headers(std::string_view value) {
  return {Header{std::string{record_header_name}, encode(RecordHeader{}, value)}};
}

}  // namespace paysaga::storage
