#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "paysaga/saga/payment/payment.hpp"
#include "paysaga/saga/verdict.hpp"

namespace paysaga::payment {

/// A decision in the making: the state as it will be, and what is told of it.
struct Draft {
  const Scope& scope;
  Payment payment;
  Outcome outcome = Outcome::accepted;
  std::string code = {};
  std::string summary = {};
  std::vector<Event> events = {};

  [[nodiscard]] Time now() const { return scope.context.now; }
  [[nodiscard]] const Policy& policy() const { return scope.context.policy; }
};

/// Adds an event that tells the state as the draft now has it.
/// Lifetime: the reference holds until the next event is told.
Event& tell(Draft& draft, EventType type);
Event& tell(Draft& draft, EventType type, std::string_view code, std::string_view message);

/// Adds a part to the timeline's line.
void note(Draft& draft, std::string_view text);

/// Nothing follows from the input: it was repeated, overtaken or not due.
void ignore(Draft& draft, std::string_view why);
/// The input is early: it is to be decided again when something has changed.
void park(Draft& draft, std::string_view why);
/// The state forbids the command. Tells COMMAND_REFUSED.
void refuse(Draft& draft, const EventId& command, std::string_view code, std::string_view message);

}  // namespace paysaga::payment
