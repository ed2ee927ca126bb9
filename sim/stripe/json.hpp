#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace paysaga::sim::stripe {

/// Appends JSON to a string, without a document in between.
///
/// Shape:   names are written as they are: they are literals of ours without quotes or backslashes.
///          Values are escaped; they are UTF-8 already.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_{out} {}

  void open(char bracket) {
    separate();
    out_ += bracket;
    first_ = true;
  }
  void open(std::string_view name, char bracket) {
    key(name);
    out_ += bracket;
    first_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    first_ = false;
  }
  void text(std::string_view name, std::string_view value) {
    key(name);
    append_quoted(value);
  }
  /// Null if the value is empty.
  void text_or_null(std::string_view name, std::string_view value) {
    key(name);
    if (value.empty()) {
      out_ += "null";
    } else {
      append_quoted(value);
    }
  }
  void number(std::string_view name, std::int64_t value) {
    key(name);
    out_ += std::to_string(value);
  }
  void flag(std::string_view name, bool value) {
    key(name);
    out_ += value ? "true" : "false";
  }
  void null(std::string_view name) {
    key(name);
    out_ += "null";
  }
  /// A member whose value is JSON already.
  void raw(std::string_view name, std::string_view json) {
    key(name);
    out_ += json;
  }
  /// A member whose name comes from outside.
  void foreign(std::string_view name, std::string_view value) {
    item(name);
    out_ += ':';
    append_quoted(value);
  }
  /// Takes up an object whose closing bracket was the last thing written.
  void reopen() { out_.pop_back(); }
  /// An element of an array that is appended next, by another writer.
  void element() { separate(); }
  /// A text in an array.
  void item(std::string_view value) {
    separate();
    append_quoted(value);
  }
  /// Members that are JSON already: `"a":null,"b":1`.
  void members(std::string_view json) {
    separate();
    out_ += json;
  }
  /// Names a member whose value is appended next, by another writer.
  void name(std::string_view name) { key(name); }

 private:
  void separate() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  void key(std::string_view name) {
    separate();
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }
  void append_quoted(std::string_view value);

  std::string& out_;
  bool first_ = true;
};

}  // namespace paysaga::sim::stripe
