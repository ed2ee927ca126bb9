#pragma once

#include <string>

#include "paysaga/sim/stripe/params.hpp"

namespace paysaga::sim::stripe {

/// How an attempt to pay is made.
struct Attempt {
  bool off_session = false;      // The customer is not there.
  bool fails_on_action = false;  // error_on_requires_action.
  std::string return_url;
};

/// Errors: return_url, where a payment method may need one.
[[nodiscard]] Checked<Attempt> read_attempt(const Form& form, MethodTypes types);
[[nodiscard]] Checked<MethodTypes> read_types(const Form& form);
/// Empty if absent.
[[nodiscard]] Checked<std::string_view> read_capture_method(const Form& form);

}  // namespace paysaga::sim::stripe
