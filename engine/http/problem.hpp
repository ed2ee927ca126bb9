#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/engine/http/message.hpp"
#include "paysaga/saga/result.hpp"

namespace paysaga::engine::http {

/// Why a request was not done, as RFC 9457 problem+json.
struct Problem {
  int status;
  std::string code;    // For programs: order_closed, id_reused, malformed, overloaded, ...
  std::string detail;  // For people: one sentence.
  std::string order_id;
  std::string state;  // The order's status.
  std::vector<std::string_view> allowed_actions;
  bool retryable = false;
  std::optional<int> retry_after_seconds;
};

[[nodiscard]] Response to_response(const Problem& problem);
/// The problem that an error of the engine is to a caller.
[[nodiscard]] Problem to_problem(const Error& error);
/// "Not Found".
[[nodiscard]] std::string_view status_phrase(int status);

}  // namespace paysaga::engine::http
