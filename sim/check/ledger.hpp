#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "paysaga/saga/event.hpp"
#include "paysaga/sim/check/fold.hpp"

namespace paysaga::sim {

/// A consumer that keeps accounts by the published events alone: what they tell one by one adds up
/// to the totals that they carry, and to the money in the state.
///
/// What it does not check: that the events are published (check/publication does), and what is
/// still on its way back (`refunding`), which no event begins.
class LedgerCheck {
 public:
  explicit LedgerCheck(Findings& findings) : findings_{findings} {}
  void counted(const CountedDecision& decision);

 private:
  struct Account {
    bool held = false;  // It was told to be held: a part of it may be taken.
    std::int64_t captured = 0;
    std::int64_t refunded = 0;
    std::map<std::string, std::int64_t> refunds;  // Those that are back, by their id.
  };

  void book(const CountedDecision& decision, const Event& event);
  void book_capture(Account& account, const CountedDecision& decision, const Event& event);
  void book_refund(Account& account, const CountedDecision& decision, const Event& event);
  void wrong(const CountedDecision& decision, std::string what);

  std::map<std::string, Account, std::less<>> accounts_;
  Findings& findings_;
};

}  // namespace paysaga::sim
