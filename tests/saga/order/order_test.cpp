#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "saga/order/stage.hpp"

namespace paysaga::order::trial {
namespace {

/// What an order makes of each input. Inputs that come to the same stand in one text, with bars
/// between them.
struct Line {
  std::string inputs;
  std::string outcome;
};

const std::map<std::string, std::vector<Line>> table = {
    {"unknown",
     {
         {"order.cancel | order.rejected | order.delivery_failed | order.fulfilled",
          "parked order_unknown"},
         {"initiated | confirming | processing | action required | outcome known | "
          "command refused",
          "payment_processing"},
         {"ready | cancelled", "payment_pending"},
         {"authorized | completed | refunded in part | goodwill failed | goodwill "
          "forbidden | late accepted",
          "pending, ORDER_CREATED"},
         {"completed while a cancel waits",
          "refund_pending, ORDER_CANCELLED, PAYMENT_REFUND_INITIATED"},
         {"failed | failed for good", "payment_failed, ORDER_PAYMENT_FAILED"},
         {"cancelled for good | cancelled hold expired", "cancelled, ORDER_CANCELLED"},
         {"cancelled expired", "expired, ORDER_EXPIRED"},
         {"refunded | nothing left", "refunded, ORDER_EXPIRED, ORDER_REFUNDED"},
         {"compensation failed | compensation stuck",
          "refund_failed, ORDER_EXPIRED; stuck compensation_stuck"},
         {"late refunded", "refund_pending, ORDER_EXPIRED"},
         {"late held", "refund_pending, ORDER_EXPIRED, HELD; held"},
         {"outcome unknown", "payment_processing; stuck outcome_unknown"},
         {"overtaken", "ignored: overtaken"},
         {"of a newer version", "ignored: contradicts what is known"},
     }},
    {"payment_pending",
     {
         {"order.cancel | order.rejected",
          "payment_processing, ORDER_CANCELLED, payment.cancel final"},
         {"order.delivery_failed | order.fulfilled", "refused payment_pending"},
         {"initiated | confirming | processing | action required", "payment_processing"},
         {"ready | cancelled | outcome known | command refused", "payment_pending"},
         {"authorized | completed | refunded in part | goodwill failed | goodwill "
          "forbidden | late accepted",
          "pending, ORDER_CREATED"},
         {"completed while a cancel waits",
          "refund_pending, ORDER_CANCELLED, PAYMENT_REFUND_INITIATED"},
         {"failed | failed for good", "payment_failed, ORDER_PAYMENT_FAILED"},
         {"cancelled for good | cancelled hold expired", "cancelled, ORDER_CANCELLED"},
         {"cancelled expired", "expired, ORDER_EXPIRED"},
         {"refunded | nothing left", "refunded, ORDER_EXPIRED, ORDER_REFUNDED"},
         {"compensation failed | compensation stuck",
          "refund_failed, ORDER_EXPIRED; stuck compensation_stuck"},
         {"late refunded", "refund_pending, ORDER_EXPIRED"},
         {"late held", "refund_pending, ORDER_EXPIRED, HELD; held"},
         {"outcome unknown", "payment_pending; stuck outcome_unknown"},
         {"overtaken", "ignored: overtaken"},
         {"of a newer version", "ignored: contradicts what is known"},
     }},
    {"payment_processing",
     {
         {"order.cancel | order.rejected",
          "payment_processing, ORDER_CANCELLED, payment.cancel final"},
         {"order.delivery_failed | order.fulfilled", "refused payment_processing"},
         {"initiated | confirming | processing | action required | outcome known | "
          "command refused",
          "payment_processing"},
         {"ready | cancelled", "payment_pending"},
         {"authorized | completed | refunded in part | goodwill failed | goodwill "
          "forbidden | late accepted",
          "pending, ORDER_CREATED"},
         {"completed while a cancel waits",
          "refund_pending, ORDER_CANCELLED, PAYMENT_REFUND_INITIATED"},
         {"failed | failed for good", "payment_failed, ORDER_PAYMENT_FAILED"},
         {"cancelled for good | cancelled hold expired", "cancelled, ORDER_CANCELLED"},
         {"cancelled expired", "expired, ORDER_EXPIRED"},
         {"refunded | nothing left", "refunded, ORDER_EXPIRED, ORDER_REFUNDED"},
         {"compensation failed | compensation stuck",
          "refund_failed, ORDER_EXPIRED; stuck compensation_stuck"},
         {"late refunded", "refund_pending, ORDER_EXPIRED"},
         {"late held", "refund_pending, ORDER_EXPIRED, HELD; held"},
         {"outcome unknown", "payment_processing; stuck outcome_unknown"},
         {"overtaken", "ignored: overtaken"},
         {"of a newer version", "ignored: contradicts what is known"},
     }},
    {"payment_failed",
     {
         {"order.cancel | order.rejected",
          "payment_processing, ORDER_CANCELLED, payment.cancel final"},
         {"order.delivery_failed | order.fulfilled", "refused payment_failed"},
         {"initiated | confirming | processing | action required", "payment_processing"},
         {"ready | cancelled", "payment_pending"},
         {"authorized | completed | refunded in part | goodwill failed | goodwill "
          "forbidden | late accepted",
          "pending, ORDER_CREATED"},
         {"completed while a cancel waits",
          "refund_pending, ORDER_CANCELLED, PAYMENT_REFUND_INITIATED"},
         {"failed | failed for good", "payment_failed, ORDER_PAYMENT_FAILED"},
         {"cancelled for good | cancelled hold expired", "cancelled, ORDER_CANCELLED"},
         {"cancelled expired", "expired, ORDER_EXPIRED"},
         {"refunded | nothing left", "refunded, ORDER_EXPIRED, ORDER_REFUNDED"},
         {"compensation failed | compensation stuck",
          "refund_failed, ORDER_EXPIRED; stuck compensation_stuck"},
         {"late refunded", "refund_pending, ORDER_EXPIRED"},
         {"late held", "refund_pending, ORDER_EXPIRED, HELD; held"},
         {"outcome unknown", "payment_failed; stuck outcome_unknown"},
         {"outcome known | command refused", "payment_failed"},
         {"overtaken", "ignored: overtaken"},
         {"of a newer version", "ignored: contradicts what is known"},
     }},
    {"cancel waits",
     {
         {"order.cancel | order.rejected | initiated | confirming | processing | "
          "ready | action required | authorized | failed | failed for good | "
          "cancelled | outcome known | command refused",
          "payment_processing"},
         {"order.delivery_failed | order.fulfilled", "refused cancel_requested"},
         {"completed | completed while a cancel waits | refunded in part | goodwill "
          "forbidden | late accepted",
          "refund_pending, PAYMENT_REFUND_INITIATED"},
         {"cancelled for good | cancelled expired | cancelled hold expired", "cancelled"},
         {"refunded | nothing left", "refunded, ORDER_REFUNDED"},
         {"goodwill failed", "refund_failed, PAYMENT_REFUND_INITIATED; stuck compensation_stuck"},
         {"compensation failed | compensation stuck", "refund_failed; stuck compensation_stuck"},
         {"late refunded", "refund_pending"},
         {"late held", "refund_pending, HELD; held"},
         {"outcome unknown", "payment_processing; stuck outcome_unknown"},
         {"overtaken", "ignored: overtaken"},
         {"of a newer version", "ignored: contradicts what is known"},
     }},
    {"pending, authorized",
     {
         {"order.cancel | order.rejected | order.delivery_failed",
          "pending, ORDER_CANCELLED, payment.cancel final"},
         {"order.fulfilled", "refused not_captured"},
         {"initiated | confirming | processing | action required", "payment_processing"},
         {"ready | cancelled", "payment_pending"},
         {"authorized | completed | refunded in part | goodwill failed | goodwill "
          "forbidden | late accepted | outcome known | command refused",
          "pending"},
         {"completed while a cancel waits",
          "refund_pending, ORDER_CANCELLED, PAYMENT_REFUND_INITIATED"},
         {"failed | failed for good", "payment_failed, ORDER_PAYMENT_FAILED"},
         {"cancelled for good", "cancelled, ORDER_CANCELLED"},
         {"cancelled expired", "expired, ORDER_EXPIRED"},
         {"cancelled hold expired", "pending; stuck authorization_lost"},
         {"refunded | nothing left", "refunded, ORDER_EXPIRED, ORDER_REFUNDED"},
         {"compensation failed | compensation stuck",
          "refund_failed, ORDER_EXPIRED; stuck compensation_stuck"},
         {"late refunded", "refund_pending, ORDER_EXPIRED"},
         {"late held", "refund_pending, ORDER_EXPIRED, HELD; held"},
         {"outcome unknown", "pending; stuck outcome_unknown"},
         {"overtaken", "ignored: overtaken"},
         {"of a newer version", "ignored: contradicts what is known"},
     }},
    {"pending",
     {
         {"order.cancel | order.rejected | order.delivery_failed",
          "refund_pending, ORDER_CANCELLED, PAYMENT_REFUND_INITIATED"},
         {"order.fulfilled", "fulfilled, ORDER_FULFILLED"},
         {"initiated | confirming | processing | ready | action required | authorized "
          "| failed | failed for good | cancelled | cancelled for good | cancelled "
          "expired | cancelled hold expired | of a newer version",
          "ignored: contradicts what is known"},
         {"completed | completed while a cancel waits | refunded in part | refunded | "
          "goodwill failed | goodwill forbidden | compensation failed | compensation "
          "stuck | nothing left | late refunded | late accepted | late held | outcome "
          "known | command refused",
          "pending"},
         {"outcome unknown", "pending; stuck outcome_unknown"},
         {"overtaken", "ignored: overtaken"},
     }},
    {"fulfilled",
     {
         {"order.cancel | order.rejected | order.delivery_failed | order.fulfilled",
          "refused order_closed"},
         {"initiated | confirming | processing | ready | action required | authorized "
          "| failed | failed for good | cancelled | cancelled for good | cancelled "
          "expired | cancelled hold expired | of a newer version",
          "ignored: contradicts what is known"},
         {"completed | completed while a cancel waits | refunded in part | refunded | "
          "goodwill failed | goodwill forbidden | compensation failed | compensation "
          "stuck | nothing left | late refunded | late accepted | late held | outcome "
          "known | command refused",
          "fulfilled"},
         {"outcome unknown", "fulfilled; stuck outcome_unknown"},
         {"overtaken", "ignored: overtaken"},
     }},
    {"cancelled",
     {
         {"order.cancel | order.rejected | order.delivery_failed | order.fulfilled",
          "refused order_closed"},
         {"initiated | confirming | processing | ready | action required | authorized "
          "| failed | failed for good | cancelled | cancelled for good | cancelled "
          "expired | cancelled hold expired | outcome known | command refused",
          "cancelled"},
         {"completed | completed while a cancel waits | refunded in part | goodwill "
          "forbidden | late accepted",
          "refund_pending, PAYMENT_REFUND_INITIATED"},
         {"refunded | nothing left", "refunded, ORDER_REFUNDED"},
         {"goodwill failed", "refund_failed, PAYMENT_REFUND_INITIATED; stuck compensation_stuck"},
         {"compensation failed | compensation stuck", "refund_failed; stuck compensation_stuck"},
         {"late refunded", "refund_pending"},
         {"late held", "refund_pending, HELD; held"},
         {"outcome unknown", "cancelled; stuck outcome_unknown"},
         {"overtaken", "ignored: overtaken"},
         {"of a newer version", "ignored: contradicts what is known"},
     }},
    {"expired",
     {
         {"order.cancel | order.rejected | order.delivery_failed | order.fulfilled",
          "refused order_closed"},
         {"initiated | confirming | processing | ready | action required | authorized "
          "| failed | failed for good | cancelled | cancelled for good | cancelled "
          "expired | cancelled hold expired | outcome known | command refused",
          "expired"},
         {"completed | completed while a cancel waits | refunded in part | goodwill "
          "forbidden",
          "refund_pending, PAYMENT_REFUND_INITIATED"},
         {"refunded | nothing left", "refunded, ORDER_REFUNDED"},
         {"goodwill failed", "refund_failed, PAYMENT_REFUND_INITIATED; stuck compensation_stuck"},
         {"compensation failed | compensation stuck", "refund_failed; stuck compensation_stuck"},
         {"late refunded", "refund_pending"},
         {"late accepted", "pending, ORDER_CREATED"},
         {"late held", "refund_pending, HELD; held"},
         {"outcome unknown", "expired; stuck outcome_unknown"},
         {"overtaken", "ignored: overtaken"},
         {"of a newer version", "ignored: contradicts what is known"},
     }},
    {"refund_pending",
     {
         {"order.cancel | order.rejected | completed | completed while a cancel waits "
          "| refunded in part | goodwill forbidden | late refunded | late accepted | "
          "late held | outcome known | command refused",
          "refund_pending"},
         {"order.delivery_failed | order.fulfilled", "refused cancel_requested"},
         {"initiated | confirming | processing | ready | action required | authorized "
          "| failed | failed for good | cancelled | cancelled for good | cancelled "
          "expired | cancelled hold expired | of a newer version",
          "ignored: contradicts what is known"},
         {"refunded | nothing left", "refunded, ORDER_REFUNDED"},
         {"goodwill failed | compensation failed | compensation stuck",
          "refund_failed; stuck compensation_stuck"},
         {"outcome unknown", "refund_pending; stuck outcome_unknown"},
         {"overtaken", "ignored: overtaken"},
     }},
    {"refund_pending, paid late",
     {
         {"order.cancel | order.rejected | late refunded", "refund_pending"},
         {"order.delivery_failed | order.fulfilled", "refused refund_pending"},
         {"initiated | confirming | processing | ready | action required | authorized "
          "| failed | failed for good | cancelled | cancelled for good | cancelled "
          "expired | cancelled hold expired | of a newer version",
          "ignored: contradicts what is known"},
         {"completed | completed while a cancel waits | refunded in part | goodwill "
          "forbidden | late accepted | late held | outcome known | command refused",
          "refund_pending, PAYMENT_REFUND_INITIATED"},
         {"refunded | nothing left", "refunded, ORDER_REFUNDED"},
         {"goodwill failed", "refund_failed, PAYMENT_REFUND_INITIATED; stuck compensation_stuck"},
         {"compensation failed | compensation stuck", "refund_failed; stuck compensation_stuck"},
         {"outcome unknown", "refund_pending, PAYMENT_REFUND_INITIATED; stuck outcome_unknown"},
         {"overtaken", "ignored: overtaken"},
     }},
    {"refund_failed",
     {
         {"order.cancel | order.rejected | completed | completed while a cancel waits "
          "| refunded in part | goodwill failed | goodwill forbidden | compensation "
          "failed | compensation stuck | late refunded | late accepted | late held | "
          "outcome unknown | outcome known | command refused",
          "refund_failed; stuck compensation_stuck"},
         {"order.delivery_failed | order.fulfilled", "refused cancel_requested"},
         {"initiated | confirming | processing | ready | action required | authorized "
          "| failed | failed for good | cancelled | cancelled for good | cancelled "
          "expired | cancelled hold expired | of a newer version",
          "ignored: contradicts what is known"},
         {"refunded | nothing left", "refunded, ORDER_REFUNDED"},
         {"overtaken", "ignored: overtaken"},
     }},
    {"refunded",
     {
         {"order.cancel | order.rejected | order.delivery_failed | order.fulfilled",
          "refused order_closed"},
         {"initiated | confirming | processing | ready | action required | authorized "
          "| failed | failed for good | cancelled | cancelled for good | cancelled "
          "expired | cancelled hold expired | of a newer version",
          "ignored: contradicts what is known"},
         {"completed | completed while a cancel waits | refunded in part | late "
          "accepted | late held",
          "refund_failed, PAYMENT_REFUND_INITIATED; stuck compensation_stuck"},
         {"refunded | goodwill failed | goodwill forbidden | nothing left | outcome "
          "known | command refused",
          "refunded"},
         {"compensation failed | compensation stuck | late refunded",
          "refund_failed; stuck compensation_stuck"},
         {"outcome unknown", "refunded; stuck outcome_unknown"},
         {"overtaken", "ignored: overtaken"},
     }},
    {"partially_refunded",
     {
         {"order.cancel | order.rejected | order.delivery_failed | order.fulfilled",
          "refused order_closed"},
         {"initiated | confirming | processing | ready | action required | authorized "
          "| failed | failed for good | cancelled | cancelled for good | cancelled "
          "expired | cancelled hold expired | of a newer version",
          "ignored: contradicts what is known"},
         {"completed | completed while a cancel waits | late accepted | late held",
          "refund_failed, PAYMENT_REFUND_INITIATED; stuck compensation_stuck"},
         {"refunded in part | goodwill failed | goodwill forbidden | outcome known | "
          "command refused",
          "partially_refunded"},
         {"refunded | nothing left", "refunded, ORDER_REFUNDED"},
         {"compensation failed | compensation stuck | late refunded",
          "refund_failed; stuck compensation_stuck"},
         {"outcome unknown", "partially_refunded; stuck outcome_unknown"},
         {"overtaken", "ignored: overtaken"},
     }},
};

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  const std::string bar = " | ";
  for (std::size_t at = 0; at != std::string::npos;) {
    const std::size_t end = text.find(bar, at);
    parts.push_back(text.substr(at, end == std::string::npos ? end : end - at));
    at = end == std::string::npos ? end : end + bar.size();
  }
  return parts;
}

}  // namespace

TEST_CASE("order: every status answers every kind of input as its row says", "[saga][order]") {
  std::set<Status> statuses;
  for (const auto& [name, order] : all_orders()) {
    CAPTURE(name);
    REQUIRE(check(order).value_or("") == "");
    statuses.insert(order.status);
    std::map<std::string, std::string> expected;
    for (const Line& line : table.at(name)) {
      for (const std::string& input : split(line.inputs)) {
        REQUIRE(expected.emplace(input, line.outcome).second);
      }
    }
    const auto inputs = all_inputs(order);
    REQUIRE(expected.size() == inputs.size());
    for (const auto& [input_name, input] : inputs) {
      CAPTURE(input_name);
      REQUIRE(expected.contains(input_name));
      CHECK(outcome_of(order, input) == expected[input_name]);
    }
  }
  CHECK(table.size() == all_orders().size());
  CHECK(statuses.size() == static_cast<std::size_t>(Status::partially_refunded) + 1);
}

}  // namespace paysaga::order::trial
