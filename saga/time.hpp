#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "paysaga/saga/result.hpp"

namespace paysaga {

using Duration = std::chrono::microseconds;
/// A moment, UTC, in microseconds since 1970. It always comes in as an argument.
using Time = std::chrono::time_point<std::chrono::system_clock, Duration>;

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

[[nodiscard]] constexpr Time time_from_micros(std::int64_t micros) {
  return Time{Duration{micros}};
}
[[nodiscard]] constexpr std::int64_t micros_of(Time time) {
  return time.time_since_epoch().count();
}

/// RFC 3339, UTC, microseconds: 2026-01-31T08:15:00.000001Z.
[[nodiscard]] std::string to_text(Time time);
/// Reads RFC 3339 with any offset and 0 to 9 fraction digits. Errors: malformed.
[[nodiscard]] Result<Time> parse_time(std::string_view text);
/// A duration for people: 250ms, 1.5s, 12m, 3h, 2d.
[[nodiscard]] std::string to_text(Duration duration);
/// Reads 500us, 250ms, 30s, 10m, 20h, 180d. A unit is needed. Errors: malformed.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);

}  // namespace paysaga
