#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "paysaga/saga/event.hpp"
#include "paysaga/saga/roles.hpp"
#include "paysaga/sim/world/plan.hpp"
#include "paysaga/sim/world/timeline.hpp"

namespace paysaga::sim {

/// The people of the simulated day: customers who pay, decline, cancel and try another card,
/// kitchens that reject, couriers that fail, a support desk that refunds. They act at times of
/// their own and on what is published, and know nothing of the engine.
///
/// An order's script depends on the seed and its number alone: fewer orders are the same first
/// ones.
class Customers {
 public:
  /// How a command gets in.
  struct Doors {
    /// Over HTTP: asked again, with the same id, until it is answered.
    std::function<void(const std::string& order, const std::string& id, const std::string& json)>
        ask;
    /// The same by an operator, who means the nodes of a role, where it is run apart.
    std::function<void(const std::string& order, const std::string& id, const std::string& json,
                       Roles of)>
        operate;
    /// Through a topic, as another producer does.
    std::function<void(const std::string& order, const std::string& id, const std::string& json)>
        put;
    /// Bytes that nobody can read, through a topic.
    std::function<void(const std::string& bytes, std::uint64_t where)> litter;
    /// At the payment service itself, with what a browser has: the intent that the order shows.
    std::function<void(const std::string& order)> pay;
    /// What the customer's bank does about a charge: dispute, inquire; escalate, win, lose.
    std::function<void(const std::string& order, const std::string& act)> dispute;
    /// A refund of so much, made at the payment service by somebody else.
    std::function<void(const std::string& order, std::int64_t minor)> give_back;
  };

  Customers(const Plan& plan, Timeline& timeline, Dice& dice, Doors doors);
  /// All orders are on their way from now on.
  void open();
  /// An event was published; repeats are passed over.
  void told(const Event& event);
  /// True once everybody has sent what they had to send of themselves.
  [[nodiscard]] bool done() const { return to_send_ == 0; }
  [[nodiscard]] static std::string order_id(std::uint32_t number);

 private:
  enum class Ending { fulfilled, rejected, delivery_failed, cancelled, left };
  struct Order {
    std::string id;
    Prng prng{0};
    std::int64_t minor = 0;
    std::string currency;
    std::vector<std::string> cards;  // Tried one after the other.
    std::size_t next_card = 0;
    Ending ending = Ending::fulfilled;
    int refunds = 0;
    bool again = false;  // Pays again after a cancel that was not final.
    Prng returns{0};     // Comes back when nobody waits for it.
    bool off_session = false;
    bool by_hand = false;  // Its money is held until the kitchen has begun.
    Prng captures{0};
    Prng holds{0};  // An operator's.
    int commands = 0;
  };

  void begin(std::uint32_t number);
  [[nodiscard]] Order make_order(std::uint32_t number) const;
  void interfere(Order& order);
  void initiate(Order& order);
  void pay_elsewhere(Order& order);
  void dispute(const Order& order);
  void refund_elsewhere(const Order& order);
  void come_back(Order& order, Duration after);
  void confirm(Order& order);
  void capture(Order& order);
  void hold(Order& order);
  void resume(Order& order, Roles of);
  void operate(Order& order, Duration after, const std::string& command, Roles of);
  void refund(Order& order);
  void end(Order& order);
  void send(Order& order, Duration after, const std::string& command, const std::string& fields);
  void deliver(const Order& order, bool by_topic, const std::string& id, const std::string& json);
  void later(Duration after, std::function<void()> what);
  [[nodiscard]] static std::string amount(std::int64_t minor, const std::string& currency);

  const Plan& plan_;
  Timeline& timeline_;
  Dice& dice_;
  Doors doors_;
  std::map<std::string, Order, std::less<>> orders_;
  std::set<std::string> heard_;  // Ids of events.
  std::uint64_t to_send_ = 0;
};

}  // namespace paysaga::sim
