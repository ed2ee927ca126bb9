#pragma once

#include <cstdint>
#include <string_view>

#include "paysaga/saga/saga.hpp"

namespace paysaga {

/// What the saga remembers of a command id.
enum class Memory {
  none,     // It is new.
  decided,  // The same command was decided: nothing new.
  waiting,  // The same command is parked.
  reused,   // The id stands for another body.
};

[[nodiscard]] Memory recall(const Saga& saga, const CommandInput& input);
/// Remembers how a command was decided; `refused` is the code, empty if it was accepted. A body
/// that reuses an id is remembered beside the first, so that its repeat is known too.
void remember(Saga& saga, const CommandInput& input, std::string_view refused);
/// The same for a webhook, by the provider's id of it. Only those that led to something are
/// remembered, and none beyond what an order remembers.
[[nodiscard]] bool knows(const Saga& saga, const WebhookInput& input);
void remember(Saga& saga, const WebhookInput& input, const Policy& policy);
/// True if no further command can be remembered.
[[nodiscard]] bool is_full(const Saga& saga, const Policy& policy);

}  // namespace paysaga
