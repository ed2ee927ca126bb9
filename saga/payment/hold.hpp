#pragma once

#include "paysaga/saga/payment/operations.hpp"

namespace paysaga::payment {

/// What an operation waits for next, where its order may be held: then nothing is sent. What may
/// have been sent before the hold is looked for, though its answer may still come; what was decided
/// since was certainly not sent.
[[nodiscard]] Step step_of(const Payment& payment, const Operation& operation, const Hold* hold);

/// Not before this is that step made.
[[nodiscard]] Time due_of(const Operation& operation, const Hold* hold);

/// A look found nothing, or nothing new, while the order was held. That proves nothing: a send may
/// still be on its way, so no try is ever given up meanwhile.
void look_again(Draft& draft, Operation& operation);

}  // namespace paysaga::payment
