#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "paysaga/sim/check/fold.hpp"

namespace paysaga::sim {

/// Checks each step of each order as it is decided: nothing is skipped, nothing closed moves again
/// but by the rows that say so, money is conserved, whatever is open wakes by itself, time does not
/// run backwards, nothing is confirmed past its time, and what may have been done is not done anew
/// before its absence is shown.
///
/// What it does not check: whether the step is the right one (the tables of tests/saga do), nor
/// whether the money is really where the state says (check/money).
class HistoryCheck {
 public:
  explicit HistoryCheck(Findings& findings) : findings_{findings} {}
  void counted(const CountedDecision& decision);

  /// Which (status before, input) pairs a run has met.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& pairs() const { return pairs_; }

 private:
  void wrong(const CountedDecision& decision, std::string what);
  void check_sequence(const CountedDecision& decision);
  void check_money(const CountedDecision& decision);
  void check_wake(const CountedDecision& decision);
  void check_time(const CountedDecision& decision);
  void check_tries(const CountedDecision& decision);

  Findings& findings_;
  std::map<std::string, std::uint64_t> pairs_;
};

}  // namespace paysaga::sim
