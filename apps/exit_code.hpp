#pragma once

namespace paysaga::apps {

/// What the process ends with. A contract: scripts rely on the numbers.
enum class ExitCode : int {
  ok = 0,
  error = 1,
  usage = 2,
  not_found = 3,
  state_forbids = 4,
  not_reachable = 5,
  guarded = 6,
  partly_done = 7,
  problems_found = 8,
  // What a simulation met.
  crash = 10,
  wrong = 11,
  stuck = 12,
};

}  // namespace paysaga::apps
