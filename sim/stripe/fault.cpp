#include "paysaga/sim/stripe/fault.hpp"

#include <charconv>

#include <fmt/format.h>

#include "paysaga/sim/stripe/json.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::array<std::string_view, fault_kinds> fault_names{"none",
                                                                "drop_before_commit",
                                                                "drop_after_commit",
                                                                "error_500_saved",
                                                                "error_500_unsaved",
                                                                "rate_limit_429",
                                                                "lock_timeout_429",
                                                                "slow",
                                                                "truncated",
                                                                "html_502"};

constexpr std::array<std::string_view, delivery_fault_kinds> delivery_fault_names{
    "webhook_duplicate", "webhook_reorder", "webhook_delay", "webhook_lose", "webhook_early"};

constexpr std::int64_t delay_ms_max = 3'600'000;

Result<double> read_rate(std::string_view name, std::string_view text) {
  double rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  if (error != std::errc{} || end != text.data() + text.size() || !(rate >= 0 && rate <= 1)) {
    return fail(ErrorCode::malformed, std::string{name} + " is a rate from 0 to 1");
  }
  return rate;
}

Result<Duration> read_delay(std::string_view name, std::string_view text) {
  std::int64_t delay = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), delay);
  if (error != std::errc{} || end != text.data() + text.size() || delay < 0 ||
      delay > delay_ms_max) {
    return fail(ErrorCode::malformed,
                std::string{name} + " is a number of milliseconds, at most an hour");
  }
  return Duration{milliseconds{delay}};
}

/// The delay of that name; null if there is none.
Duration* find_delay(Faults& faults, std::string_view name) {
  if (name == "latency_ms") return &faults.latency;
  if (name == "jitter_ms") return &faults.jitter;
  if (name == "slow_min_ms") return &faults.slow_min;
  if (name == "slow_max_ms") return &faults.slow_max;
  if (name == "webhook_delay_min_ms") return &faults.delivery_delay_min;
  if (name == "webhook_delay_max_ms") return &faults.delivery_delay_max;
  return nullptr;
}

/// The rate of that name; null if there is none.
double* find_rate(Faults& faults, std::string_view name) {
  for (std::size_t kind = 1; kind < fault_kinds; ++kind) {
    if (fault_names[kind] == name) return &faults.rates[kind];
  }
  for (std::size_t kind = 0; kind < delivery_fault_kinds; ++kind) {
    if (delivery_fault_names[kind] == name) return &faults.delivery_rates[kind];
  }
  return nullptr;
}

std::int64_t ms_of(Duration duration) {
  return duration.count() / 1000;
}

}  // namespace

std::string_view to_text(Fault fault) {
  return fault_names.at(static_cast<std::size_t>(fault));
}

std::string_view to_text(DeliveryFault fault) {
  return delivery_fault_names.at(static_cast<std::size_t>(fault));
}

std::string Faults::names() {
  std::string out;
  for (std::size_t kind = 1; kind < fault_kinds; ++kind)
    out += fmt::format("{}, ", fault_names[kind]);
  for (const std::string_view name : delivery_fault_names) out += fmt::format("{}, ", name);
  return out.substr(0, out.size() - 2);
}

Result<void> Faults::change(const Form& form) {
  Faults changed = *this;
  for (const auto& [name, value] : form.parameters()) {
    if (Duration* delay = find_delay(changed, name)) {
      const Result<Duration> read = read_delay(name, value);
      if (!read) return tl::unexpected{read.error()};
      *delay = *read;
      continue;
    }
    double* const named = find_rate(changed, name);
    if (named == nullptr) {
      return fail(ErrorCode::malformed, "unknown fault: " + name + "; there are " + names());
    }
    const Result<double> rate = read_rate(name, value);
    if (!rate) return tl::unexpected{rate.error()};
    *named = *rate;
  }
  *this = changed;
  return {};
}

std::string Faults::json() const {
  std::string out;
  JsonWriter json{out};
  json.open('{');
  for (std::size_t kind = 1; kind < fault_kinds; ++kind) {
    json.raw(fault_names[kind], fmt::format("{}", rates[kind]));
  }
  for (std::size_t kind = 0; kind < delivery_fault_kinds; ++kind) {
    json.raw(delivery_fault_names[kind], fmt::format("{}", delivery_rates[kind]));
  }
  json.number("latency_ms", ms_of(latency));
  json.number("jitter_ms", ms_of(jitter));
  json.number("slow_min_ms", ms_of(slow_min));
  json.number("slow_max_ms", ms_of(slow_max));
  json.number("webhook_delay_min_ms", ms_of(delivery_delay_min));
  json.number("webhook_delay_max_ms", ms_of(delivery_delay_max));
  json.close('}');
  return out;
}

FaultDice::FaultDice(std::uint64_t seed)
    : latency_{Prng::stream(seed, "latency")}, effect_{Prng::stream(seed, "effect")} {
  for (const std::string_view name : fault_names) streams_.push_back(Prng::stream(seed, name));
}

Draw FaultDice::draw(const Faults& faults) {
  Draw draw;
  for (std::size_t kind = fault_kinds - 1; kind > 0; --kind) {
    // Every stream is drawn from for every request, hit or not, so that no rate moves another's.
    if (streams_[kind].chance(faults.rates[kind])) draw.fault = static_cast<Fault>(kind);
  }
  Prng& slow = streams_[0];
  const Duration extra{slow.between(faults.slow_min.count(), faults.slow_max.count())};
  draw.answer_after = faults.latency + Duration{latency_.between(0, faults.jitter.count())};
  if (draw.fault == Fault::slow) draw.answer_after += extra;
  draw.effective = effect_.chance(0.5);
  draw.effect_after = Duration{effect_.between(0, draw.answer_after.count())};
  return draw;
}

}  // namespace paysaga::sim::stripe
