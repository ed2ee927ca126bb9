#include "paysaga/saga/money.hpp"

#include <algorithm>
#include <limits>

#include <catch2/catch.hpp>

namespace paysaga {
namespace {

Currency currency(const char* letters) {
  return Currency::parse(letters).value();
}

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

}  // namespace

TEST_CASE("money: the currency table is sorted, whole and consistent", "[saga][money]") {
  const auto rules = currency_rules();
  CHECK(rules.size() >= 130);
  CHECK(std::ranges::is_sorted(rules, std::ranges::less_equal{}, &CurrencyRule::letters));
  for (const CurrencyRule& rule : rules) {
    CAPTURE(rule.letters);
    CHECK(Currency::parse(rule.letters).value().text() == rule.letters);
    CHECK((rule.decimals == 0 || rule.decimals == 2 || rule.decimals == 3));
    CHECK(rule.minor_multiple >= 1);
    CHECK(rule.minor_min >= 1);
    CHECK(rule.minor_min % rule.minor_multiple == 0);
    // Three decimals, but the last digit is always 0.
    if (rule.decimals == 3) CHECK(rule.minor_multiple == 10);
  }
  // These have no minor unit at Stripe; ISK and UGX have one that is always 0.
  const char* const whole[] = {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA",
                               "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"};
  CHECK(std::ranges::count(rules, 0, &CurrencyRule::decimals) == std::ssize(whole));
  for (const char* letters : whole) CHECK(currency(letters).decimals() == 0);
}

TEST_CASE("money: a currency is read in either case and nothing else", "[saga][money]") {
  CHECK(Currency::parse("eur").value().text() == "EUR");
  CHECK(Currency::parse("Usd").value().text() == "USD");
  for (const char* text : {"", "EU", "EURO", "XXX", "E R", "EU\n", "978", "\xE2\x82\xAC"}) {
    CAPTURE(text);
    CHECK_FALSE(Currency::parse(text).has_value());
  }
}

TEST_CASE("money: a charge is within the provider's bounds", "[saga][money]") {
  struct Row {
    std::int64_t minor;
    const char* letters;
    const char* fault;  // A part of the message; empty if it is taken.
  };
  const Row rows[] = {
      {4200, "EUR", ""},
      {50, "EUR", ""},
      {49, "EUR", "below the minimum of 0.50 EUR"},
      {0, "EUR", "must be positive"},
      {-1, "EUR", "must be positive"},
      {least, "EUR", "must be positive"},
      {most, "EUR", "above the maximum"},
      {999'999'999'999, "EUR", ""},
      {1'000'000'000'000, "EUR", "above the maximum"},
      {30, "GBP", ""},
      {29, "GBP", "below the minimum"},
      {50, "JPY", ""},
      {49, "JPY", "below the minimum of 50 JPY"},
      {1230, "KWD", ""},
      {1234, "KWD", "multiple of 10"},
      {500, "UGX", ""},
      {550, "UGX", "multiple of 100"},
      {100, "ISK", ""},
      {150, "ISK", "multiple of 100"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.minor, row.letters);
    const Result<Money> made = make_charge(row.minor, currency(row.letters));
    CHECK(made.has_value() == std::string_view{row.fault}.empty());
    if (made) {
      CHECK(*made == Money{row.minor, currency(row.letters)});
    } else {
      CHECK(made.error().code == ErrorCode::malformed);
      CHECK(made.error().detail.find(row.fault) != std::string::npos);
    }
  }
}

// Source: docs.stripe.com/currencies, "Minimum and maximum charge amounts", written here by hand.
TEST_CASE("money: of every currency the smallest charge, the largest, and what is none",
          "[saga][money]") {
  struct Group {
    std::string_view letters;  // Three each, by spaces.
    std::int64_t minor_min;
    std::int64_t multiple;
  };
  const Group named[] = {
      {"USD EUR CAD AUD CHF BRL INR NZD SGD ZAR ILS PHP", 50, 1},
      {"GBP", 30, 1},
      {"AED MYR PLN RON", 200, 1},
      {"DKK", 250, 1},
      {"SEK NOK", 300, 1},
      {"HKD", 400, 1},
      {"MXN THB", 1'000, 1},
      {"CZK", 1'500, 1},
      {"HUF", 17'500, 1},
      {"JPY KRW", 50, 1},
      {"UGX ISK", 100, 100},
      {"BHD JOD KWD OMR TND", 10, 10},
  };
  const auto group_of = [&](std::string_view letters) {
    const auto* found = std::ranges::find_if(named, [&](const Group& group) {
      return group.letters.find(letters) != std::string_view::npos;
    });
    return found == std::end(named) ? Group{letters, 1, 1} : *found;
  };
  std::size_t seen = 0;
  for (const CurrencyRule& rule : currency_rules()) {
    CAPTURE(rule.letters);
    const Group group = group_of(rule.letters);
    seen += group.minor_min > 1 ? 1 : 0;
    const Currency of = Currency::parse(rule.letters).value();
    const auto charged = [&](std::int64_t minor) { return make_charge(minor, of).has_value(); };
    const std::int64_t largest = 999'999'999'999 / group.multiple * group.multiple;
    CHECK(charged(group.minor_min));
    CHECK_FALSE(charged(group.minor_min - group.multiple));
    CHECK(charged(largest));
    CHECK_FALSE(charged(largest + group.multiple));
    if (group.multiple > 1) CHECK_FALSE(charged(group.minor_min + 1));
    CHECK(make_refund(group.multiple, of).has_value());
    CHECK_FALSE(make_refund(largest + group.multiple, of).has_value());
  }
  CHECK(seen == 34);  // Every currency that is named above is in the table.
}

TEST_CASE("money: a refund may be smaller than the smallest charge", "[saga][money]") {
  CHECK(make_refund(1, currency("EUR")).has_value());
  CHECK(make_refund(10, currency("KWD")).has_value());
  CHECK_FALSE(make_refund(5, currency("KWD")).has_value());
  CHECK_FALSE(make_refund(0, currency("EUR")).has_value());
  CHECK_FALSE(make_refund(-5, currency("EUR")).has_value());
}

TEST_CASE("money: sums are checked and stay in one currency", "[saga][money]") {
  const Currency eur = currency("EUR");
  CHECK(add({1, eur}, {2, eur}).value().minor == 3);
  CHECK(subtract({1, eur}, {2, eur}).value().minor == -1);
  CHECK(add({1, eur}, {2, currency("USD")}).error().code == ErrorCode::currency_mismatch);
  CHECK(subtract({1, eur}, {2, currency("USD")}).error().code == ErrorCode::currency_mismatch);
  CHECK(add({most, eur}, {1, eur}).error().code == ErrorCode::amount_overflow);
  CHECK(add({least, eur}, {-1, eur}).error().code == ErrorCode::amount_overflow);
  CHECK(subtract({least, eur}, {1, eur}).error().code == ErrorCode::amount_overflow);
  CHECK(add({most, eur}, {least, eur}).value().minor == -1);
}

TEST_CASE("money: people read the decimals of its currency", "[saga][money]") {
  struct Row {
    std::int64_t minor;
    const char* letters;
    const char* text;
  };
  const Row rows[] = {
      {4200, "EUR", "42.00 EUR"},
      {5, "EUR", "0.05 EUR"},
      {0, "EUR", "0.00 EUR"},
      {-5, "EUR", "-0.05 EUR"},
      {-4200, "EUR", "-42.00 EUR"},
      {5000, "JPY", "5000 JPY"},
      {0, "JPY", "0 JPY"},
      {1230, "KWD", "1.230 KWD"},
      {10, "KWD", "0.010 KWD"},
      {least, "EUR", "-92233720368547758.08 EUR"},
      {most, "JPY", "9223372036854775807 JPY"},
  };
  for (const Row& row : rows) CHECK(to_text(Money{row.minor, currency(row.letters)}) == row.text);
}

}  // namespace paysaga
