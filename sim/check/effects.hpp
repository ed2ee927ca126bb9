#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "paysaga/sim/check/fold.hpp"
#include "paysaga/sim/stripe/model.hpp"

namespace paysaga::sim {

/// Checks each request that reaches the payment service: what changes something there stands in a
/// counted decision, with these bytes, and its key is young enough to be remembered. What was
/// decided while its order was held comes only after that, and nothing is asked of other nodes.
///
/// What it does not check: reads, and whether the decision was a good one.
class EffectCheck {
 public:
  explicit EffectCheck(Findings& findings) : findings_{findings} {}
  void counted(const CountedDecision& decision);
  void arrived(const stripe::Request& request, Time at);
  [[nodiscard]] std::uint64_t requests() const { return requests_; }

 private:
  void check_hold(const CountedDecision& decision);
  void release(const std::string& order, Time at);

  struct Known {
    std::string request;  // Target and body.
    std::string order;
    Time appended_at;
  };
  std::unordered_map<std::string, Known> keys_;
  std::map<std::string, std::set<std::string>, std::less<>> held_;  // Keys, by order.
  std::uint64_t requests_ = 0;
  Findings& findings_;
};

}  // namespace paysaga::sim
