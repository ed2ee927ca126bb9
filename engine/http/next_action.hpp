#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "paysaga/engine/http/message.hpp"
#include "paysaga/engine/http/problem.hpp"
#include "paysaga/saga/saga.hpp"

/// What the customer has to do next: for the customer's browser alone. It is read from Stripe when
/// it is asked for, and stands in no journal, topic, log or state.
namespace paysaga::engine::http {

/// Why there is nothing for the customer to do in the order's state; none: Stripe is to be asked.
[[nodiscard]] std::optional<Problem> refuse_next_action(const Saga& saga);

/// `intent`: the payment intent as Stripe shows it, a JSON object. What cannot be answered from it
/// is a problem: it has moved on since (409), or is not the intent that was asked for (503).
[[nodiscard]] Response next_action_of(const Saga& saga, std::string_view intent);

}  // namespace paysaga::engine::http
