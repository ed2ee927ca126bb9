#pragma once

#include <span>
#include <string_view>

#include "paysaga/sim/stripe/params.hpp"

namespace paysaga::sim::stripe {

/// A path that `expand[]` may name, and what it shows.
struct ExpandPath {
  std::string_view path;
  Expand shows;
};

/// What `expand[]` asks for; in lists every path begins with "data.".
/// Errors: a path that is not among `paths`, or deeper than Stripe goes.
[[nodiscard]] Checked<Expand> read_expand(const Form& form, std::span<const ExpandPath> paths,
                                          std::string_view prefix = {});

[[nodiscard]] std::span<const ExpandPath> intent_paths();
[[nodiscard]] std::span<const ExpandPath> charge_paths();
[[nodiscard]] std::span<const ExpandPath> refund_paths();
[[nodiscard]] std::span<const ExpandPath> dispute_paths();
[[nodiscard]] std::span<const ExpandPath> transaction_paths();
inline constexpr std::string_view in_list = "data.";

}  // namespace paysaga::sim::stripe
