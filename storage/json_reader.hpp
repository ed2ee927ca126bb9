#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "paysaga/saga/result.hpp"

namespace paysaga::storage {

enum class JsonType {
  object,
  array,
  text,
  integer,  // It fits int64.
  natural,  // It is larger than int64 and fits uint64.
  decimal,  // It has a point or an exponent.
  boolean,
  null,
};

/// "an object", "a text": for messages.
[[nodiscard]] std::string_view to_text(JsonType type);

/// One value of a parsed document. A handle of two words.
///
/// Lifetime:  that of its document, as are the texts that it gives out.
class JsonValue {
 public:
  [[nodiscard]] JsonType type() const;
  /// None if it is of another type.
  [[nodiscard]] std::optional<std::string_view> text() const;
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  [[nodiscard]] std::optional<std::uint64_t> natural() const;  // Also an integer from 0 on.
  [[nodiscard]] std::optional<bool> boolean() const;
  /// The first field of that name; none if this is no object or has none.
  [[nodiscard]] std::optional<JsonValue> find(std::string_view name) const;
  /// The value as compact JSON.
  [[nodiscard]] std::string json() const;

 private:
  friend class JsonDocument;
  friend class JsonCursor;
  using Words = std::array<std::uint64_t, 2>;
  explicit JsonValue(Words words) : words_{words} {}
  Words words_;
};

/// Walks the fields of an object or the items of an array, once; over anything else it is done at
/// once.
class JsonCursor {
 public:
  explicit JsonCursor(const JsonValue& container);
  [[nodiscard]] bool done() const { return at_ == end_; }
  void next();
  [[nodiscard]] std::string_view key() const;  // Objects only.
  [[nodiscard]] JsonValue value() const;

 private:
  using Words = std::array<std::uint64_t, 2>;
  Words at_{};
  Words end_{};
  bool object_ = false;
};

/// A parsed text.
///
/// Threads:  one at a time.
class JsonDocument {
 public:
  /// The whole text is checked: syntax, UTF-8, numbers.
  /// Errors: malformed, with a sentence that says what is wrong.
  [[nodiscard]] static Result<JsonDocument> parse(std::string_view text);
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();
  [[nodiscard]] JsonValue root() const;

  struct Parser;  // Costly to make, so each thread keeps a few.

 private:
  explicit JsonDocument(std::unique_ptr<Parser> parser);
  std::unique_ptr<Parser> parser_;
};

}  // namespace paysaga::storage
