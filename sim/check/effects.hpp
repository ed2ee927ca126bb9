#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "paysaga/sim/check/fold.hpp"
#include "paysaga/sim/stripe/model.hpp"

namespace paysaga::sim {

/// Checks each request that reaches the payment service: what changes something there stands in a
/// counted decision, with these bytes, and its key is young enough to be remembered.
///
/// What it does not check: reads, and whether the decision was a good one.
class EffectCheck {
 public:
  explicit EffectCheck(Findings& findings) : findings_{findings} {}
  void counted(const CountedDecision& decision);
  void arrived(const stripe::Request& request, Time at);
  [[nodiscard]] std::uint64_t requests() const { return requests_; }

 private:
  struct Known {
    std::string request;  // Target and body.
    std::string order;
    Time appended_at;
  };
  std::unordered_map<std::string, Known> keys_;
  std::uint64_t requests_ = 0;
  Findings& findings_;
};

}  // namespace paysaga::sim
