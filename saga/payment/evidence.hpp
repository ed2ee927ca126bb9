#pragma once

#include <optional>
#include <string>
#include <variant>

#include "paysaga/saga/payment/draft.hpp"

namespace paysaga::payment {

/// What an answer came to, once the operation that asked has been brought up to date. A settled
/// operation is gone from the draft by then.
namespace found {

/// No outcome: the draft already says what follows (a repeat, a look-up, or nothing).
struct Nothing {};

/// The provider shows the intent. `by` is the operation that this settled; none if it was a look on
/// the read schedule. The draft's intent is brought up to date by whoever handles it.
struct Shown {
  IntentObject intent;
  std::optional<OperationKind> by;
};

/// A confirm, or a create, was declined: no charge. The draft's intent, if there is one, shows it.
struct Declined {
  Decline decline;
};

/// Refused for good: nothing was done and the same request would be refused again.
struct Refused {
  OperationKind by;
  std::string code;
  std::string param;
};

/// Evidence that the present try did nothing. The operation is still there, for its next try.
struct Undone {
  OperationKind by;
};

}  // namespace found

using Finding =
    std::variant<found::Nothing, found::Shown, found::Declined, found::Refused, found::Undone>;

/// Hears an answer about the intent: to a create, confirm, capture or cancel, to the look-up of
/// one, or to a look on the read schedule. An answer that no pending call asked for is ignored.
[[nodiscard]] Finding hear(Draft& draft, const AnswerInput& input);

/// Takes over what the provider shows of the intent; an older fact never undoes a newer one.
void show(Draft& draft, const IntentObject& intent);

/// The decline that the intent tells of, newer than `before`; none if it tells of none.
[[nodiscard]] std::optional<Decline> newer_decline(const std::optional<IntentObject>& before,
                                                   const IntentObject& seen);

/// Plans the next look of the read schedule at an intent that waits.
void read_on(Draft& draft);
/// The same from the schedule's start.
void read_from_start(Draft& draft);

}  // namespace paysaga::payment
