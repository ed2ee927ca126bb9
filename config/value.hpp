#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "paysaga/config/settings.hpp"
#include "paysaga/saga/result.hpp"

namespace paysaga::config {

/// Something in a file that no setting takes: `kind` names it ("a decimal number", "a date").
struct Unusable {
  std::string_view kind;
};
using Texts = std::vector<std::string>;
using Table = std::map<std::string, std::string>;

/// A value as it was written, before a setting reads it.
struct Value {
  enum class Source {
    file,         // Has types: "24" is a text, 24 a number.
    environment,  // Text only; a secret may stand in it.
    option,       // Text only, on a command line: no place for a secret.
  };
  std::variant<Unusable, bool, std::int64_t, std::string, Texts, Table> data{};
  Source source = Source::file;
  std::filesystem::path folder{};  // That relative names of secrets' files start from.
};

/// Reads a value of a setting's type. Errors: malformed, with what was wrong and what is right.
Result<void> read(const Value& value, std::string& out);
Result<void> read(const Value& value, std::filesystem::path& out);
Result<void> read(const Value& value, bool& out);
Result<void> read(const Value& value, int& out);
Result<void> read(const Value& value, Duration& out);
Result<void> read(const Value& value, std::vector<Duration>& out);
Result<void> read(const Value& value, ByteSize& out);
Result<void> read(const Value& value, ListenAddress& out);
Result<void> read(const Value& value, std::optional<Url>& out);
Result<void> read(const Value& value, Secret& out);
Result<void> read(const Value& value, std::vector<Role>& out);
Result<void> read(const Value& value, StripeRates& out);
Result<void> read(const Value& value, JournalKind& out);
Result<void> read(const Value& value, Publish& out);
Result<void> read(const Value& value, StripeMode& out);
Result<void> read(const Value& value, LateSuccess& out);
Result<void> read(const Value& value, LogLevel& out);
Result<void> read(const Value& value, LogFormat& out);

/// A text with a to z for A to Z.
[[nodiscard]] std::string lowered(std::string text);

/// The value in TOML, secrets as "***".
[[nodiscard]] std::string write(const std::string& value);
[[nodiscard]] std::string write(const std::filesystem::path& value);
[[nodiscard]] std::string write(bool value);
[[nodiscard]] std::string write(int value);
[[nodiscard]] std::string write(Duration value);
[[nodiscard]] std::string write(const std::vector<Duration>& value);
[[nodiscard]] std::string write(const ByteSize& value);
[[nodiscard]] std::string write(const ListenAddress& value);
[[nodiscard]] std::string write(const std::optional<Url>& value);
[[nodiscard]] std::string write(const Secret& value);
[[nodiscard]] std::string write(const std::vector<Role>& value);
[[nodiscard]] std::string write(const StripeRates& value);
[[nodiscard]] std::string write(JournalKind value);
[[nodiscard]] std::string write(Publish value);
[[nodiscard]] std::string write(StripeMode value);
[[nodiscard]] std::string write(LateSuccess value);
[[nodiscard]] std::string write(LogLevel value);
[[nodiscard]] std::string write(LogFormat value);

}  // namespace paysaga::config
