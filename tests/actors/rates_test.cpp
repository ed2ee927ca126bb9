#include "paysaga/actors/rates.hpp"

#include <catch2/catch.hpp>

namespace paysaga::actors {
namespace {

const Time start = time_from_micros(1'750'000'000'000'000);

/// How many calls go out in `lasting`, if one is tried each millisecond.
int sent(Rates& rates, std::size_t endpoint, Time& now, Duration lasting) {
  int count = 0;
  for (const Time end = now + lasting; now < end; now += milliseconds{1}) {
    if (!rates.has(endpoint, now)) continue;
    rates.take(endpoint, now);
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("rates: no second sees more than 1.1 times the rate", "[actors]") {
  struct Row {
    RateLimits limits;
    int most;
    int least;
  };
  const Row rows[] = {{{20, 22}, 22, 20}, {{20, 10}, 11, 10}, {{20, 0}, 22, 20},
                      {{0, 22}, 25, 22},  {{1, 1}, 2, 1},     {{0, 0}, 1'000, 1'000}};
  for (const Row& row : rows) {
    INFO(row.limits.endpoint << " and " << row.limits.total);
    Rates rates{row.limits, 2};
    Time now = start;
    for (int i = 0; i < 5; ++i) {
      const int count = sent(rates, 0, now, seconds{1});
      CHECK(count <= row.most);
      CHECK(count >= row.least);
    }
  }
}

TEST_CASE("rates: an endpoint that is out of tokens does not keep another from its own",
          "[actors]") {
  Rates rates{{5, 8}, 2};
  Time now = start;
  (void)sent(rates, 0, now, milliseconds{1});
  CHECK_FALSE(rates.has(0, now));
  CHECK(rates.free_at(0, now) > now);
  CHECK(rates.free_at(0, now) <= now + milliseconds{200});
  CHECK(rates.of(1).has(now));
}

TEST_CASE("rates: what a refusal by each reason slows down", "[actors]") {
  struct Row {
    Limit limit;
    std::int64_t endpoint;
    std::int64_t total;
  };
  const Row rows[] = {{Limit::global_rate, 20, 11},
                      {Limit::global_concurrency, 20, 11},
                      {Limit::endpoint_rate, 10, 22},
                      {Limit::other, 10, 22},
                      {Limit::endpoint_concurrency, 10, 22},
                      {Limit::resource, 20, 22},
                      {Limit::lock, 20, 22},
                      {Limit::none, 20, 22}};
  for (const Row& row : rows) {
    INFO(text_of(row.limit));
    Rates rates{{20, 22}, 2};
    for (int i = 0; i < 5; ++i) rates.refused(0, row.limit, std::nullopt, start);  // One burst.
    CHECK(rates.of(0).rate(start) == row.endpoint * 1'000'000);
    CHECK(rates.of(1).rate(start) == 20'000'000);
    CHECK(rates.total().rate(start) == row.total * 1'000'000);
  }
}

TEST_CASE("rates: refused again and again it slows to a floor, and recovers evenly", "[actors]") {
  Bucket bucket{20};
  Time now = start;
  for (int i = 0; i < 10; ++i, now += seconds{1}) bucket.refused(now, Duration{0});
  CHECK(bucket.rate(now) <= 2'400'000);
  CHECK(bucket.rate(now) >= 1'000'000);
  const std::int64_t low = bucket.rate(now);
  CHECK(bucket.rate(now + seconds{3}) == low + 2'000'000);
  CHECK(bucket.rate(now + seconds{60}) == 20'000'000);
  CHECK(bucket.rate(now + hours{100'000}) == 20'000'000);
}

TEST_CASE("rates: Retry-After is waited for, a minute at most; a pause fills no second bucket",
          "[actors]") {
  Bucket bucket{20};
  bucket.refused(start, seconds{3});
  CHECK_FALSE(bucket.has(start + seconds{3} - Duration{1}));
  CHECK(bucket.has(start + seconds{3}));
  CHECK(bucket.free_at(start) == start + seconds{3});
  bucket.refused(start + seconds{4}, hours{5});
  CHECK(bucket.has(start + seconds{64}));
  CHECK(bucket.tokens(start + hours{1}) == 2'000'000);
}

TEST_CASE("rates: a list of many pages is paid for afterwards", "[actors]") {
  Bucket bucket{10};
  bucket.take(start, 21);
  CHECK(bucket.free_at(start) == start + milliseconds{2'100});
  CHECK_FALSE(bucket.has(start + milliseconds{2'099}));
  CHECK(bucket.has(start + milliseconds{2'100}));
}

}  // namespace paysaga::actors
