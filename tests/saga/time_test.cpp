#include "paysaga/saga/time.hpp"

#include <catch2/catch.hpp>

namespace paysaga {

TEST_CASE("time: is written and read as RFC 3339 in UTC", "[saga][time]") {
  struct Row {
    std::int64_t micros;
    const char* text;
  };
  const Row rows[] = {
      {0, "1970-01-01T00:00:00.000000Z"},
      {1, "1970-01-01T00:00:00.000001Z"},
      {1'769'847'300'000'001, "2026-01-31T08:15:00.000001Z"},
      {951'782'399'999'999, "2000-02-28T23:59:59.999999Z"},
      {951'782'400'000'000, "2000-02-29T00:00:00.000000Z"},
      {253'402'300'799'999'999, "9999-12-31T23:59:59.999999Z"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(to_text(time_from_micros(row.micros)) == row.text);
    CHECK(micros_of(parse_time(row.text).value()) == row.micros);
  }
}

TEST_CASE("time: reads any offset and up to nine digits of a second", "[saga][time]") {
  const Time moment = parse_time("2026-01-31T08:15:00Z").value();
  CHECK(parse_time("2026-01-31T09:15:00+01:00").value() == moment);
  CHECK(parse_time("2026-01-31T02:45:00-05:30").value() == moment);
  CHECK(parse_time("2026-01-31t08:15:00z").value() == moment);
  CHECK(parse_time("2026-02-01T00:14:00+15:59").value() == moment);
  CHECK(parse_time("2026-01-31T08:15:00.5Z").value() == moment + milliseconds{500});
  CHECK(parse_time("2026-01-31T08:15:00.123456789Z").value() == moment + Duration{123'456});
  CHECK(parse_time("2026-01-31T08:14:60Z").value() == moment);  // A leap second.
}

TEST_CASE("time: what is no time is refused", "[saga][time]") {
  const char* const texts[] = {"",
                               "now",
                               "2026-01-31",
                               "2026-01-31T08:15:00",
                               "2026-01-31 08:15:00Z",
                               "2026-02-29T08:15:00Z",
                               "2026-13-01T08:15:00Z",
                               "2026-00-01T08:15:00Z",
                               "2026-01-32T08:15:00Z",
                               "2026-01-31T24:15:00Z",
                               "2026-01-31T08:60:00Z",
                               "2026-01-31T08:15:61Z",
                               "2026-01-31T08:15:00.Z",
                               "2026-01-31T08:15:00.1234567890Z",
                               "2026-01-31T08:15:00Z ",
                               "2026-01-31T08:15:00+1:00",
                               "2026-01-31T08:15:00+24:00",
                               "1969-12-31T23:59:59Z",
                               "-026-01-31T08:15:00Z",
                               "20260-1-31T08:15:00Z"};
  for (const char* text : texts) {
    CAPTURE(text);
    const Result<Time> time = parse_time(text);
    CHECK_FALSE(time.has_value());
    if (!time) CHECK(time.error().code == ErrorCode::malformed);
  }
}

TEST_CASE("time: durations for people", "[saga][time]") {
  struct Row {
    Duration duration;
    const char* text;
  };
  const Row rows[] = {{Duration{0}, "0s"},
                      {Duration{7}, "7us"},
                      {milliseconds{250}, "250ms"},
                      {milliseconds{1500}, "1.5s"},
                      {seconds{59}, "59s"},
                      {minutes{12}, "12m"},
                      {hours{3}, "3h"},
                      {hours{48}, "2d"},
                      {hours{24 * 180}, "180d"},
                      {-seconds{5}, "-5s"},
                      {milliseconds{61'000}, "1m"}};
  for (const Row& row : rows) CHECK(to_text(row.duration) == row.text);
}

TEST_CASE("time: a duration is read with its unit", "[saga][time]") {
  struct Row {
    const char* text;
    Duration duration;
  };
  const Row rows[] = {{"500us", Duration{500}}, {"250ms", milliseconds{250}}, {"0s", Duration{0}},
                      {"30s", seconds{30}},     {"10m", minutes{10}},         {"20h", hours{20}},
                      {"180d", hours{24 * 180}}};
  for (const Row& row : rows) CHECK(parse_duration(row.text).value() == row.duration);
  for (const char* text : {"", "30", "s", "-5s", "1.5s", "30 s", "30sec", "+5s",
                           "99999999999999999999s", "9223372036854775807d"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

}  // namespace paysaga
