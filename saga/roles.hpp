#pragma once

#include <string_view>

namespace paysaga {

/// The machines that a node runs. What one machine asks of the other goes over the topics where the
/// node runs only one of them, and stays inside of the decision where it runs both.
enum class Roles { both, payments, orders };

/// "payments,orders", "payments", "orders": as claims carry it.
[[nodiscard]] std::string_view to_text(Roles roles);

[[nodiscard]] constexpr bool runs_payments(Roles roles) {
  return roles != Roles::orders;
}
[[nodiscard]] constexpr bool runs_orders(Roles roles) {
  return roles != Roles::payments;
}

}  // namespace paysaga
