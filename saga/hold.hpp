#pragma once

#include <optional>
#include <string>

#include "paysaga/saga/id.hpp"
#include "paysaga/saga/time.hpp"

namespace paysaga {

/// Why an order is held. A held order decides its inputs, but sends nothing that could change
/// anything at the provider, asks nothing of the other machine's nodes, and no timer acts for it.
/// It looks on: what was sent before and what moves by itself is still learnt.
struct Hold {
  std::string reason;                   // For people.
  std::string ticket;                   // Of the operator's own desk; may be empty.
  std::optional<EventId> command = {};  // Who asked; none: the policy for late successes did.
  Time since{};
  friend bool operator==(const Hold&, const Hold&) = default;
};

}  // namespace paysaga
