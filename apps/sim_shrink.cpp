#include <cstdio>

#include <fmt/format.h>

#include "apps/cli.hpp"
#include "apps/progress.hpp"
#include "apps/sim_totals.hpp"
#include "apps/sim_verbs.hpp"
#include "apps/sim_workers.hpp"

namespace paysaga::apps {
namespace {

constexpr int fault_passes_max = 3;
constexpr std::uint64_t tries_expected = 60;  // For the bar.

std::string counted(std::uint32_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// Makes a failing plan smaller, try by try. What it holds always fails in the same way.
class Shrinker {
 public:
  Shrinker(const SimPlan& plan, std::uint64_t seed)
      : smallest_{plan}, seed_{seed}, progress_{"shrink", tries_expected} {}

  ExitCode run() {
    const auto begin = attempt(smallest_, "as it is");
    progress_.clear();
    if (!begin) return ExitCode::error;
    if (begin->code == ExitCode::ok) {
      fmt::print("seed {} does not fail\n", seed_);
      return ExitCode::ok;
    }
    failure_ = *begin;
    fmt::print("{}", failure_text({seed_, failure_.code, "", failure_.result.findings}));
    fewer_faults();
    shorter();
    fewer_orders();
    fewer_nodes();
    progress_.clear();
    fmt::print("\n{} tries; what is left:\n{}", tries_,
               failure_text({seed_, failure_.code, "", failure_.result.findings}));
    if (stopped_) fmt::print("interrupted; it may not be the smallest\n");
    fmt::print("smallest: {}\n", replay_command(smallest_, seed_));
    std::fflush(stdout);
    return failure_.code;
  }

 private:
  [[nodiscard]] sim::Plan course() const {
    sim::PlanOptions options = smallest_.options;
    options.seed = seed_;
    return make_plan(options);
  }

  /// Runs a plan in a process of its own; nothing if a signal came.
  std::optional<SeedOutcome> attempt(const SimPlan& plan, const std::string& what) {
    if (stopped_) return std::nullopt;
    std::optional<SeedOutcome> outcome;
    SimWorkers workers{{.jobs = 1},
                       [&](std::uint64_t seed) { return run_seed(plan, seed, false); }};
    ++tries_;
    stopped_ = !workers.work(
        seed_, 1, [&](const SeedOutcome& one) { outcome = one; },
        [&] { progress_.show(tries_, fmt::format("try {}: {}", tries_, what)); });
    return outcome;
  }

  /// Keeps the smaller plan if it still fails in the same way.
  bool keep(const SimPlan& smaller, const std::string& what) {
    auto outcome = attempt(smaller, what);
    if (!outcome || outcome->code != failure_.code) return false;
    failure_ = std::move(*outcome);
    smallest_ = smaller;
    progress_.clear();
    fmt::print("still {}: {}\n", outcome_text(failure_.code), what);
    std::fflush(stdout);
    return true;
  }

  void fewer_faults() {
    bool smaller = true;
    for (int pass = 0; pass < fault_passes_max && smaller; ++pass) {
      smaller = false;
      for (const sim::Fault fault : sim::all_faults()) {
        if (!course().has(fault)) continue;
        SimPlan plan = smallest_;
        plan.options.without.insert(fault);
        smaller = keep(plan, fmt::format("without {}", to_text(fault))) || smaller;
      }
    }
  }

  /// Between a time that is too short and one that is enough, to the second.
  void shorter() {
    const auto until = [this](Duration end) {
      SimPlan plan = smallest_;
      plan.options.faults_until = end;
      return keep(plan, "faults until " + exact_text(end));
    };
    if (until(seconds{0})) return;
    seconds short_of{0};
    auto enough = std::chrono::ceil<seconds>(course().faults_for);
    while (enough - short_of > seconds{1}) {
      const seconds middle = short_of + (enough - short_of) / 2;
      (until(middle) ? enough : short_of) = middle;
      if (stopped_) return;
    }
  }

  /// Half of them less, as long as that works, then a quarter, and so on.
  void fewer_orders() {
    std::uint32_t orders = smallest_.options.orders;
    for (std::uint32_t less = orders / 2; less > 0 && !stopped_;) {
      SimPlan plan = smallest_;
      plan.options.orders = orders - std::min(less, orders - 1);
      if (plan.options.orders < orders && keep(plan, counted(plan.options.orders, "order"))) {
        orders = plan.options.orders;
        less = std::min(less, orders / 2);
      } else {
        less /= 2;
      }
    }
  }

  void fewer_nodes() {
    for (std::uint32_t nodes = 1; nodes < course().nodes; ++nodes) {
      SimPlan plan = smallest_;
      plan.options.nodes = nodes;
      if (keep(plan, counted(nodes, "node"))) return;
    }
  }

  SimPlan smallest_;
  std::uint64_t seed_;
  Progress progress_;
  SeedOutcome failure_;
  std::uint64_t tries_ = 0;
  bool stopped_ = false;
};

}  // namespace

ExitCode shrink_seed(const SimPlan& plan, std::uint64_t seed) {
  return Shrinker{plan, seed}.run();
}

}  // namespace paysaga::apps
