#include "paysaga/actors/rates.hpp"

#include <algorithm>

namespace paysaga::actors {
namespace {

constexpr std::int64_t call = 1'000'000;    // Millionths.
constexpr std::int64_t second = 1'000'000;  // Microseconds.
constexpr std::int64_t share_least = 20;    // The rate never falls below this part of the whole.
constexpr Duration refused_wait_max = minutes{1};
constexpr Duration asleep_max = seconds{60};  // More fills no bucket any fuller.

std::int64_t since(Time then, Time now) {
  return std::clamp<Duration>(now - then, Duration{0}, asleep_max).count();
}

}  // namespace

Bucket::Bucket(int calls_a_second)
    : rate_max_{calls_a_second * call}, rate_low_{rate_max_}, tokens_{held_max()} {}

std::int64_t Bucket::held_max() const {
  return std::max(call, rate_max_ / 10);
}

std::int64_t Bucket::rate(Time now) const {
  if (!decreased_at_) return rate_max_;
  const std::int64_t gained = rate_max_ * since(*decreased_at_, now) / recovers_in.count();
  return std::min(rate_max_, rate_low_ + gained);
}

void Bucket::fill(Time now) {
  if (now <= filled_) return;
  tokens_ = std::min(held_max(), tokens_ + rate(now) * since(filled_, now) / second);
  filled_ = now;
}

bool Bucket::has(Time now) {
  return free_at(now) <= now;
}

void Bucket::take(Time now, int calls) {
  if (!limited()) return;
  fill(now);
  tokens_ -= calls * call;
}

Time Bucket::free_at(Time now) {
  if (!limited()) return now;
  fill(now);
  const Time open = std::max(now, closed_until_);
  if (tokens_ >= call) return open;
  const std::int64_t missing = (call - tokens_) * second;
  const std::int64_t a_second = rate(now);
  return std::max(open, now + Duration{(missing + a_second - 1) / a_second});
}

void Bucket::refused(Time now, Duration after) {
  if (!limited()) return;
  fill(now);
  tokens_ = std::min<std::int64_t>(tokens_, 0);
  closed_until_ = std::max(closed_until_, now + std::min(after, refused_wait_max));
  if (decreased_at_ && now < *decreased_at_ + decrease_every) return;
  rate_low_ = std::max({rate(now) / 2, rate_max_ / share_least, call});
  decreased_at_ = now;
}

std::int64_t Bucket::tokens(Time now) {
  fill(now);
  return tokens_;
}

Rates::Rates(RateLimits limits, std::size_t endpoints)
    : total_{limits.total}, each_(endpoints, Bucket{limits.endpoint}) {}

bool Rates::has(std::size_t endpoint, Time now) {
  return total_.has(now) && each_[endpoint].has(now);
}

void Rates::take(std::size_t endpoint, Time now, int calls) {
  total_.take(now, calls);
  each_[endpoint].take(now, calls);
}

Time Rates::free_at(std::size_t endpoint, Time now) {
  return std::max(total_.free_at(now), each_[endpoint].free_at(now));
}

void Rates::refused(std::size_t endpoint, Limit limit, std::optional<Duration> retry_after,
                    Time now) {
  const Duration after = retry_after.value_or(Duration{0});
  switch (limit) {
    case Limit::none:
    case Limit::lock:
    case Limit::resource:
      return;
    case Limit::global_rate:
    case Limit::global_concurrency:
      return total_.refused(now, after);
    case Limit::endpoint_rate:
    case Limit::endpoint_concurrency:
    case Limit::other:
      return each_[endpoint].refused(now, after);
  }
}

}  // namespace paysaga::actors
