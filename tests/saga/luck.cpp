#include "saga/luck.hpp"

#include <iterator>

#include <catch2/catch.hpp>

namespace paysaga::trial {

Leanings draw_leanings(Dice& dice, std::uint64_t cancels_every_max) {
  const LateSuccess policies[] = {LateSuccess::refund, LateSuccess::accept, LateSuccess::hold};
  const char* const favourites[] = {"pm_ok", "pm_ok", "pm_3ds", "pm_slow", "pm_declined"};
  Leanings leanings{};
  leanings.late_success = policies[dice.below(3)];
  leanings.faulty = !dice.one_in(4);
  leanings.favourite = favourites[dice.below(5)];
  leanings.command_every = 2 + dice.below(10);
  leanings.cancels_every = 2 + dice.below(cancels_every_max);
  return leanings;
}

void draw_faults(Oracle& oracle, Dice& dice, bool looks) {
  if (oracle.fates.empty() && dice.one_in(2)) {
    oracle.fates.push_back(static_cast<Fate>(dice.below(8)));
  }
  if (looks && oracle.look_fates.empty() && dice.one_in(3)) {
    oracle.look_fates.push_back(static_cast<Fate>(dice.below(8)));
  }
  if (oracle.refund_fates.empty() && dice.one_in(2)) {
    oracle.refund_fates.push_back(static_cast<RefundFate>(dice.below(4)));
  }
}

MethodId draw_method(Dice& dice, const char* favourite) {
  const char* const methods[] = {"pm_ok", "pm_declined", "pm_3ds", "pm_slow", "pm_gone"};
  return MethodId::of(dice.one_in(2) ? favourite : methods[dice.below(5)]);
}

Command draw_end(Dice& dice) {
  switch (dice.below(4)) {
    case 0:
      return command::PaymentCancel{"wish", dice.one_in(2)};
    case 1:
      return command::OrderCancel{"wish"};
    case 2:
      return command::OrderRejected{"closed"};
    default:
      return command::OrderDeliveryFailed{"nobody home"};
  }
}

Command draw_hold(Dice& dice) {
  if (dice.one_in(2)) return command::OrderHold{"the bank asks", ""};
  return command::OrderResume{"it is clear now", "OPS-7"};
}

AnswerInput take_answer(std::map<std::string, Answer>& in_flight, Dice& dice) {
  auto chosen = in_flight.begin();
  std::advance(chosen, static_cast<std::ptrdiff_t>(dice.below(in_flight.size())));
  AnswerInput input{chosen->first, chosen->second, "req_1", milliseconds{5}};
  in_flight.erase(chosen);
  return input;
}

void person_acts(Oracle& oracle, Dice& dice, Time now) {
  if (dice.one_in(2)) {
    static_cast<void>(oracle.finish_intents(!dice.one_in(3), now));
  } else {
    static_cast<void>(oracle.finish_refunds(!dice.one_in(3)));
  }
}

void check_final_status(const order::Order& order, const Oracle& oracle) {
  const std::int64_t charged = oracle.charged();
  switch (order.status) {
    case order::Status::fulfilled:
    case order::Status::pending:
      REQUIRE(charged > 0);
      REQUIRE(order.created);
      return;
    case order::Status::cancelled:
    case order::Status::expired:
      REQUIRE(charged == 0);
      return;
    case order::Status::refunded:
      REQUIRE(charged > 0);
      REQUIRE(oracle.given_back() == charged);
      return;
    case order::Status::refund_pending:
    case order::Status::refund_failed:  // A refund that a person had asked for.
      REQUIRE(order.asks_waiting);      // By the policy for late successes.
      return;
    case order::Status::partially_refunded:
    case order::Status::payment_pending:
    case order::Status::payment_processing:
    case order::Status::payment_failed:
      FAIL("the order has not come to its end");
  }
}

void check_every_end(std::map<order::Status, int>& ends) {
  for (const order::Status status :
       {order::Status::pending, order::Status::fulfilled, order::Status::cancelled,
        order::Status::expired, order::Status::refunded, order::Status::refund_pending}) {
    CAPTURE(to_text(status));
    CHECK(ends[status] > 0);
  }
}

}  // namespace paysaga::trial
