#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "paysaga/saga/result.hpp"

namespace paysaga {

/// A currency that Stripe takes: three upper-case letters, only made by `parse`.
class Currency {
 public:
  /// Takes either case. Errors: malformed (unknown).
  [[nodiscard]] static Result<Currency> parse(std::string_view text);
  /// "EUR".
  [[nodiscard]] std::string_view text() const noexcept { return {letters_.data(), 3}; }
  /// How many decimals people write: 2 for EUR, 0 for JPY, 3 for KWD.
  [[nodiscard]] int decimals() const;
  friend auto operator<=>(const Currency&, const Currency&) = default;

 private:
  explicit Currency(std::array<char, 3> letters) : letters_{letters} {}
  std::array<char, 3> letters_;
};

/// What Stripe asks of amounts in one currency. Source: docs.stripe.com/currencies.
struct CurrencyRule {
  std::string_view letters;
  int decimals;                 // What `minor` counts: 10^-decimals.
  std::int64_t minor_multiple;  // `minor` is a multiple of this: 1, 10 (KWD), 100 (UGX, ISK).
  std::int64_t minor_min;       // Smallest charge; 1 where Stripe names none.
};
[[nodiscard]] std::span<const CurrencyRule> currency_rules();

/// An amount in one currency.
///
/// Units:  `minor` is exactly the integer that Stripe takes: cents for EUR, whole yen for JPY.
/// Range:  -2^63 .. 2^63-1; arithmetic is checked, never wraps.
struct Money {
  std::int64_t minor;
  Currency currency;
  friend bool operator==(const Money&, const Money&) = default;
};

/// The largest charge: 12 digits (cards).
inline constexpr std::int64_t charge_minor_max = 999'999'999'999;

/// Checks an amount to charge: positive, within Stripe's bounds, of the right multiple.
/// Errors: malformed, with a sentence that names the rule.
[[nodiscard]] Result<Money> make_charge(std::int64_t minor, Currency currency);
/// Checks an amount to refund: as a charge, without the minimum.
[[nodiscard]] Result<Money> make_refund(std::int64_t minor, Currency currency);

/// Errors: currency_mismatch, amount_overflow.
[[nodiscard]] Result<Money> add(Money a, Money b);
[[nodiscard]] Result<Money> subtract(Money a, Money b);

/// For people: "42.00 EUR", "5000 JPY".
[[nodiscard]] std::string to_text(const Money& money);

}  // namespace paysaga
