#include "paysaga/storage/json_reader.hpp"

#include <bit>
#include <utility>
#include <vector>

#include <simdjson.h>

namespace paysaga::storage {
namespace {

namespace dom = simdjson::dom;
using Words = std::array<std::uint64_t, 2>;

// The handles of simdjson are a pointer to the document and an index into it.
static_assert(sizeof(dom::element) == sizeof(Words));
static_assert(sizeof(dom::object::iterator) == sizeof(Words));
static_assert(sizeof(dom::array::iterator) == sizeof(Words));

template <class T>
T from_words(const Words& words) {
  static_assert(std::is_trivially_copyable_v<T>);
  return std::bit_cast<T>(words);
}

template <class T>
Words to_words(const T& value) {
  return std::bit_cast<Words>(value);
}

/// What is wrong, in words for whoever wrote the text.
std::string explain(simdjson::error_code error) {
  switch (static_cast<int>(error)) {
    case simdjson::EMPTY:
      return "it is empty";
    case simdjson::UTF8_ERROR:
      return "it is not valid UTF-8";
    case simdjson::UNESCAPED_CHARS:
      return "a text holds a control character that is not escaped";
    case simdjson::UNCLOSED_STRING:
      return "a text is not closed by a quote";
    case simdjson::STRING_ERROR:
      return "a text holds an invalid escape";
    case simdjson::NUMBER_ERROR:
      return "a number is malformed or too large";
    case simdjson::DEPTH_ERROR:
      return "it is nested too deeply";
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC:
      return "it is too large";
    default:
      return "the syntax is wrong";
  }
}

constexpr std::size_t parsers_kept_max = 4;
constexpr std::size_t parser_kept_bytes_max = 1 << 20;

}  // namespace

struct JsonDocument::Parser {
  dom::parser parser;
};

namespace {

using Parsers = std::vector<std::unique_ptr<JsonDocument::Parser>>;
Parsers& idle_parsers() {
  thread_local Parsers parsers;
  return parsers;
}

}  // namespace

std::string_view to_text(JsonType type) {
  switch (type) {
    case JsonType::object:
      return "an object";
    case JsonType::array:
      return "an array";
    case JsonType::text:
      return "a text";
    case JsonType::integer:
    case JsonType::natural:
      return "an integer";
    case JsonType::decimal:
      return "a decimal number";
    case JsonType::boolean:
      return "true or false";
    case JsonType::null:
      return "null";
  }
  std::abort();
}

JsonType JsonValue::type() const {
  switch (from_words<dom::element>(words_).type()) {
    case dom::element_type::OBJECT:
      return JsonType::object;
    case dom::element_type::ARRAY:
      return JsonType::array;
    case dom::element_type::STRING:
      return JsonType::text;
    case dom::element_type::INT64:
      return JsonType::integer;
    case dom::element_type::UINT64:
      return JsonType::natural;
    case dom::element_type::DOUBLE:
      return JsonType::decimal;
    case dom::element_type::BOOL:
      return JsonType::boolean;
    case dom::element_type::NULL_VALUE:
      return JsonType::null;
  }
  std::abort();
}

std::optional<std::string_view> JsonValue::text() const {
  std::string_view value;
  if (from_words<dom::element>(words_).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<std::int64_t> JsonValue::integer() const {
  std::int64_t value = 0;
  if (from_words<dom::element>(words_).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> JsonValue::natural() const {
  std::uint64_t value = 0;
  if (from_words<dom::element>(words_).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<bool> JsonValue::boolean() const {
  bool value = false;
  if (from_words<dom::element>(words_).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<JsonValue> JsonValue::find(std::string_view name) const {
  dom::object object;
  if (from_words<dom::element>(words_).get(object) != simdjson::SUCCESS) return std::nullopt;
  dom::element value;
  if (object.at_key(name).get(value) != simdjson::SUCCESS) return std::nullopt;
  return JsonValue{to_words(value)};
}

std::string JsonValue::json() const {
  return simdjson::minify(from_words<dom::element>(words_));
}

JsonCursor::JsonCursor(const JsonValue& container) {
  const auto element = from_words<dom::element>(container.words_);
  dom::object object;
  dom::array array;
  if (element.get(object) == simdjson::SUCCESS) {
    at_ = to_words(object.begin());
    end_ = to_words(object.end());
    object_ = true;
  } else if (element.get(array) == simdjson::SUCCESS) {
    at_ = to_words(array.begin());
    end_ = to_words(array.end());
  }
}

void JsonCursor::next() {
  if (object_) {
    auto iterator = from_words<dom::object::iterator>(at_);
    at_ = to_words(++iterator);
  } else {
    auto iterator = from_words<dom::array::iterator>(at_);
    at_ = to_words(++iterator);
  }
}

std::string_view JsonCursor::key() const {
  return object_ ? from_words<dom::object::iterator>(at_).key() : std::string_view{};
}

JsonValue JsonCursor::value() const {
  if (object_) return JsonValue{to_words(from_words<dom::object::iterator>(at_).value())};
  return JsonValue{to_words(*from_words<dom::array::iterator>(at_))};
}

JsonDocument::JsonDocument(std::unique_ptr<Parser> parser) : parser_{std::move(parser)} {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;

JsonDocument::~JsonDocument() {
  if (parser_ == nullptr || parser_->parser.capacity() > parser_kept_bytes_max) return;
  Parsers& idle = idle_parsers();
  if (idle.size() < parsers_kept_max) idle.push_back(std::move(parser_));
}

Result<JsonDocument> JsonDocument::parse(std::string_view text) {
  Parsers& idle = idle_parsers();
  std::unique_ptr<Parser> parser;
  if (idle.empty()) {
    parser = std::make_unique<Parser>();
  } else {
    parser = std::move(idle.back());
    idle.pop_back();
  }
  JsonDocument document{std::move(parser)};
  dom::element root;
  const auto error = document.parser_->parser.parse(text.data(), text.size()).get(root);
  if (error != simdjson::SUCCESS) {
    return fail(ErrorCode::malformed, "this is no JSON: " + explain(error));
  }
  return document;
}

JsonValue JsonDocument::root() const {
  return JsonValue{to_words(parser_->parser.doc.root())};
}

}  // namespace paysaga::storage
