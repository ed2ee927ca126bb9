#include "paysaga/saga/time.hpp"

#include <charconv>
#include <cstdint>
#include <cstdio>

namespace paysaga {
namespace {

/// Reads exactly `count` digits at the front of `text`; -1 if they are not there.
int take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int value = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

/// The microseconds after a '.'; digits beyond the sixth are dropped. -1 if there are none.
std::int64_t take_fraction(std::string_view& text) {
  std::int64_t micros = 0;
  int digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits < 6) micros = micros * 10 + (text.front() - '0');
    ++digits;
    text.remove_prefix(1);
  }
  if (digits == 0 || digits > 9) return -1;
  for (; digits < 6; ++digits) micros *= 10;
  return micros;
}

tl::unexpected<Error> no_time(std::string_view text) {
  return fail(ErrorCode::malformed, "'" + std::string{text.substr(0, 40)} +
                                        "' is no RFC 3339 time such as 2026-01-31T08:15:00Z");
}

}  // namespace

std::string to_text(Time time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{days};
  const auto micros = (time - days).count();
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(micros / 3'600'000'000),
                static_cast<int>(micros / 60'000'000 % 60),
                static_cast<int>(micros / 1'000'000 % 60), static_cast<int>(micros % 1'000'000));
  return buffer;
}

Result<Time> parse_time(std::string_view whole) {
  std::string_view text = whole;
  const int year = take_digits(text, 4);
  const bool date_ok = year >= 1970 && take(text, '-');
  const int month = date_ok ? take_digits(text, 2) : -1;
  const int day = month > 0 && take(text, '-') ? take_digits(text, 2) : -1;
  if (day < 1 || !(take(text, 'T') || take(text, 't'))) return no_time(whole);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  const int hour = take_digits(text, 2);
  const int minute = take(text, ':') ? take_digits(text, 2) : -1;
  const int second = take(text, ':') ? take_digits(text, 2) : -1;
  const bool clock_ok =
      hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second <= 60;
  if (!date.ok() || !clock_ok) return no_time(whole);
  std::int64_t micros = 0;
  if (take(text, '.')) micros = take_fraction(text);
  if (micros < 0) return no_time(whole);
  int offset_minutes = 0;
  if (!take(text, 'Z') && !take(text, 'z')) {
    const int sign = take(text, '+') ? 1 : take(text, '-') ? -1 : 0;
    const int hours_off = sign != 0 ? take_digits(text, 2) : -1;
    const int minutes_off = hours_off >= 0 && take(text, ':') ? take_digits(text, 2) : -1;
    if (minutes_off < 0 || hours_off > 23 || minutes_off > 59) return no_time(whole);
    offset_minutes = sign * (hours_off * 60 + minutes_off);
  }
  if (!text.empty()) return no_time(whole);
  return Time{std::chrono::sys_days{date}} + std::chrono::hours{hour} +
         std::chrono::minutes{minute - offset_minutes} + std::chrono::seconds{second} +
         Duration{micros};
}

std::string to_text(Duration duration) {
  const std::int64_t micros = duration.count();
  if (micros < 0) return "-" + to_text(Duration{-micros});
  struct Unit {
    std::int64_t micros;
    const char* name;
  };
  constexpr Unit units[] = {{86'400'000'000, "d"}, {3'600'000'000, "h"}, {60'000'000, "m"},
                            {1'000'000, "s"},      {1'000, "ms"},        {1, "us"}};
  for (const Unit& unit : units) {
    if (micros < unit.micros) continue;
    const std::int64_t tenths = micros * 10 / unit.micros;
    std::string text = std::to_string(tenths / 10);
    if (tenths % 10 != 0 && tenths < 1000) text += "." + std::to_string(tenths % 10);
    return text + unit.name;
  }
  return "0s";
}

Result<Duration> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  const std::int64_t scale = unit == "us"   ? 1
                             : unit == "ms" ? 1'000
                             : unit == "s"  ? 1'000'000
                             : unit == "m"  ? 60'000'000
                             : unit == "h"  ? 3'600'000'000
                             : unit == "d"  ? 86'400'000'000
                                            : 0;
  std::int64_t micros = 0;
  if (error != std::errc{} || count < 0 || scale == 0 ||
      __builtin_mul_overflow(count, scale, &micros)) {
    return fail(ErrorCode::malformed, "'" + std::string{text.substr(0, 40)} +
                                          "' is no duration; write a number and a unit: 500us, "
                                          "250ms, 30s, 10m, 20h, 180d");
  }
  return Duration{micros};
}

}  // namespace paysaga
