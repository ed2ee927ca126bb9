#include "paysaga/storage/dead_letter.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>

#include "paysaga/storage/bytes.hpp"
#include "paysaga/storage/envelope.hpp"

namespace paysaga::storage {
namespace {

constexpr std::uint8_t dead_letter_version = 2;  // 1 had no state.

constexpr std::string_view id_header = "paysaga-id";
constexpr std::string_view topic_header = "paysaga-topic";
constexpr std::string_view partition_header = "paysaga-partition";
constexpr std::string_view offset_header = "paysaga-offset";
constexpr std::string_view cause_header = "paysaga-cause";
constexpr std::string_view at_header = "paysaga-dead-at";

constexpr std::size_t header_length_bytes = 8;  // Two lengths, in a journal record.

template <class Number>
bool parse_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

/// Takes one of our headers into the letter; false if it is none of ours, or malformed.
bool take_header(const Header& header, DeadLetter& letter) {
  if (header.name == id_header) {
    letter.id = header.value;
    return true;
  }
  if (header.name == topic_header) {
    letter.topic = header.value;
    return true;
  }
  if (header.name == cause_header) {
    letter.cause = header.value;
    return true;
  }
  if (header.name == partition_header) {
    std::uint32_t index = 0;
    if (!parse_number(header.value, index)) return false;
    letter.partition = PartitionId{index};
    return true;
  }
  if (header.name == offset_header) return parse_number(header.value, letter.offset);
  if (header.name == at_header) {
    const auto at = parse_time(header.value);
    if (at) letter.at = *at;
    return at.has_value();
  }
  return false;
}

/// True if `to_record` kept a part of the original only.
bool is_cut(const DeadLetter& letter) {
  return letter.cause.ends_with(" bytes)") && letter.cause.find(" (cut from ") != std::string::npos;
}

}  // namespace

std::string_view to_text(DeadLetter::State state) {
  switch (state) {
    case DeadLetter::State::waiting:
      return "waiting";
    case DeadLetter::State::redriven:
      return "redriven";
    case DeadLetter::State::discarded:
      return "discarded";
  }
  std::abort();
}

Result<DeadLetter::State> parse_dead_letter_state(std::string_view text) {
  using enum DeadLetter::State;
  for (const DeadLetter::State state : {waiting, redriven, discarded}) {
    if (text == to_text(state)) return state;
  }
  return fail(ErrorCode::malformed, "a dead letter is waiting, redriven or discarded");
}

Result<PartitionId> partition_of_dead_letter(std::string_view id) {
  const std::size_t end = id.rfind('/');
  const std::size_t begin = end == 0 || end == id.npos ? id.npos : id.rfind('/', end - 1);
  std::uint32_t index = 0;
  if (begin == id.npos || !parse_number(id.substr(begin + 1, end - begin - 1), index)) {
    return fail(ErrorCode::malformed,
                "the id of a dead letter is TOPIC/PARTITION/OFFSET, as in payment-commands/3/1207");
  }
  return PartitionId{index};
}

Result<LogRecord> to_redrive(const DeadLetter& letter, bool force) {
  if (letter.topic.empty()) {
    return fail(ErrorCode::forbidden, "it came from no topic: send its command anew");
  }
  if (is_cut(letter)) {
    return fail(ErrorCode::forbidden,
                "it was too large to be kept whole: its sender must send it "
                "anew, and smaller");
  }
  LogRecord record = letter.original;
  std::uint32_t times = 0;
  std::erase_if(record.headers, [&](const Header& header) {
    if (header.name == redriven_header && !parse_number(header.value, times)) times = redrives_max;
    return header.name == redriven_header || header.name == dead_letter_header;
  });
  if (times >= redrives_max && !force) {
    return fail(ErrorCode::forbidden, "it was redriven " + std::to_string(times) +
                                          " times and died each time: repair its cause first, or "
                                          "insist with force");
  }
  times = std::min(times, std::numeric_limits<std::uint32_t>::max() - 1) + 1;
  record.headers.push_back({std::string{redriven_header}, std::to_string(times)});
  record.headers.push_back({std::string{dead_letter_header}, letter.id});
  return record;
}

std::string input_id_of(std::string_view topic, PartitionId partition, Offset offset) {
  return std::string{topic} + '/' + std::to_string(index_of(partition)) + '/' +
         std::to_string(offset);
}

LogRecord to_record(const DeadLetter& letter, std::size_t part_bytes_max) {
  LogRecord record = letter.original;
  std::string cause = letter.cause;
  std::size_t header_bytes = 0;
  for (const Header& header : record.headers) {
    header_bytes += header.name.size() + header.value.size() + header_length_bytes;
  }
  const std::size_t bytes = record.key.size() + header_bytes + record.value.size();
  if (std::max({record.key.size(), header_bytes, record.value.size()}) > part_bytes_max) {
    record.key.resize(std::min(record.key.size(), part_bytes_max));
    record.value.resize(std::min(record.value.size(), part_bytes_max));
    if (header_bytes > part_bytes_max) record.headers.clear();
    cause += " (cut from " + std::to_string(bytes) + " bytes)";
  }
  const auto add = [&](std::string_view name, std::string value) {
    record.headers.push_back({std::string{name}, std::move(value)});
  };
  add(id_header, letter.id);
  add(topic_header, letter.topic);
  add(partition_header, std::to_string(index_of(letter.partition)));
  add(offset_header, std::to_string(letter.offset));
  add(cause_header, std::move(cause));
  add(at_header, paysaga::to_text(letter.at));
  return record;
}

Result<DeadLetter> dead_letter_of(const LogRecord& record) {
  DeadLetter letter;
  letter.original.key = record.key;
  letter.original.value = record.value;
  bool cause_found = false;
  for (const Header& header : record.headers) {
    if (!take_header(header, letter)) letter.original.headers.push_back(header);
    cause_found = cause_found || header.name == cause_header;
  }
  if (!cause_found) return fail(ErrorCode::malformed, "the record has no cause: no dead letter");
  return letter;
}

std::string encode(const DeadLetter& letter) {
  ByteWriter bytes{letter.original.value.size() + 512};
  bytes.raw(open_envelope(dead_letter_version));
  bytes.text(letter.id);
  bytes.text(letter.topic);
  bytes.u32(index_of(letter.partition));
  bytes.i64(letter.offset);
  bytes.text(letter.cause);
  bytes.i64(micros_of(letter.at));
  bytes.text(letter.original.key);
  bytes.text(letter.original.value);
  bytes.count(letter.original.headers.size());
  for (const Header& header : letter.original.headers) {
    bytes.text(header.name);
    bytes.text(header.value);
  }
  bytes.u8(static_cast<std::uint8_t>(letter.state));
  bytes.i64(micros_of(letter.settled_at));
  bytes.text(letter.settled_why);
  std::string out = bytes.take();
  close_envelope(out);
  return out;
}

Result<DeadLetter> decode_dead_letter(std::string_view bytes) {
  const auto body = read_envelope(bytes, dead_letter_version, "a dead letter");
  if (!body) return tl::unexpected<Error>{body.error()};
  ByteReader reader{*body};
  DeadLetter letter;
  letter.id = reader.text();
  letter.topic = reader.text();
  letter.partition = PartitionId{reader.u32()};
  letter.offset = reader.i64();
  letter.cause = reader.text();
  letter.at = time_from_micros(reader.i64());
  letter.original.key = reader.text();
  letter.original.value = reader.text();
  for (std::uint32_t left = reader.count(header_length_bytes); left > 0; --left) {
    const std::string_view name = reader.text();
    letter.original.headers.push_back({std::string{name}, std::string{reader.text()}});
  }
  if (static_cast<std::uint8_t>(bytes.front()) > 1) {
    const std::uint8_t state = reader.u8();
    if (state > static_cast<std::uint8_t>(DeadLetter::State::discarded)) {
      return fail(ErrorCode::corrupt, "a dead letter is in no known state");
    }
    letter.state = static_cast<DeadLetter::State>(state);
    letter.settled_at = time_from_micros(reader.i64());
    letter.settled_why = reader.text();
  }
  if (!reader.at_end()) return fail(ErrorCode::corrupt, "a dead letter has a wrong length");
  return letter;
}

}  // namespace paysaga::storage
