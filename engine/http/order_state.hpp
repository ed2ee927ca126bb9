#pragma once

#include <string_view>
#include <vector>

#include "paysaga/saga/saga.hpp"

namespace paysaga::engine::http {

/// The commands that the order would not refuse as it is now: what an error answer offers instead.
/// Advice only; the machines decide.
[[nodiscard]] std::vector<std::string_view> allowed_actions(const Saga& saga);

/// True when nothing is under way that the caller could wait for: no call is being made, no refund
/// is being asked for. An order that waits for the customer is settled.
[[nodiscard]] bool is_settled(const Saga& saga);

}  // namespace paysaga::engine::http
