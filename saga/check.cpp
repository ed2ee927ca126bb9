#include <algorithm>

#include "paysaga/saga/verdict.hpp"

namespace paysaga {
namespace {

using Broken = std::optional<std::string>;

Broken check_commands(const Saga& saga) {
  for (auto seen = saga.seen.begin(); seen != saga.seen.end(); ++seen) {
    const bool twice = std::any_of(saga.seen.begin(), seen, [&](const Seen& other) {
      return other.id == seen->id && other.body_hash == seen->body_hash;
    });
    if (twice) return "a command is decided once: " + seen->id.text();
  }
  for (const Parked& parked : saga.parked) {
    if (std::ranges::any_of(saga.seen, [&](const Seen& seen) {
          return seen.id == parked.input.id && seen.body_hash == parked.input.body_hash;
        })) {
      return "a parked command is not decided yet: " + parked.input.id.text();
    }
    if (parked.until < parked.since) return "a parked command waits forward in time";
  }
  return std::nullopt;
}

Broken check_agreement(const payment::Payment& payment, const order::Order& order) {
  if (order.payment.sequence != payment.sequence) {
    return "the order has heard every event of its payment";
  }
  const bool captured = payment.money.captured > 0;
  if (captured != (order.payment.money.captured > 0)) {
    return "the order knows whether its money was taken";
  }
  if (order.payment.money.refunded != payment.money.refunded) {
    return "the order knows what was given back";
  }
  if (order.payment.money.disputed != payment.money.disputed ||
      order.payment.money.lost != payment.money.lost) {
    return "the order knows what is disputed and what was lost";
  }
  if (order.compensation && !std::ranges::any_of(payment.refunds, [&](const auto& refund) {
        return refund.id == *order.compensation;
      })) {
    return "a refund that the order waits for is known to its payment";
  }
  const bool unpaid =
      order.status == order::Status::cancelled || order.status == order::Status::expired;
  if (unpaid && !payment.operations.empty()) {
    return "nothing is under way for an order that kept nothing";
  }
  return std::nullopt;
}

Broken check_hold(const Saga& saga) {
  const order::Order& order = saga.order;
  if (!saga.hold) {
    if (order.asks_waiting) return "what an order asks waits only while it is held";
    return std::nullopt;
  }
  if (saga.hold->reason.empty()) return "a hold says why";
  if (saga.hold->since > saga.updated_at) return "a hold has begun";
  const bool known = saga.payment || order.payment.sequence > 0;
  if (!known) return "an order is held once it is known";
  if (!saga.hold->command && !order::is_open(order.status)) {
    return "what came too late is held only as long as it is kept";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> check(const Saga& saga, Roles roles) {
  if (saga.recent.size() > recent_max) return "the short history is bounded";
  if (auto broken = check_commands(saga)) return broken;
  if (auto broken = check_hold(saga)) return broken;
  if (auto broken = order::check(saga.order)) return broken;
  if (!runs_payments(roles)) {
    if (saga.payment) return "a node without payments holds none";
    return std::nullopt;
  }
  if (!saga.payment) {
    if (saga.order.payment.sequence != 0) return "an order has heard only of a payment that is";
    return std::nullopt;
  }
  if (auto broken = payment::check(*saga.payment)) return broken;
  if (!runs_orders(roles)) {
    if (saga.order != order::Order{}) return "a node without orders leaves the order alone";
    return std::nullopt;
  }
  return check_agreement(*saga.payment, saga.order);
}

}  // namespace paysaga
