#include "paysaga/actors/breaker.hpp"

#include <catch2/catch.hpp>

namespace paysaga::actors {
namespace {

const Time start = time_from_micros(1'750'000'000'000'000);
const Answer unreached = answer::NotSent{"connection refused", std::nullopt, false, false};
const Answer busy = answer::NotSent{"429", std::nullopt, false, true};
const Answer unknown = answer::Unknown{"timeout"};
const Answer unauthorized = answer::Unauthorized{"401"};

bool allows(Breaker& breaker, Time now) {
  if (!breaker.would_allow(now)) return false;
  breaker.begin();
  return true;
}

}  // namespace

TEST_CASE("breaker: opens when the provider is not there, or does not know us", "[actors]") {
  struct Row {
    const char* what;
    std::vector<Answer> answers;
    bool open;
  };
  const Row rows[] = {
      {"nothing yet", {}, false},
      {"four in a row", {4, unreached}, false},
      {"five in a row", {5, unreached}, true},
      {"the provider itself said no", {9, busy}, false},
      {"what is unknown did reach it", {9, unknown}, false},
      {"an answer between", {unreached, unreached, unreached, busy, unreached, unreached}, false},
      {"a wrong key, once", {unauthorized}, true},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Breaker breaker;
    for (const Answer& answer : row.answers) breaker.answered(answer, start);
    CHECK(breaker.open() == row.open);
    CHECK(allows(breaker, start) == !row.open);
  }
}

TEST_CASE("breaker: one probe after each wait, which doubles up to its limit", "[actors]") {
  Breaker breaker;
  for (int i = 0; i < 5; ++i) breaker.answered(unreached, start);
  Time now = start;
  for (const Duration wait :
       {milliseconds{500}, milliseconds{1'000}, milliseconds{2'000}, milliseconds{4'000},
        milliseconds{8'000}, milliseconds{16'000}, milliseconds{30'000}, milliseconds{30'000}}) {
    INFO(to_text(wait));
    CHECK(breaker.retry_after(now) == wait);
    now += wait - Duration{1};
    CHECK_FALSE(allows(breaker, now));
    now += Duration{1};
    CHECK(allows(breaker, now));
    CHECK_FALSE(allows(breaker, now));  // The probe is under way.
    breaker.answered(unreached, now);
  }
  now += seconds{30};
  REQUIRE(allows(breaker, now));
  breaker.answered(busy, now);
  CHECK_FALSE(breaker.open());
  CHECK(allows(breaker, now));
  CHECK(allows(breaker, now));
}

TEST_CASE("breaker: an answer that tells it nothing lets the next probe go", "[actors]") {
  Breaker breaker;
  breaker.answered(unauthorized, start);
  const Time later = start + seconds{1};
  REQUIRE(allows(breaker, later));
  CHECK_FALSE(breaker.would_allow(later));
  breaker.told_nothing();
  CHECK(breaker.open());
  CHECK(breaker.would_allow(later));
}

}  // namespace paysaga::actors
