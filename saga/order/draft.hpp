#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/saga/verdict.hpp"

namespace paysaga::order {

/// A decision in the making: the order as it will be, and what is told and asked of it.
struct Draft {
  const Scope& scope;
  Order order;
  Outcome outcome = Outcome::accepted;
  std::string code = {};
  std::string summary = {};
  std::vector<Event> events = {};
  std::vector<command::PaymentCancel> cancels = {};
  std::optional<Hold> hold =
      scope.hold != nullptr ? std::optional<Hold>{*scope.hold} : std::optional<Hold>{};

  [[nodiscard]] Time now() const { return scope.context.now; }
};

/// Adds an event that tells the order as the draft now has it.
/// Lifetime: the reference holds until the next event is told.
Event& tell(Draft& draft, EventType type);
Event& tell(Draft& draft, EventType type, std::string_view code, std::string_view message);

/// Adds a part to the timeline's line.
void note(Draft& draft, std::string_view text);
/// Moves to a status and notes it, if it is another one.
void move_to(Draft& draft, Status status);

/// Nothing follows from the input: it was repeated or overtaken.
void ignore(Draft& draft, std::string_view why);
/// The input is early: it is to be decided again when something has changed.
void park(Draft& draft, std::string_view why);
/// The order forbids the command. Tells COMMAND_REFUSED.
void refuse(Draft& draft, const EventId& command, std::string_view code, std::string_view message);

}  // namespace paysaga::order
