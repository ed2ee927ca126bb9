#include "paysaga/sim/stripe/limiter.hpp"

#include <algorithm>
#include <charconv>

#include "paysaga/sim/stripe/json.hpp"

namespace paysaga::sim::stripe {
namespace {

struct Limit {
  std::string_view name;
  std::int64_t Limits::*member;
};
constexpr std::array limits{
    Limit{"global_rate", &Limits::global_rate},
    Limit{"endpoint_rate", &Limits::endpoint_rate},
    Limit{"search_rate", &Limits::search_rate},
    Limit{"global_concurrency", &Limits::global_concurrency},
    Limit{"endpoint_concurrency", &Limits::endpoint_concurrency},
    Limit{"updates_an_hour", &Limits::updates_an_hour},
    Limit{"locks", &Limits::locks},
};
constexpr std::int64_t limit_max = 1'000'000;
constexpr std::int64_t micros_a_second = 1'000'000;
/// Intents whose updates are counted; when there are more, all are forgotten.
constexpr std::size_t hours_max = 100'000;

}  // namespace

Result<Limits> Limits::named(std::string_view name) {
  Limits limits;
  if (name == "none") return limits;
  if (name != "sandbox" && name != "live") {
    return fail(ErrorCode::malformed, "limits are none, sandbox or live");
  }
  limits.global_rate = name == "live" ? 100 : 25;
  limits.endpoint_rate = 25;
  limits.search_rate = 20;
  limits.updates_an_hour = 1000;
  limits.locks = 1;
  return limits;
}

Result<void> Limits::change(const Form& form) {
  Limits changed = *this;
  for (const auto& [name, text] : form.parameters()) {
    const auto* const limit =
        std::find_if(stripe::limits.begin(), stripe::limits.end(),
                     [&name = name](const Limit& one) { return one.name == name; });
    if (limit == stripe::limits.end()) {
      return fail(ErrorCode::malformed, "unknown limit: " + name + "; there are " + names());
    }
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0 ||
        value > limit_max) {
      return fail(ErrorCode::malformed, name + " is a number from 0 (no limit) to 1000000");
    }
    changed.*limit->member = value;
  }
  *this = changed;
  return {};
}

std::string Limits::json() const {
  std::string out;
  JsonWriter json{out};
  json.open('{');
  for (const Limit& limit : stripe::limits) json.number(limit.name, this->*limit.member);
  json.close('}');
  return out;
}

std::string Limits::names() {
  std::string out;
  for (const Limit& limit : stripe::limits) {
    out += out.empty() ? "" : ", ";
    out += limit.name;
  }
  return out;
}

std::string_view to_text(LimitReason reason) {
  switch (reason) {
    case LimitReason::none:
    case LimitReason::locked:
      return "";
    case LimitReason::global_rate:
      return "global-rate";
    case LimitReason::endpoint_rate:
      return "endpoint-rate";
    case LimitReason::global_concurrency:
      return "global-concurrency";
    case LimitReason::endpoint_concurrency:
      return "endpoint-concurrency";
    case LimitReason::resource_specific:
      return "resource-specific";
  }
  ensure(false, "a limit has a reason");
  return {};
}

bool Limiter::Bucket::take(std::int64_t rate, Time now) {
  if (rate == 0) return true;
  const std::int64_t full = rate * micros_a_second;
  // More than a second fills it: the product stays small.
  const std::int64_t elapsed = std::min((now - filled).count(), micros_a_second);
  micro_tokens = std::min(full, micro_tokens + elapsed * rate);
  filled = now;
  if (micro_tokens < micros_a_second) return false;
  micro_tokens -= micros_a_second;
  return true;
}

LimitReason Limiter::check(Endpoint endpoint, std::string_view object, Time now) {
  const auto kind = static_cast<std::size_t>(endpoint);
  const std::int64_t rate = endpoint == Endpoint::search_intents && limits_.search_rate > 0
                                ? limits_.search_rate
                                : limits_.endpoint_rate;
  if (!all_.take(limits_.global_rate, now)) return LimitReason::global_rate;
  if (!each_[kind].take(rate, now)) return LimitReason::endpoint_rate;
  if (limits_.global_concurrency > 0 && under_way_ >= limits_.global_concurrency) {
    return LimitReason::global_concurrency;
  }
  if (limits_.endpoint_concurrency > 0 && under_way_each_[kind] >= limits_.endpoint_concurrency) {
    return LimitReason::endpoint_concurrency;
  }
  if (object.empty()) return LimitReason::none;
  if (limits_.updates_an_hour > 0) {
    if (hours_.size() >= hours_max) hours_.clear();
    Hour& hour = hours_.try_emplace(std::string{object}, Hour{now}).first->second;
    if (hour.begin + hours{1} <= now) hour = Hour{now};
    if (++hour.updates > limits_.updates_an_hour) return LimitReason::resource_specific;
  }
  if (limits_.locks > 0 && locked_.contains(object)) return LimitReason::locked;
  return LimitReason::none;
}

LimitReason Limiter::begin(Endpoint endpoint, std::string_view object, Time now) {
  const LimitReason reason = check(endpoint, object, now);
  if (reason != LimitReason::none) return reason;
  ++under_way_;
  ++under_way_each_[static_cast<std::size_t>(endpoint)];
  if (limits_.locks > 0 && !object.empty()) locked_.emplace(object);
  return LimitReason::none;
}

void Limiter::end(Endpoint endpoint, std::string_view object) {
  --under_way_;
  --under_way_each_[static_cast<std::size_t>(endpoint)];
  const auto locked = locked_.find(object);
  if (locked != locked_.end()) locked_.erase(locked);
}

}  // namespace paysaga::sim::stripe
