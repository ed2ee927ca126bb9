#pragma once

#include <string>
#include <utility>
#include <vector>

#include "paysaga/saga/verdict.hpp"

namespace paysaga::order::trial {

inline const Time now = time_from_micros(1'750'000'000'000'000);

[[nodiscard]] Answer decide_now(const Order& order, const Input& input);
/// What one input comes to: the status, then what is told and asked for, then what stays beside it.
[[nodiscard]] std::string outcome_of(const Order& order, const Input& input);

/// One order of each status, and of each variant that differs in what it answers.
[[nodiscard]] std::vector<std::pair<std::string, Order>> all_orders();
[[nodiscard]] Order order_named(const std::string& name);
/// Every kind of input, with the payment as it is when such an event is told.
[[nodiscard]] std::vector<std::pair<std::string, Input>> all_inputs(const Order& order);
[[nodiscard]] Input input_named(const std::string& name, const Order& order);

}  // namespace paysaga::order::trial
