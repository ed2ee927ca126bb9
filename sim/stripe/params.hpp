#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "paysaga/saga/money.hpp"
#include "paysaga/sim/stripe/form.hpp"
#include "paysaga/sim/stripe/reply.hpp"

namespace paysaga::sim::stripe {

template <class T>
using Checked = tl::expected<T, ErrorReply>;

/// Refuses names that are not in `allowed`. A name that ends in `[` allows everything that starts
/// so. Errors: parameter_unknown, for what Stripe would take but the simulator does not do as well.
[[nodiscard]] Checked<void> check_names(const Form& form,
                                        std::span<const std::string_view> allowed);

/// Errors: parameter_missing, parameter_invalid_integer.
[[nodiscard]] Checked<std::int64_t> read_integer(const Form& form, std::string_view name);
/// An amount to charge; what is absent is taken from `present`, if it is given.
/// Errors: also amount_too_small, amount_too_large, unknown currencies.
[[nodiscard]] Checked<Money> read_charge(const Form& form,
                                         const std::optional<Money>& present = std::nullopt);
[[nodiscard]] Checked<bool> read_flag(const Form& form, std::string_view name, bool absent = false);
/// One of `values`, as the literal of that list; empty if absent.
[[nodiscard]] Checked<std::string_view> read_choice(const Form& form, std::string_view name,
                                                    std::span<const std::string_view> values);
/// At most `size_max` bytes; empty if absent.
[[nodiscard]] Checked<std::string> read_text(const Form& form, std::string_view name,
                                             std::size_t size_max);
/// `present`, changed as the form says. Errors: more than 50 keys, keys above 40 or values above
/// 500 characters.
[[nodiscard]] Checked<Metadata> read_metadata(const Form& form, const Metadata& present = {});

}  // namespace paysaga::sim::stripe
