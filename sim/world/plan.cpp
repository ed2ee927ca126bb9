#include "paysaga/sim/world/plan.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace paysaga::sim {
namespace {

std::uint32_t draw(Prng& prng, std::int64_t low, std::int64_t high) {
  return static_cast<std::uint32_t>(prng.between(low, high));
}

/// A duration between both, small ones as likely as large ones.
Duration draw(Prng& prng, Duration low, Duration high) {
  const double ratio = static_cast<double>(high.count()) / static_cast<double>(low.count());
  const double factor = std::pow(ratio, prng.unit());
  return Duration{static_cast<std::int64_t>(static_cast<double>(low.count()) * factor)};
}

/// How much of a fault this run has.
double draw_intensity(const PlanOptions& options, Fault fault) {
  Prng prng = Prng::stream(options.seed, std::string{"amount of "} += to_text(fault));
  const FaultRange& range = options.scenario.faults[index_of(fault)];
  const bool on = prng.chance(range.on);
  const double intensity = range.low + (range.high - range.low) * prng.unit();
  if (!on || options.without.contains(fault)) return 0;
  return is_timed(fault) ? std::round(intensity) : intensity;
}

Policy draw_policy(Prng& prng) {
  Policy policy;
  constexpr std::array late{LateSuccess::refund, LateSuccess::refund, LateSuccess::accept,
                            LateSuccess::hold};
  policy.late_success = late[prng.below(late.size())];
  if (prng.chance(0.3)) policy.expires_in = minutes{prng.between(1, 30)};
  if (prng.chance(0.3)) policy.auto_retries = static_cast<int>(prng.between(1, 3));
  return policy;
}

}  // namespace

Plan make_plan(const PlanOptions& options) {
  Prng prng = Prng::stream(options.seed, "plan");
  Plan plan{.seed = options.seed, .orders = options.orders};
  plan.nodes = draw(prng, 1, 3);
  if (options.nodes) plan.nodes = *options.nodes;
  plan.partitions = draw(prng, 1, 4);
  plan.publish_atomic = prng.chance(0.6);
  plan.policy = draw_policy(prng);
  plan.credit_max = prng.chance(0.3) ? draw(prng, 2, 32) : 4'096;
  plan.calls_max = prng.chance(0.3) ? draw(prng, 1, 8) : 256;
  plan.idle_after = draw(prng, milliseconds{20}, hours{1});
  plan.tick = draw(prng, milliseconds{50}, seconds{1});
  plan.arrivals = draw(prng, milliseconds{20}, seconds{1}) * plan.orders;
  plan.faults_for = plan.arrivals + draw(prng, minutes{5}, minutes{90});
  plan.hop_max = draw(prng, milliseconds{1}, milliseconds{50});
  plan.travel_max = draw(prng, milliseconds{1}, milliseconds{400});
  for (const Fault fault : all_faults())
    plan.intensity[index_of(fault)] = draw_intensity(options, fault);
  // An outage of days makes every order try thousands of times: a few orders show all of it.
  if (plan.has(Fault::provider_forgetful)) plan.orders = std::min(plan.orders, 12U);
  plan.standby = Prng::stream(options.seed, "standby").chance(0.5);
  plan.snapshots = Prng::stream(options.seed, "snapshots").chance(0.75);
  if (plan.publish_atomic) plan.intensity[index_of(Fault::publish_torn)] = 0;
  if (!plan.snapshots) {
    plan.intensity[index_of(Fault::snapshot_stalled)] = 0;
    plan.intensity[index_of(Fault::positions_forgotten)] = 0;
  }
  plan.orders_nodes = static_cast<std::uint32_t>(plan.intensity[index_of(Fault::roles_apart)]);
  if (options.nodes) plan.orders_nodes = std::min(plan.orders_nodes, *options.nodes);
  if (!plan.apart()) plan.intensity[index_of(Fault::group_away)] = 0;
  if (options.faults_until) plan.faults_for = std::min(plan.faults_for, *options.faults_until);
  return plan;
}

Dice::Dice(const Plan& plan) : chances_{plan.intensity} {
  for (const Fault fault : all_faults()) {
    streams_.push_back(Prng::stream(plan.seed, to_text(fault)));
  }
}

bool Dice::strikes(Fault fault) {
  const bool struck = of(fault).chance(chances_[index_of(fault)]);
  if (!struck || resting_) return false;
  count(fault);
  return true;
}

}  // namespace paysaga::sim
