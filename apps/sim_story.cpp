#include <cctype>
#include <cstdio>

#include <fmt/format.h>

#include "apps/cli.hpp"
#include "apps/sim_totals.hpp"
#include "apps/sim_verbs.hpp"
#include "apps/sim_workers.hpp"

namespace paysaga::apps {
namespace {

/// True if `text` names the order: as a word, so that o1 is not found in o12.
bool names(std::string_view text, std::string_view order) {
  const auto in_word = [&](std::size_t at) {
    return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) != 0;
  };
  for (auto at = text.find(order); at != std::string_view::npos; at = text.find(order, at + 1)) {
    const bool begins = at == 0 || !in_word(at - 1);
    if (begins && !in_word(at + order.size())) return true;
  }
  return false;
}

/// Whether a line is part of the story of `wanted`: it is of that order, or of nodes. Requests to
/// the payment service are of no order; they name it in their key.
bool concerns(const std::string& wanted, const std::string& order, const std::string& what) {
  if (wanted.empty() || order == wanted) return true;
  if (!order.empty()) return false;
  const bool request = what.find("reaches the payment service") != std::string::npos;
  return !request || names(what, wanted);
}

std::string strength_text(sim::Fault fault, double strength) {
  if (is_timed(fault)) return fmt::format("{} {:.0f}", to_text(fault), strength);
  return fmt::format("{} {:.3g}%", to_text(fault), strength * 100);
}

/// What the seed drew.
void print_plan(const SimPlan& from, std::uint64_t seed) {
  sim::PlanOptions options = from.options;
  options.seed = seed;
  const sim::Plan plan = make_plan(options);
  const auto counted = [](std::uint32_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
  };
  fmt::print("{}, {}, {} within {}, faults for {}, events published {}\n",
             counted(plan.nodes, "node"), counted(plan.partitions, "partition"),
             counted(plan.orders, "order"), to_text(plan.arrivals), to_text(plan.faults_for),
             plan.publish_atomic ? "exactly once" : "at least once");
  std::string faults;
  for (const sim::Fault fault : sim::all_faults()) {
    if (!plan.has(fault)) continue;
    faults += (faults.empty() ? "" : ", ") + strength_text(fault, plan.intensity[index_of(fault)]);
  }
  fmt::print("faults: {}\n", faults.empty() ? "none" : faults);
}

/// In the worker: each line goes out at once, so that none is lost if the next thing is a crash.
SeedOutcome tell_story(const SimPlan& plan, std::uint64_t seed, const std::string& wanted) {
  std::setvbuf(stdout, nullptr, _IOLBF, 1 << 16);
  bool met = wanted.empty();
  SeedOutcome outcome =
      run_seed(plan, seed, false, [&](Time at, const std::string& order, const std::string& what) {
        if (!concerns(wanted, order, what)) return;
        met = met || order == wanted;
        fmt::print("{}  {}{}{}\n", moment_text(at), order, order.empty() ? "" : " ", what);
      });
  if (!met) fmt::print("no order of this run is named '{}'; the first is o1\n", wanted);
  return outcome;
}

}  // namespace

ExitCode replay_seed(const SimPlan& plan, std::uint64_t seed, const std::string& order) {
  SimTotals totals{.version = PAYSAGA_VERSION,
                   .scenario = plan.scenario,
                   .orders = plan.options.orders,
                   .first = seed,
                   .last = seed};
  if (plan.planted != PlantedBug::none) totals.planted = to_text(plan.planted);
  fmt::print("{}\n", headline(totals));
  print_plan(plan, seed);
  SimWorkers workers{{.jobs = 1, .patience = std::nullopt},
                     [&](std::uint64_t one) { return tell_story(plan, one, order); }};
  const bool whole = workers.work(
      seed, 1, [&](const SeedOutcome& outcome) { totals.add(plan, outcome); }, [] {});
  if (!whole) return ExitCode::error;
  for (const SimTotals::Failure& failure : totals.failures) {
    fmt::print("\n{}", failure_text(failure));
  }
  if (totals.failures.empty()) fmt::print("\nseed {}: ok\n", seed);
  print_replays(totals);
  return totals.code();
}

}  // namespace paysaga::apps
