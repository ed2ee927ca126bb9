#include "paysaga/storage/json_writer.hpp"

#include <array>
#include <cstddef>

#include <fmt/format.h>

namespace paysaga::storage {
namespace {

/// True for bytes that cannot stand in a JSON text as they are, and for those beyond ASCII.
constexpr std::array<bool, 256> make_special() {
  std::array<bool, 256> special{};
  for (std::size_t c = 0; c < 0x20; ++c) special[c] = true;
  for (std::size_t c = 0x80; c < 0x100; ++c) special[c] = true;
  special[static_cast<unsigned char>('"')] = true;
  special[static_cast<unsigned char>('\\')] = true;
  return special;
}
constexpr std::array<bool, 256> special = make_special();

unsigned byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

bool continues(unsigned byte) {
  return (byte & 0xC0U) == 0x80U;
}

/// How many bytes the UTF-8 sequence at `at` has; 0 if there is none. `at` is beyond ASCII.
std::size_t sequence_size(std::string_view text, std::size_t at) {
  const unsigned a = byte_at(text, at);
  const unsigned b = byte_at(text, at + 1);
  if (a < 0xC2 || a > 0xF4 || !continues(b)) return 0;
  if (a < 0xE0) return 2;
  if (!continues(byte_at(text, at + 2))) return 0;
  if (a < 0xF0) {
    const bool overlong = a == 0xE0 && b < 0xA0;
    const bool surrogate = a == 0xED && b > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  const bool overlong = a == 0xF0 && b < 0x90;
  const bool too_large = a == 0xF4 && b > 0x8F;
  return overlong || too_large || !continues(byte_at(text, at + 3)) ? 0 : 4;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
  }
}

/// Writes `digits` decimal digits of `value`, with leading zeros, at `to`.
void put_digits(char* to, std::int64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i, value /= 10) to[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = byte_at(text, at) < 0x80 ? 1 : sequence_size(text, at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

void JsonWriter::separate() {
  // A text ends with a quote, so these three can only be structure.
  if (out_.size() == begin_) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') out_ += ',';
}

void JsonWriter::open_object() {
  separate();
  out_ += '{';
}
void JsonWriter::close_object() {
  out_ += '}';
}
void JsonWriter::open_array() {
  separate();
  out_ += '[';
}
void JsonWriter::close_array() {
  out_ += ']';
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  out_ += '"';
  out_ += name;
  out_ += "\":";
  return *this;
}

JsonWriter& JsonWriter::any_key(std::string_view name) {
  separate();
  quoted(name);
  out_ += ':';
  return *this;
}

void JsonWriter::text(std::string_view value) {
  separate();
  quoted(value);
}

void JsonWriter::quoted(std::string_view value) {
  out_ += '"';
  std::size_t clean = 0;  // Everything before it is written.
  for (std::size_t at = 0; at < value.size();) {
    const unsigned byte = byte_at(value, at);
    if (!special[byte]) {
      ++at;
      continue;
    }
    if (const std::size_t size = byte < 0x80 ? 0 : sequence_size(value, at); size > 0) {
      at += size;
      continue;
    }
    out_ += value.substr(clean, at - clean);
    if (byte < 0x80) {
      append_escaped(out_, value[at]);
    } else {
      out_ += "\xEF\xBF\xBD";
    }
    clean = ++at;
  }
  out_ += value.substr(clean);
  out_ += '"';
}

void JsonWriter::integer(std::int64_t value) {
  separate();
  const fmt::format_int digits{value};
  out_.append(digits.data(), digits.size());
}

void JsonWriter::natural(std::uint64_t value) {
  separate();
  const fmt::format_int digits{value};
  out_.append(digits.data(), digits.size());
}

void JsonWriter::boolean(bool value) {
  separate();
  out_ += value ? "true" : "false";
}

void JsonWriter::null() {
  separate();
  out_ += "null";
}

void JsonWriter::time(Time value) {
  const auto days = std::chrono::floor<std::chrono::days>(value);
  const std::chrono::year_month_day date{days};
  const int year = static_cast<int>(date.year());
  if (year < 0 || year > 9999) return text(to_text(value));
  const std::int64_t micros = (value - days).count();
  char buffer[] = "\"0000-00-00T00:00:00.000000Z\"";
  put_digits(buffer + 1, year, 4);
  put_digits(buffer + 6, static_cast<unsigned>(date.month()), 2);
  put_digits(buffer + 9, static_cast<unsigned>(date.day()), 2);
  put_digits(buffer + 12, micros / 3'600'000'000, 2);
  put_digits(buffer + 15, micros / 60'000'000 % 60, 2);
  put_digits(buffer + 18, micros / 1'000'000 % 60, 2);
  put_digits(buffer + 21, micros % 1'000'000, 6);
  separate();
  out_.append(buffer, sizeof buffer - 1);
}

void JsonWriter::money(const Money& value) {
  open_object();
  key("minor").integer(value.minor);
  key("currency").text(value.currency.text());
  close_object();
}

void JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
}

}  // namespace paysaga::storage
