#include "paysaga/sim/check/whole.hpp"

namespace paysaga::sim {

Halves Wholes::halves_of(const Fold::Order* payments, const Fold::Order* orders) const {
  const auto saga_of = [this](const Fold::Order* of) -> const Saga& {
    return of == nullptr || of->saga == nullptr ? none_ : *of->saga;
  };
  const auto is_stopped = [](const Fold::Order* of) { return of != nullptr && of->quarantined; };
  return {saga_of(payments), saga_of(orders), is_stopped(payments) || is_stopped(orders)};
}

std::shared_ptr<const Saga> Wholes::find(std::string_view id) const {
  const auto saga_in = [id](const Fold& fold) {
    const Fold::Order* order = fold.find(id);
    return order == nullptr ? nullptr : order->saga;
  };
  std::shared_ptr<const Saga> payments = saga_in(payments_);
  if (!is_apart()) return payments;
  const std::shared_ptr<const Saga> orders = saga_in(orders_);
  if (orders == nullptr) return payments;
  if (payments == nullptr) return orders;
  Saga whole = *payments;
  whole.order = orders->order;
  if (orders->hold) whole.hold = orders->hold;
  whole.seen.insert(whole.seen.end(), orders->seen.begin(), orders->seen.end());
  whole.parked.insert(whole.parked.end(), orders->parked.begin(), orders->parked.end());
  return std::make_shared<const Saga>(std::move(whole));
}

std::size_t Wholes::count() const {
  std::size_t count = 0;
  each([&](const std::string&, const Halves&) { ++count; });
  return count;
}

}  // namespace paysaga::sim
