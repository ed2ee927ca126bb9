#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "paysaga/saga/result.hpp"

namespace paysaga::storage {

/// Appends little-endian numbers and length-prefixed texts to a string that was sized beforehand.
///
/// Shape:  u8, u16, u32, u64, i64 as they are; a text is u32 length and its bytes.
class ByteWriter {
 public:
  explicit ByteWriter(std::size_t size_bytes) { bytes_.reserve(size_bytes); }

  void u8(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void u16(std::uint16_t value) { number(value); }
  void u32(std::uint32_t value) { number(value); }
  void u64(std::uint64_t value) { number(value); }
  void i64(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
  void raw(std::string_view bytes) { bytes_.append(bytes); }
  void text(std::string_view value) {
    ensure(value.size() <= UINT32_MAX, "a text in a record is shorter than 4 GiB");
    u32(static_cast<std::uint32_t>(value.size()));
    raw(value);
  }
  void count(std::size_t value) {
    ensure(value <= UINT32_MAX, "a list in a record is shorter than 2^32");
    u32(static_cast<std::uint32_t>(value));
  }
  /// Overwrites a number written before.
  void u32_at(std::size_t at, std::uint32_t value) {
    ensure(at + 4 <= bytes_.size(), "only what was written is overwritten");
    for (std::size_t i = 0; i < 4; ++i) {
      bytes_[at + i] = static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
    }
  }
  [[nodiscard]] std::string take() { return std::move(bytes_); }
  /// For a writer that is used again and again: what was written, and a fresh start in its memory.
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  template <class N>
  void number(N value) {
    char bytes[sizeof(N)];
    for (std::size_t i = 0; i < sizeof(N); ++i) {
      bytes[i] = static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
    }
    bytes_.append(bytes, sizeof(N));
  }

  std::string bytes_;
};

/// Bytes that `ByteWriter::text` writes for `value`.
[[nodiscard]] inline std::size_t text_size_bytes(std::string_view value) {
  return 4 + value.size();
}

/// Reads what a ByteWriter wrote. The first read beyond the end makes `ok()` false for good, and
/// every read after it yields zeros and empty texts: check once, at the end.
///
/// Lifetime:  the texts are views into the bytes given.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_{bytes} {}

  [[nodiscard]] std::uint8_t u8() { return number<std::uint8_t>(); }
  [[nodiscard]] std::uint16_t u16() { return number<std::uint16_t>(); }
  [[nodiscard]] std::uint32_t u32() { return number<std::uint32_t>(); }
  [[nodiscard]] std::uint64_t u64() { return number<std::uint64_t>(); }
  [[nodiscard]] std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
  [[nodiscard]] std::string_view raw(std::size_t size_bytes) {
    if (!ok_ || size_bytes > bytes_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view read = bytes_.substr(0, size_bytes);
    bytes_.remove_prefix(size_bytes);
    return read;
  }
  [[nodiscard]] std::string_view text() { return raw(u32()); }
  /// The length of a list whose items take at least `item_bytes_min`: a lie about it is found out
  /// before anything is allocated for it.
  [[nodiscard]] std::uint32_t count(std::size_t item_bytes_min) {
    const std::uint32_t items = u32();
    if (items > bytes_.size() / item_bytes_min) ok_ = false;
    return ok_ ? items : 0;
  }
  [[nodiscard]] std::string_view rest() const { return bytes_; }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return ok_ && bytes_.empty(); }

 private:
  template <class N>
  N number() {
    const std::string_view read = raw(sizeof(N));
    if (read.size() != sizeof(N)) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(N); ++i) {
      value |= std::uint64_t{static_cast<std::uint8_t>(read[i])} << (8 * i);
    }
    return static_cast<N>(value);
  }

  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace paysaga::storage
