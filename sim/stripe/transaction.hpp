#pragma once

#include <cstdint>
#include <string_view>

#include "paysaga/saga/money.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/object.hpp"

namespace paysaga::sim::stripe {

/// One movement of the account's balance. Its fees are invented: 2.9 % of a charge, rounded down.
struct Transaction {
  std::string_view type;  // A literal: charge, payment, refund, refund_failure, adjustment.
  Kind source_kind;
  Index source;
  Money amount;  // Negative when money leaves the balance.
  std::int64_t fee_minor;
  Time created;
  Time available_on;
};

}  // namespace paysaga::sim::stripe
