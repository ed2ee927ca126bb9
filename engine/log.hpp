#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "paysaga/config/settings.hpp"
#include "paysaga/saga/result.hpp"
#include "paysaga/saga/time.hpp"

namespace paysaga::engine {

using config::LogFormat;
using config::LogLevel;

[[nodiscard]] std::string_view to_text(LogLevel level);
/// Errors: malformed.
[[nodiscard]] Result<LogLevel> parse_log_level(std::string_view text);

struct LogOptions {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::automatic;
  /// Takes each line without its newline; none: standard error.
  std::function<void(std::string_view)> sink;
};

/// One key of a line with its value. Keys are fixed words, the same in every line of that event.
struct LogField {
  template <class Text>
  requires std::convertible_to<const Text&, std::string_view> LogField(std::string_view key_name,
                                                                       const Text& text)
      : key{key_name}, value{std::string_view{text}} {}
  template <std::integral Number>
  LogField(std::string_view key_name, Number number)
      : key{key_name}, value{std::to_string(number)}, quoted{false} {}
  LogField(std::string_view key_name, bool yes)
      : key{key_name}, value{yes ? "true" : "false"}, quoted{false} {}
  LogField(std::string_view key_name, Duration took)
      : key{key_name}, value{std::to_string(took.count())}, quoted{false} {}  // Microseconds.
  LogField(std::string_view key_name, Time at) : key{key_name}, value{paysaga::to_text(at)} {}

  std::string_view key;
  std::string value;
  bool quoted = true;  // False: a number or a truth, bare in JSON.
};

/// Says how this process logs. Called once, before the first line; without it lines of `info` and
/// above go to standard error.
void start_log(const LogOptions& options);
/// Writes out what is still buffered.
void flush_log();
[[nodiscard]] bool is_logged(LogLevel level);

/// One line, one fact: `event` is fixed and in the past tense. `error` means that a person must
/// act. Values that look like secrets of a provider are masked.
///
///     2026-01-31T08:15:00.000001Z info order_advanced order_id=ord_7 from=processing took_us=12000
///
/// Threads:  any.
void log_event(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

/// `text` with every provider key, webhook secret, client secret and bearer token replaced by
/// `***`.
[[nodiscard]] std::string without_secrets(std::string_view text);

/// A line without time and sink: for tests and for other writers of lines.
[[nodiscard]] std::string log_line(LogFormat format, Time at, LogLevel level,
                                   std::string_view event, std::initializer_list<LogField> fields);

}  // namespace paysaga::engine
