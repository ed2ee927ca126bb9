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

Duration sweep_every_of(const StripeSettings& settings) {
  const bool simulator = settings.mode == StripeMode::simulator;
  return settings.sweep_every / (simulator ? settings.simulator_speed : 1);
}

StripeRates rates_of(StripeRates rates, StripeMode mode) {
  // Below Stripe's own limits (25 a second an endpoint; 25 in all, live 100): others use them, too.
  constexpr int endpoint = 20;
  constexpr int total_test = 22;
  constexpr int total_live = 90;
  const bool simulator = mode == StripeMode::simulator;
  const int total = mode == StripeMode::live ? total_live : total_test;
  if (!rates.endpoint) rates.endpoint = simulator ? 0 : endpoint;
  if (!rates.total) rates.total = simulator ? 0 : total;
  return rates;
}

Roles roles_of(const std::vector<Role>& roles) {
  if (roles.size() != 1) return Roles::both;
  return roles.front() == Role::payments ? Roles::payments : Roles::orders;
}

}  // namespace paysaga::config
