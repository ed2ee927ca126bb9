#pragma once

#include "paysaga/saga/order/draft.hpp"

namespace paysaga::order {

/// By the policy: a person decides what becomes of money that came too late. Tells HELD, unless the
/// order is held already.
void hold_late_success(Draft& draft);
/// Nothing is left to decide about: ends a hold of the policy's, not one of an operator's. Tells
/// RESUMED.
void let_go(Draft& draft);
/// What it would ask of its payment is asked when the hold ends.
void wait_to_ask(Draft& draft);
/// Asks for the final cancel of the payment. What other nodes would do of it waits while the order
/// is held; a payment machine beside it does nothing meanwhile, and is told at once.
void ask_to_cancel(Draft& draft);

}  // namespace paysaga::order
