#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "paysaga/saga/result.hpp"

namespace paysaga::sim::stripe {

/// The parameters of a request: `a=1&metadata[order_id]=o1&expand[]=x`, decoded, in their order.
/// Names keep their brackets; an index in brackets is dropped, so `expand[0]` reads as `expand[]`.
class Form {
 public:
  using Parameter = std::pair<std::string, std::string>;
  static constexpr std::size_t parameters_max = 512;

  Form() = default;
  /// Errors: malformed (a bad percent sequence, no UTF-8, too many parameters).
  [[nodiscard]] static Result<Form> parse(std::string_view text);

  [[nodiscard]] const std::vector<Parameter>& parameters() const { return parameters_; }
  /// The last value of `name`; none if it is absent.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  /// The last value of `name`; none if it is absent or empty, which means the same to Stripe.
  [[nodiscard]] std::optional<std::string_view> value(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;
  /// True if some parameter starts with `prefix`.
  [[nodiscard]] bool any(std::string_view prefix) const;
  /// The same for the same parameters in any order.
  [[nodiscard]] std::uint64_t digest() const;

 private:
  std::vector<Parameter> parameters_;
};

/// Undoes percent encoding; `+` is a space. Errors: malformed.
[[nodiscard]] Result<std::string> percent_decode(std::string_view text);

}  // namespace paysaga::sim::stripe
