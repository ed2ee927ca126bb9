#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "paysaga/saga/input.hpp"
#include "paysaga/sim/check/whole.hpp"

namespace paysaga::sim {

/// Checks at the end of a run that people got what they were told they would: who was granted an
/// end has the money back, a granted refund is of the amount that was asked for, nobody is given
/// back what nobody asked for, held money is taken only as somebody asked, what was delivered stays
/// delivered.
///
/// What it does not check: whether a refusal was right (the tables of tests/saga say that).
class WishCheck {
 public:
  WishCheck(const Wholes& orders, Findings& findings) : orders_{orders}, findings_{findings} {}
  /// Somebody sends a command, once or several times.
  void asked(const std::string& order, const CommandInput& input);
  /// The payment service sends that order a webhook of this id.
  void sent(const std::string& order, const std::string& news) { news_[order].insert(news); }
  void at_end(Time now);

 private:
  using Commands = std::map<std::string, Command>;  // By command id.
  /// What an order granted.
  struct Granted {
    bool end = false;             // Its money is to go back.
    bool payment_cancel = false;  // It goes back if it is taken meanwhile.
    bool fulfilled = false;
    std::vector<std::int64_t> captures;  // What may be taken of held money.
  };
  using Wrong = std::function<void(const std::string& what)>;

  void check_order(const Saga& saga, const Commands& commands, const std::set<std::string>& news,
                   Time now);
  static void check_end(const Saga& saga, const Granted& granted, const Wrong& wrong);
  static void grant(const Saga& saga, const std::string& id, const Command& command,
                    Granted& granted, const Wrong& wrong);
  static void check_capture(const Saga& saga, const Granted& granted, const Wrong& wrong);
  static void check_refunds(const Saga& saga, const Granted& granted, const Commands& commands,
                            const Wrong& wrong);

  const Wholes& orders_;
  std::map<std::string, Commands> asked_;              // By order.
  std::map<std::string, std::set<std::string>> news_;  // By order.
  Findings& findings_;
};

}  // namespace paysaga::sim
