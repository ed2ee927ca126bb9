#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "paysaga/sim/check/fold.hpp"

namespace paysaga::sim {

/// An order as the journals of the payments and of the orders say; the same saga twice where one
/// group runs both. An empty one where a journal does not know it.
struct Halves {
  const Saga& payments;
  const Saga& orders;
  bool quarantined;  // By either.
};

/// All orders, each with both of its machines: where two groups run them, put together.
///
/// Lifetime:  the folds outlive it.
class Wholes {
 public:
  /// Twice the same where one group runs both.
  Wholes(const Fold& payments, const Fold& orders) : payments_{payments}, orders_{orders} {}

  /// Calls `then` with the id and the halves of each.
  template <class F>
  void each(F&& then) const {
    for (const auto& [id, order] : payments_.orders()) {
      const Fold::Order* other = is_apart() ? orders_.find(id) : &order;
      then(id, halves_of(&order, other));
    }
    if (!is_apart()) return;
    for (const auto& [id, order] : orders_.orders()) {
      if (payments_.find(id) == nullptr) then(id, halves_of(nullptr, &order));
    }
  }
  /// Null if no journal has a state of it.
  [[nodiscard]] std::shared_ptr<const Saga> find(std::string_view id) const;
  [[nodiscard]] std::size_t count() const;

 private:
  [[nodiscard]] bool is_apart() const { return &payments_ != &orders_; }
  [[nodiscard]] Halves halves_of(const Fold::Order* payments, const Fold::Order* orders) const;

  const Fold& payments_;
  const Fold& orders_;
  Saga none_ = new_saga(OrderId::of("none"));
};

}  // namespace paysaga::sim
