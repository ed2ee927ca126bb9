#include "paysaga/saga/payment/hold.hpp"

#include <algorithm>

#include "paysaga/saga/payment/waits.hpp"

namespace paysaga::payment {
namespace {

/// Its bytes were never on their way: it was decided while the order was held. Of the same
/// microsecond the order of the two is not known: perhaps sent.
bool is_unsent(const Operation& operation, const Hold& hold) {
  return operation.phase == Phase::intended && operation.sends == 0 &&
         operation.decided_at > hold.since;
}

}  // namespace

Step step_of(const Payment& payment, const Operation& operation, const Hold* hold) {
  const Step step = next_step(payment, operation);
  if (hold == nullptr || step == Step::none) return step;
  if (is_unsent(operation, *hold)) return Step::none;
  return Step::look;
}

Time due_of(const Operation& operation, const Hold* hold) {
  if (hold == nullptr) return operation.next_at;
  return std::max(operation.next_at, hold->since + answer_patience);
}

void look_again(Draft& draft, Operation& operation) {
  operation.next_at = draft.now() + read_wait(draft.policy(), operation.reads);
  ++operation.reads;
  note(draft, std::string{to_text(operation.kind)} + " held: the look shows nothing new");
}

void resume(Payment& payment, const Hold& hold, Time now) {
  for (Operation& operation : payment.operations) {
    // Its key begins to age with its first send.
    if (is_unsent(operation, hold)) operation.decided_at = now;
    // The looks went by the schedule; what was to wait before the hold still waits.
    if (operation.reads > 0) operation.next_at = std::min(operation.next_at, now);
  }
}

}  // namespace paysaga::payment
