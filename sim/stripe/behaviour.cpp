#include "paysaga/sim/stripe/behaviour.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "paysaga/sim/stripe/json.hpp"

namespace paysaga::sim::stripe {
namespace {

struct Delay {
  std::string_view name;
  Duration Behaviour::*member;
  bool hastened;
};
constexpr std::array delays{
    Delay{"refund_after", &Behaviour::refund_after, true},
    Delay{"customer_min", &Behaviour::customer_min, false},
    Delay{"customer_max", &Behaviour::customer_max, false},
    Delay{"processing", &Behaviour::processing, true},
    Delay{"hold", &Behaviour::hold, false},
    Delay{"dispute_after", &Behaviour::dispute_after, true},
    Delay{"dispute_due", &Behaviour::dispute_due, true},
    Delay{"dispute_review", &Behaviour::dispute_review, true},
    Delay{"search_lag", &Behaviour::search_lag, false},
    Delay{"funds_after", &Behaviour::funds_after, true},
    Delay{"webhook_after", &Behaviour::webhook_after, false},
    Delay{"webhook_retry", &Behaviour::webhook_retry, true},
    Delay{"webhook_give_up", &Behaviour::webhook_give_up, true},
};

struct Rate {
  std::string_view name;
  double Behaviour::*member;
};
constexpr std::array rates{
    Rate{"customer_fails", &Behaviour::customer_fails},
    Rate{"customer_leaves", &Behaviour::customer_leaves},
    Rate{"dispute_won", &Behaviour::dispute_won},
};

/// Errors: malformed.
Result<double> read_rate(const std::string& name, const std::string& text) {
  double rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  if (error != std::errc{} || end != text.data() + text.size() || !(rate >= 0 && rate <= 1)) {
    return fail(ErrorCode::malformed, name + " is a rate from 0 to 1");
  }
  return rate;
}

}  // namespace

void Behaviour::hasten(std::int64_t speed) {
  for (const Delay& delay : delays) {
    if (delay.hastened) this->*delay.member /= std::max<std::int64_t>(speed, 1);
  }
}

Result<void> Behaviour::change(const Form& form) {
  Behaviour changed = *this;
  for (const auto& [name, value] : form.parameters()) {
    const auto named = [&name = name](const auto& one) { return one.name == name; };
    const auto* const delay = std::find_if(delays.begin(), delays.end(), named);
    const auto* const rate = std::find_if(rates.begin(), rates.end(), named);
    if (delay != delays.end()) {
      const Result<Duration> read = parse_duration(value);
      if (!read || *read < Duration{0}) {
        return fail(ErrorCode::malformed, name + " is a duration such as 30s");
      }
      changed.*delay->member = *read;
    } else if (rate != rates.end()) {
      const Result<double> read = read_rate(name, value);
      if (!read) return tl::unexpected{read.error()};
      changed.*rate->member = *read;
    } else {
      return fail(ErrorCode::malformed, "unknown behaviour: " + name + "; there are " + names());
    }
  }
  *this = changed;
  return {};
}

std::string Behaviour::json() const {
  std::string out;
  JsonWriter json{out};
  json.open('{');
  for (const Delay& delay : delays) json.text(delay.name, to_text(this->*delay.member));
  for (const Rate& rate : rates) json.raw(rate.name, fmt::format("{}", this->*rate.member));
  json.close('}');
  return out;
}

std::string Behaviour::form() const {
  std::string out;
  for (const Delay& delay : delays) {
    out += fmt::format("{}={}us&", delay.name, (this->*delay.member).count());
  }
  for (const Rate& rate : rates) out += fmt::format("{}={}&", rate.name, this->*rate.member);
  out.pop_back();
  return out;
}

std::string Behaviour::names() {
  std::string out;
  for (const Delay& delay : delays) out += fmt::format("{}, ", delay.name);
  for (const Rate& rate : rates) out += fmt::format("{}, ", rate.name);
  return out.substr(0, out.size() - 2);
}

}  // namespace paysaga::sim::stripe
