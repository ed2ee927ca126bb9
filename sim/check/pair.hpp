#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "paysaga/sim/check/whole.hpp"

namespace paysaga::sim {

/// Checks two groups of one role each against what lies between them: an order knows of its payment
/// what a topic has told, never less than before, and in the end all of it; the money, the refunds
/// and the ends of both then agree.
///
/// What it does not check: what orders ask of payments; each such record is a command, which
/// check/commands wants decided once and check/wishes to be granted.
class PairCheck {
 public:
  PairCheck(const Fold& orders, const Wholes& wholes, Findings& findings)
      : orders_{orders}, wholes_{wholes}, findings_{findings} {}

  /// An event landed in a topic that the orders read.
  void told(const Event& event);
  void counted(const CountedDecision& decision);
  /// True once every order has heard the newest of its payment.
  [[nodiscard]] bool complete() const;
  void at_end(Time now);

 private:
  using Views = std::map<std::uint64_t, order::PaymentView>;  // By sequence.

  [[nodiscard]] std::uint64_t heard_by(const std::string& order) const;

  const Fold& orders_;
  const Wholes& wholes_;
  std::map<std::string, Views, std::less<>> told_;  // By order.
  Findings& findings_;
};

}  // namespace paysaga::sim
