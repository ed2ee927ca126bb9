#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "paysaga/saga/verdict.hpp"

namespace paysaga {

/// One decision in the making: the saga as it will be, and what both machines told.
struct Turn {
  const Context& context;
  Saga saga;
  std::vector<Event> events = {};
  std::vector<CancelForOthers> cancels = {};
};

/// What the machines answered to one input.
struct Reply {
  Outcome outcome = Outcome::accepted;
  std::string code = {};
  std::string summary = {};
};

/// Gives a command to the machine that decides it. Each payment event then goes to the order
/// machine, and what that asks for goes back to the payment machine, until nothing is left to say.
/// A node that runs one of them only says nothing to the other: the topics do.
[[nodiscard]] Reply route(Turn& turn, const CommandInput& input);
/// The same for a provider's answer and for the payment's own wake-up.
[[nodiscard]] Reply route(Turn& turn, const AnswerInput& input);
[[nodiscard]] Reply route(Turn& turn, const WakeInput& input);
[[nodiscard]] Reply route(Turn& turn, const WebhookInput& input);
/// An event that another group's payment machine told.
[[nodiscard]] Reply route(Turn& turn, const PaymentEventInput& input);

/// Refuses a command that no machine was asked about. COMMAND_REFUSED is told by the machine whose
/// command it is; before the first payment.initiate, by the order machine. A node tells it by the
/// machine that it runs; without orders and before the payment there is none.
[[nodiscard]] Reply refuse(Turn& turn, const CommandInput& input, std::string_view code,
                           std::string_view message);

}  // namespace paysaga
