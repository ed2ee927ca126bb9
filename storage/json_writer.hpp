#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "paysaga/saga/money.hpp"
#include "paysaga/saga/time.hpp"

namespace paysaga::storage {

/// Appends JSON to a text; commas come by themselves.
///
///     json.open_object();
///     json.key("order_id").text("ord_1");
///     json.close_object();
///
/// Whatever a text holds, what is written is valid: bytes that are no UTF-8 become U+FFFD.
class JsonWriter {
 public:
  /// Lifetime:  `out` outlives the writer.
  explicit JsonWriter(std::string& out) : out_{out}, begin_{out.size()} {}

  void open_object();
  void close_object();
  void open_array();
  void close_array();
  /// `name` is one of ours, without characters that need escaping.
  JsonWriter& key(std::string_view name);
  /// A name that anybody chose.
  JsonWriter& any_key(std::string_view name);

  void text(std::string_view value);
  void integer(std::int64_t value);
  void natural(std::uint64_t value);
  void boolean(bool value);
  void null();
  /// RFC 3339, UTC, microseconds.
  void time(Time value);
  /// {"minor":4200,"currency":"EUR"}
  void money(const Money& value);
  /// A value that is JSON already.
  void raw(std::string_view json);

 private:
  void separate();
  void quoted(std::string_view value);
  std::string& out_;
  std::size_t begin_;  // What stands before it is not ours.
};

/// True if `text` is well-formed UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace paysaga::storage
