#include "paysaga/saga/money.hpp"

#include <algorithm>
#include <iterator>

namespace paysaga {
namespace {

// Every presentment currency, sorted by its letters. The minimum is that of its settlement
// currency.
constexpr CurrencyRule rules[] = {
    {"AED", 2, 1, 200},   {"AFN", 2, 1, 1},     {"ALL", 2, 1, 1},   {"AMD", 2, 1, 1},
    {"ANG", 2, 1, 1},     {"AOA", 2, 1, 1},     {"ARS", 2, 1, 1},   {"AUD", 2, 1, 50},
    {"AWG", 2, 1, 1},     {"AZN", 2, 1, 1},     {"BAM", 2, 1, 1},   {"BBD", 2, 1, 1},
    {"BDT", 2, 1, 1},     {"BGN", 2, 1, 1},     {"BHD", 3, 10, 10}, {"BIF", 0, 1, 1},
    {"BMD", 2, 1, 1},     {"BND", 2, 1, 1},     {"BOB", 2, 1, 1},   {"BRL", 2, 1, 50},
    {"BSD", 2, 1, 1},     {"BWP", 2, 1, 1},     {"BYN", 2, 1, 1},   {"BZD", 2, 1, 1},
    {"CAD", 2, 1, 50},    {"CDF", 2, 1, 1},     {"CHF", 2, 1, 50},  {"CLP", 0, 1, 1},
    {"CNY", 2, 1, 1},     {"COP", 2, 1, 1},     {"CRC", 2, 1, 1},   {"CVE", 2, 1, 1},
    {"CZK", 2, 1, 1500},  {"DJF", 0, 1, 1},     {"DKK", 2, 1, 250}, {"DOP", 2, 1, 1},
    {"DZD", 2, 1, 1},     {"EGP", 2, 1, 1},     {"ETB", 2, 1, 1},   {"EUR", 2, 1, 50},
    {"FJD", 2, 1, 1},     {"FKP", 2, 1, 1},     {"GBP", 2, 1, 30},  {"GEL", 2, 1, 1},
    {"GIP", 2, 1, 1},     {"GMD", 2, 1, 1},     {"GNF", 0, 1, 1},   {"GTQ", 2, 1, 1},
    {"GYD", 2, 1, 1},     {"HKD", 2, 1, 400},   {"HNL", 2, 1, 1},   {"HTG", 2, 1, 1},
    {"HUF", 2, 1, 17500}, {"IDR", 2, 1, 1},     {"ILS", 2, 1, 50},  {"INR", 2, 1, 50},
    {"ISK", 2, 100, 100}, {"JMD", 2, 1, 1},     {"JOD", 3, 10, 10}, {"JPY", 0, 1, 50},
    {"KES", 2, 1, 1},     {"KGS", 2, 1, 1},     {"KHR", 2, 1, 1},   {"KMF", 0, 1, 1},
    {"KRW", 0, 1, 50},    {"KWD", 3, 10, 10},   {"KYD", 2, 1, 1},   {"KZT", 2, 1, 1},
    {"LAK", 2, 1, 1},     {"LBP", 2, 1, 1},     {"LKR", 2, 1, 1},   {"LRD", 2, 1, 1},
    {"LSL", 2, 1, 1},     {"MAD", 2, 1, 1},     {"MDL", 2, 1, 1},   {"MGA", 0, 1, 1},
    {"MKD", 2, 1, 1},     {"MMK", 2, 1, 1},     {"MNT", 2, 1, 1},   {"MOP", 2, 1, 1},
    {"MUR", 2, 1, 1},     {"MVR", 2, 1, 1},     {"MWK", 2, 1, 1},   {"MXN", 2, 1, 1000},
    {"MYR", 2, 1, 200},   {"MZN", 2, 1, 1},     {"NAD", 2, 1, 1},   {"NGN", 2, 1, 1},
    {"NIO", 2, 1, 1},     {"NOK", 2, 1, 300},   {"NPR", 2, 1, 1},   {"NZD", 2, 1, 50},
    {"OMR", 3, 10, 10},   {"PAB", 2, 1, 1},     {"PEN", 2, 1, 1},   {"PGK", 2, 1, 1},
    {"PHP", 2, 1, 50},    {"PKR", 2, 1, 1},     {"PLN", 2, 1, 200}, {"PYG", 0, 1, 1},
    {"QAR", 2, 1, 1},     {"RON", 2, 1, 200},   {"RSD", 2, 1, 1},   {"RUB", 2, 1, 1},
    {"RWF", 0, 1, 1},     {"SAR", 2, 1, 1},     {"SBD", 2, 1, 1},   {"SCR", 2, 1, 1},
    {"SEK", 2, 1, 300},   {"SGD", 2, 1, 50},    {"SHP", 2, 1, 1},   {"SLE", 2, 1, 1},
    {"SOS", 2, 1, 1},     {"SRD", 2, 1, 1},     {"STD", 2, 1, 1},   {"SZL", 2, 1, 1},
    {"THB", 2, 1, 1000},  {"TJS", 2, 1, 1},     {"TND", 3, 10, 10}, {"TOP", 2, 1, 1},
    {"TRY", 2, 1, 1},     {"TTD", 2, 1, 1},     {"TWD", 2, 1, 1},   {"TZS", 2, 1, 1},
    {"UAH", 2, 1, 1},     {"UGX", 2, 100, 100}, {"USD", 2, 1, 50},  {"UYU", 2, 1, 1},
    {"UZS", 2, 1, 1},     {"VND", 0, 1, 1},     {"VUV", 0, 1, 1},   {"WST", 2, 1, 1},
    {"XAF", 0, 1, 1},     {"XCD", 2, 1, 1},     {"XOF", 0, 1, 1},   {"XPF", 0, 1, 1},
    {"YER", 2, 1, 1},     {"ZAR", 2, 1, 50},    {"ZMW", 2, 1, 1},
};

const CurrencyRule* find_rule(std::string_view letters) {
  const auto* found = std::ranges::lower_bound(rules, letters, {}, &CurrencyRule::letters);
  return found != std::end(rules) && found->letters == letters ? found : nullptr;
}

Result<Money> check_amount(std::int64_t minor, Currency currency, std::int64_t minor_min) {
  const CurrencyRule& rule = *find_rule(currency.text());
  const std::string money = to_text(Money{minor, currency});
  if (minor <= 0) return fail(ErrorCode::malformed, "amount must be positive, got " + money);
  if (minor < minor_min) {
    return fail(ErrorCode::malformed, "amount " + money + " is below the minimum of " +
                                          to_text(Money{minor_min, currency}));
  }
  if (minor > charge_minor_max) {
    return fail(ErrorCode::malformed, "amount " + money + " is above the maximum of 12 digits");
  }
  if (minor % rule.minor_multiple != 0) {
    return fail(ErrorCode::malformed, "amount.minor " + std::to_string(minor) + " in " +
                                          std::string{currency.text()} + " must be a multiple of " +
                                          std::to_string(rule.minor_multiple));
  }
  return Money{minor, currency};
}

}  // namespace

std::span<const CurrencyRule> currency_rules() {
  return rules;
}

Result<Currency> Currency::parse(std::string_view text) {
  std::array<char, 3> letters{};
  if (text.size() == letters.size()) {
    std::ranges::transform(text, letters.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    if (find_rule({letters.data(), letters.size()}) != nullptr) return Currency{letters};
  }
  return fail(ErrorCode::malformed, "unknown currency; it is three letters as in EUR");
}

int Currency::decimals() const {
  return find_rule(text())->decimals;
}

Result<Money> make_charge(std::int64_t minor, Currency currency) {
  return check_amount(minor, currency, find_rule(currency.text())->minor_min);
}

Result<Money> make_refund(std::int64_t minor, Currency currency) {
  return check_amount(minor, currency, 1);
}

Result<Money> add(Money a, Money b) {
  if (a.currency != b.currency) return fail(ErrorCode::currency_mismatch, "add");
  std::int64_t minor = 0;
  if (__builtin_add_overflow(a.minor, b.minor, &minor)) {
    return fail(ErrorCode::amount_overflow, "add");
  }
  return Money{minor, a.currency};
}

Result<Money> subtract(Money a, Money b) {
  if (a.currency != b.currency) return fail(ErrorCode::currency_mismatch, "subtract");
  std::int64_t minor = 0;
  if (__builtin_sub_overflow(a.minor, b.minor, &minor)) {
    return fail(ErrorCode::amount_overflow, "subtract");
  }
  return Money{minor, a.currency};
}

std::string to_text(const Money& money) {
  const int decimals = money.currency.decimals();
  const bool negative = money.minor < 0;
  // Negating the smallest value would overflow; the unsigned difference does not.
  const std::uint64_t value = negative ? 0 - static_cast<std::uint64_t>(money.minor)
                                       : static_cast<std::uint64_t>(money.minor);
  std::string digits = std::to_string(value);
  const auto places = static_cast<std::size_t>(decimals);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  if (places > 0) digits.insert(digits.size() - places, 1, '.');
  return (negative ? "-" : "") + digits + " " + std::string{money.currency.text()};
}

}  // namespace paysaga
