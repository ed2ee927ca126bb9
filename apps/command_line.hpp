#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "paysaga/saga/input.hpp"

namespace paysaga::apps {

/// One line of a file of commands, as the submitter sees it.
///
///     {"command":"order.fulfilled","command_id":"c9","order_id":"o3","wait_for":"PENDING"}
///
/// `wait_for` is the submitter's own: it holds this line and the later ones of its order until the
/// order has that status, or has settled in another. The engine does not know the field.
struct CommandLine {
  std::size_t number = 0;  // In its file, from 1.
  std::string text;
  std::string order;                    // Empty if it cannot be read.
  std::optional<std::string> wait_for;  // "PENDING".
};

/// Never fails: a line that cannot be read is submitted as it is, and refused with a reason.
[[nodiscard]] CommandLine read_command_line(std::size_t number, std::string text);

/// True when a line that waits for `wanted` need wait no longer: the order has that status, or
/// nothing is under way for it that could still bring it there. `busy`: a command is parked in it,
/// or an operation runs at the provider.
[[nodiscard]] bool is_over(std::string_view status, std::string_view wanted, bool busy);

}  // namespace paysaga::apps
