#include "paysaga/saga/order/settle.hpp"
#include "paysaga/saga/order/steps.hpp"

namespace paysaga::order {
namespace {

bool has_given_back(const Order& order) {
  return order.status == Status::refund_pending || order.status == Status::refund_failed ||
         order.status == Status::refunded || order.status == Status::partially_refunded;
}

}  // namespace

std::optional<std::string> check(const Order& order) {
  const MoneyTotals& money = order.payment.money;
  const auto broken = [](std::string rule) { return std::optional{std::move(rule)}; };
  if (money.captured < 0 || money.refunded < 0 || money.refunding < 0 || money.disputed < 0 ||
      money.lost < 0) {
    return broken("no total of an order is negative");
  }
  if (order.ended && !order.cancel_requested) {
    return broken("an order that ended has its cancel noted");
  }
  if (order.status == Status::fulfilled && (order.ended || !order.created)) {
    return broken("only an order that was created and has not ended is fulfilled");
  }
  if (order.status == Status::pending && !order.created) {
    return broken("the delivery runs only of an order that was created");
  }
  if (has_given_back(order) && money.captured == 0) {
    return broken("only captured money is given back");
  }
  const bool kept = money.captured > money.refunded + money.lost;
  if (order.status == Status::refunded && money.refunded < money.captured) {
    return broken("a refunded order has given everything back");
  }
  const bool nothing_kept = order.status == Status::cancelled || order.status == Status::expired;
  if (nothing_kept && kept) return broken("a closed order keeps no money");
  if (order.compensations > 0 && !order.ended && !has_given_back(order)) {
    return broken("only an ended order asks for its money back");
  }
  if ((order.status == Status::refund_failed) !=
      (order.stuck && order.stuck->reason == "compensation_stuck")) {
    return broken("a failed refund of an ended order is stuck, and nothing else is so");
  }
  return std::nullopt;
}

}  // namespace paysaga::order
