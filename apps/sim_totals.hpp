#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/sim_outcome.hpp"

namespace paysaga::apps {

/// What many seeds came to, and what was asked of them.
struct SimTotals {
  struct Failure {
    std::uint64_t seed = 0;
    ExitCode code = ExitCode::ok;
    std::string replay;  // The command.
    std::vector<sim::Finding> findings;
  };

  std::string version;
  std::string scenario;
  std::string planted;  // Empty if no bug was put in.
  std::uint64_t orders = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  unsigned jobs = 1;

  std::uint64_t seeds = 0;  // That were run.
  bool interrupted = false;
  std::uint64_t found_after = 0;  // With --until-found: seeds up to the failed one; 0: none was.
  std::uint64_t hash = 0;         // Of a single seed.
  Duration took{0};
  Duration cpu{0};
  sim::RunResult sum;             // Its findings stay empty.
  std::vector<Failure> failures;  // By seed.

  void add(const SimPlan& plan, const SeedOutcome& outcome);
  [[nodiscard]] std::uint64_t count(ExitCode code) const;
  /// The lowest code of a failure, or ok.
  [[nodiscard]] ExitCode code() const;
};

/// "seeds 1..300, 100 orders each, scenario swarm, paysaga 0.1.0".
[[nodiscard]] std::string headline(const SimTotals& totals);
/// A failed seed on a screen: the first findings, a line each.
[[nodiscard]] std::string failure_text(const SimTotals::Failure& failure);
/// The tables of totals and of faults.
void print_totals(const SimTotals& totals);
/// The tables of statuses and of (state, input) pairs.
void print_coverage(const SimTotals& totals);
/// What failed and how to see it again: the last lines of a run.
void print_replays(const SimTotals& totals);

/// The document that docs/simulation.md describes.
[[nodiscard]] std::string to_json(const SimTotals& totals);
/// Errors: malformed.
[[nodiscard]] Result<SimTotals> parse_totals(const std::string& json);

}  // namespace paysaga::apps
