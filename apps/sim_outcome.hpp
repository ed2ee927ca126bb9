#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apps/exit_code.hpp"
#include "apps/sim_plan.hpp"
#include "paysaga/sim/world/world.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace simdjson::dom {
class element;
}

namespace paysaga::apps {

/// What came of one seed.
struct SeedOutcome {
  std::uint64_t seed = 0;
  ExitCode code = ExitCode::ok;  // ok, crash, wrong or stuck.
  Duration cpu{0};               // Of the processor, the second course of the same seed left out.
  sim::RunResult result;         // Of a crash only the finding that says how it ended.
};

/// "ok", "crash", "wrong", "stuck".
[[nodiscard]] std::string_view outcome_text(ExitCode code);
/// Of anything else, `wrong`.
[[nodiscard]] ExitCode parse_outcome(std::string_view text);

/// Runs a seed in this process; with `twice` again, which must be the same.
[[nodiscard]] SeedOutcome run_seed(const SimPlan& plan, std::uint64_t seed, bool twice,
                                   sim::Tell tell = {});

/// One line of JSON.
[[nodiscard]] std::string to_json(const SeedOutcome& outcome);
/// Errors: malformed.
[[nodiscard]] Result<SeedOutcome> parse_outcome_json(const std::string& json);

/// Members of an open object: the numbers of a run or of a sum of runs.
void write_counts(storage::JsonWriter& json, const sim::RunResult& result);
void read_counts(const simdjson::dom::element& json, sim::RunResult& result);
/// The findings as an array.
void write_findings(storage::JsonWriter& json, const std::vector<sim::Finding>& findings);
[[nodiscard]] std::vector<sim::Finding> read_findings(const simdjson::dom::element& json);
/// The number of that name; 0 if there is none.
[[nodiscard]] std::uint64_t natural_at(const simdjson::dom::element& json, std::string_view name);

/// "01-05 08:15:00.000001": the moments of a simulated day.
[[nodiscard]] std::string moment_text(Time time);

}  // namespace paysaga::apps
