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
  std::string_view meaning;
};
constexpr std::array delays{
    Delay{"refund_after", &Behaviour::refund_after, true, "until a refund succeeds or fails later"},
    Delay{"customer_min", &Behaviour::customer_min, false, "3DS: the customer answers after this"},
    Delay{"customer_max", &Behaviour::customer_max, false, "and before this"},
    Delay{"processing", &Behaviour::processing, true, "until a bank answers a debit"},
    Delay{"hold", &Behaviour::hold, false, "until an authorization expires"},
    Delay{"dispute_after", &Behaviour::dispute_after, true, "from a charge to its dispute"},
    Delay{"dispute_due", &Behaviour::dispute_due, true, "a dispute without evidence is lost then"},
    Delay{"dispute_review", &Behaviour::dispute_review, true, "from the evidence to the verdict"},
    Delay{"search_lag", &Behaviour::search_lag, false, "until a search finds what was changed"},
    Delay{"funds_after", &Behaviour::funds_after, true, "until the money of a charge is available"},
    Delay{"webhook_after", &Behaviour::webhook_after, false, "from an answer to its events"},
    Delay{"webhook_retry", &Behaviour::webhook_retry, true,
          "the first pause; each is six times the one before"},
    Delay{"webhook_give_up", &Behaviour::webhook_give_up, true, "no retry later than this"},
};

struct Rate {
  std::string_view name;
  double Behaviour::*member;
  std::string_view meaning;
};
constexpr std::array rates{
    Rate{"customer_fails", &Behaviour::customer_fails, "3DS: does not pass"},
    Rate{"customer_leaves", &Behaviour::customer_leaves, "3DS: never answers by itself"},
    Rate{"dispute_won", &Behaviour::dispute_won, "when the evidence does not decide it"},
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

std::string Behaviour::manual() {
  const Behaviour initial;
  std::string out;
  for (const Delay& delay : delays) {
    out += fmt::format("  {:<16} {:>4}{}  {}\n", delay.name, to_text(initial.*delay.member),
                       delay.hastened ? "*" : " ", delay.meaning);
  }
  for (const Rate& rate : rates) {
    out += fmt::format("  {:<16} {:>4}   {}\n", rate.name, initial.*rate.member, rate.meaning);
  }
  return out;
}

}  // namespace paysaga::sim::stripe
