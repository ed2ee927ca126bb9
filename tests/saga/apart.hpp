#pragma once

#include <array>
#include <deque>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "saga/play.hpp"

namespace paysaga::trial {

/// The same order at two groups of nodes: one runs its payment, the other the order, and they hear
/// of each other by the topics alone. A broken rule of either stops the test.
class Apart {
 public:
  Apart();

  /// Goes to the group whose command it is.
  void decide(const CommandInput& command);
  /// Goes to the group, whosever command it is.
  Decision decide(Roles roles, const decltype(Input::body)& body);
  /// Makes every call that is due and hears every topic, until nothing is left.
  void run();
  void pass(Duration duration);

  /// The topics on which something waits, in their order.
  [[nodiscard]] std::vector<Topic> waiting() const;
  /// The group that reads the topic hears its first record, and keeps it for `hear_again`.
  void hear(Topic topic);
  void hear_all();
  /// Something that was heard once comes again.
  void hear_again(std::size_t which);

  [[nodiscard]] Context context(Roles roles) const;
  [[nodiscard]] const MoneyTotals& money() const { return order.order.payment.money; }
  [[nodiscard]] std::string status() const { return status_text(order); }

  Saga payment;
  Saga order;
  Policy policy;
  Time now;
  std::uint64_t jitter = 0;
  Oracle oracle;
  bool orders_down = false;  // Then nobody hears the payment topics.
  std::vector<Event> payment_events;
  std::vector<Event> order_events;
  std::vector<std::pair<Topic, Input>> heard;

 private:
  void publish(const Decision& decision);
  void verify(Roles roles, const Input& input, const Decision& decision) const;
  void wake_due();
  [[nodiscard]] bool call_due();

  payment::trial::PlainEncoder encoder_;
  std::map<Topic, std::deque<Input>> topics_;
};

}  // namespace paysaga::trial
