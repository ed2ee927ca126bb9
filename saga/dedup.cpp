#include "paysaga/saga/dedup.hpp"

#include <algorithm>
#include <string>

namespace paysaga {

Memory recall(const Saga& saga, const CommandInput& input) {
  bool reused = false;
  for (const Seen& seen : saga.seen) {
    if (seen.id != input.id) continue;
    if (seen.body_hash == input.body_hash) return Memory::decided;
    reused = true;
  }
  for (const Parked& parked : saga.parked) {
    if (parked.input.id != input.id) continue;
    if (parked.input.body_hash == input.body_hash) return Memory::waiting;
    reused = true;
  }
  return reused ? Memory::reused : Memory::none;
}

void remember(Saga& saga, const CommandInput& input, std::string_view refused) {
  saga.seen.push_back(Seen{input.id, input.body_hash, std::string{refused}});
}

bool knows(const Saga& saga, const WebhookInput& input) {
  return std::ranges::find(saga.seen, input.id, &Seen::id) != saga.seen.end();
}

void remember(Saga& saga, const WebhookInput& input, const Policy& policy) {
  if (!is_full(saga, policy)) saga.seen.push_back(Seen{input.id, 0, {}});
}

bool is_full(const Saga& saga, const Policy& policy) {
  return saga.seen.size() + saga.parked.size() >= static_cast<std::size_t>(policy.commands_max);
}

}  // namespace paysaga
