#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "paysaga/saga/input.hpp"

namespace paysaga::storage {

/// A command as somebody sent it, checked. Its meaning is not checked here: the state decides it.
struct ParsedCommand {
  OrderId order;
  CommandInput input;
  int fields_ignored = 0;  // Fields that no command of this name has.
};

/// A command whose name and ids did not stand in its body (HTTP).
struct CommandParts {
  std::string_view command;  // "payment.initiate".
  std::string_view order_id;
  std::string_view command_id;
  std::string_view body;  // JSON; empty means no fields.
  std::string_view correlation_id;
  std::string_view traceparent;
};

/// As much of a command's envelope as can be read; for answers to what was refused.
struct CommandEnvelope {
  std::string command;
  std::string command_id;
  std::string order_id;
};

inline constexpr std::size_t command_bytes_max = 256 * 1024;

/// Reads one command line: {"command":"payment.initiate","command_id":"c1","order_id":"o1",...}.
/// Errors: malformed, with one sentence that names the field and the rule; card numbers in it are
///         masked.
[[nodiscard]] Result<ParsedCommand> parse_command(std::string_view json);
/// The same from parts. The body may repeat an id, but not with another value.
[[nodiscard]] Result<ParsedCommand> parse_command(const CommandParts& parts);
/// Never fails: what cannot be read is empty.
[[nodiscard]] CommandEnvelope peek_command(std::string_view json);

/// XXH3-64 of what a command means: neither spaces nor the order of its fields count.
/// The form that is hashed is part of the state's format and never changes.
[[nodiscard]] std::uint64_t body_hash_of(const Command& command);

}  // namespace paysaga::storage
