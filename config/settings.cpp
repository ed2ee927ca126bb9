#include "paysaga/config/settings.hpp"

#include <algorithm>
#include <array>

namespace paysaga::config {
namespace {

/// A schedule of another length: cut, or its last wait repeated.
template <std::size_t n>
void fill(std::array<Duration, n>& out, const std::vector<Duration>& schedule) {
  ensure(!schedule.empty(), "a schedule has at least one wait");
  for (std::size_t i = 0; i < n; ++i) out[i] = schedule[std::min(i, schedule.size() - 1)];
}

}  // namespace

int partitions_of(const Settings& settings) {
  constexpr int local = 4;
  constexpr int kafka = 24;
  if (settings.kafka.partitions > 0) return settings.kafka.partitions;
  return settings.journal.kind == JournalKind::kafka ? kafka : local;
}

Policy policy_of(const Settings& settings) {
  Policy policy;
  policy.expires_in = settings.saga.expires_in;
  policy.late_success = settings.saga.late_success;
  policy.auto_retries = settings.saga.auto_retries;
  policy.command_parked_max = settings.saga.command_parked_max;
  policy.commands_max = settings.saga.commands_max;
  fill(policy.read_schedule, settings.saga.read_schedule);
  fill(policy.compensation_retry, settings.saga.compensation_schedule);
  policy.simulator_speed =
      settings.stripe.mode == StripeMode::simulator ? settings.stripe.simulator_speed : 1;
  return policy;
}

}  // namespace paysaga::config
