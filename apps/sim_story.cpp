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

/// Orders are numbered from 1.
bool is_order_of(const sim::Plan& plan, const std::string& name) {
  for (std::uint32_t number = 1; number <= plan.orders; ++number) {
    if (name == "o" + std::to_string(number)) return true;
  }
  return false;
}

/// What the seed drew.
void print_plan(const sim::Plan& plan) {
  const auto counted = [](std::uint32_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
  };
  fmt::print("{}, {}, {} within {}, faults for {}, events published {}\n",
             plan.apart() ? fmt::format("{} for payments, {} for orders",
                                        counted(plan.nodes, "node"), plan.orders_nodes)
                          : counted(plan.nodes, "node"),
             counted(plan.partitions, "partition"), counted(plan.orders, "order"),
             to_text(plan.arrivals), to_text(plan.faults_for),
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
  return run_seed(
      plan, seed, false, [&](Time at, const std::string& order, const std::string& what) {
        if (!concerns(wanted, order, what)) return;
        fmt::print("{}  {}{}{}\n", moment_text(at), order, order.empty() ? "" : " ", what);
      });
}

}  // namespace

ExitCode replay_seed(const SimPlan& plan, std::uint64_t seed, const std::string& order) {
  SimTotals totals{.version = PAYSAGA_VERSION,
                   .scenario = plan.scenario,
                   .orders = plan.options.orders,
                   .first = seed,
                   .last = seed};
  if (plan.planted != PlantedBug::none) totals.planted = to_text(plan.planted);
  sim::PlanOptions options = plan.options;
  options.seed = seed;
  const sim::Plan drawn = make_plan(options);
  if (!order.empty() && !is_order_of(drawn, order)) {
    complain(fmt::format("no order of seed {} is named '{}'; they are o1 to o{}", seed, order,
                         drawn.orders));
    return ExitCode::not_found;
  }
  fmt::print("{}\n", headline(totals));
  print_plan(drawn);
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
