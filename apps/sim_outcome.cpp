#include "apps/sim_outcome.hpp"

#include <ctime>

#include <fmt/format.h>
#include <simdjson.h>

#include "apps/json_view.hpp"

namespace paysaga::apps {
namespace {

using Counts = std::map<std::string, std::uint64_t>;

Duration cpu_now() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return std::chrono::duration_cast<Duration>(seconds{spent.tv_sec} +
                                              std::chrono::nanoseconds{spent.tv_nsec});
}

ExitCode code_of(sim::RunResult::Kind kind) {
  switch (kind) {
    case sim::RunResult::Kind::ok:
      return ExitCode::ok;
    case sim::RunResult::Kind::wrong:
      return ExitCode::wrong;
    case sim::RunResult::Kind::stuck:
      return ExitCode::stuck;
  }
  std::abort();
}

void write_map(storage::JsonWriter& json, std::string_view name, const Counts& counts) {
  json.key(name).open_object();
  for (const auto& [key, count] : counts) json.any_key(key).natural(count);
  json.close_object();
}

Counts read_map(const Json& json, std::string_view name) {
  Counts counts;
  simdjson::dom::object object;
  if (json[name].get(object) != simdjson::SUCCESS) return counts;
  for (const auto& [key, value] : object) {
    std::uint64_t count = 0;
    if (value.get(count) == simdjson::SUCCESS) counts.emplace(key, count);
  }
  return counts;
}

}  // namespace

std::string_view outcome_text(ExitCode code) {
  if (code == ExitCode::ok) return "ok";
  if (code == ExitCode::crash) return "crash";
  return code == ExitCode::stuck ? "stuck" : "wrong";
}

ExitCode parse_outcome(std::string_view text) {
  for (const ExitCode code : {ExitCode::ok, ExitCode::crash, ExitCode::stuck}) {
    if (outcome_text(code) == text) return code;
  }
  return ExitCode::wrong;
}

SeedOutcome run_seed(const SimPlan& plan, std::uint64_t seed, bool twice, sim::Tell tell) {
  sim::PlanOptions options = plan.options;
  options.seed = seed;
  const sim::Plan course = make_plan(options);
  SeedOutcome outcome{.seed = seed};
  const Duration began = cpu_now();
  {
    sim::World world{course, std::move(tell)};
    outcome.result = world.run();
  }
  outcome.cpu = cpu_now() - began;
  outcome.code = code_of(outcome.result.kind);
  if (!twice) return outcome;
  sim::World again{course};
  const std::uint64_t hash = again.run().hash;
  if (hash == outcome.result.hash) return outcome;
  outcome.code = ExitCode::wrong;
  outcome.result.findings.push_back(
      {"repeat",
       fmt::format("the same seed gave two courses: hash {:016x}, then {:016x}",
                   outcome.result.hash, hash),
       "",
       {}});
  return outcome;
}

void write_counts(storage::JsonWriter& json, const sim::RunResult& result) {
  json.key("sagas").natural(result.sagas);
  json.key("decisions").natural(result.decisions);
  json.key("void_records").natural(result.voided);
  json.key("requests").natural(result.requests);
  json.key("charges").natural(result.charges);
  json.key("steps").natural(result.steps);
  json.key("virtual_us").integer(result.virtual_time.count());
  json.key("faults").open_object();
  for (const sim::Fault fault : sim::all_faults()) {
    json.key(to_text(fault)).natural(result.faults[index_of(fault)]);
  }
  json.close_object();
  write_map(json, "pairs", result.pairs);
  write_map(json, "statuses", result.statuses);
}

void read_counts(const Json& json, sim::RunResult& result) {
  result.sagas = natural_at(json, "sagas");
  result.decisions = natural_at(json, "decisions");
  result.voided = natural_at(json, "void_records");
  result.requests = natural_at(json, "requests");
  result.charges = natural_at(json, "charges");
  result.steps = natural_at(json, "steps");
  result.virtual_time = Duration{static_cast<std::int64_t>(natural_at(json, "virtual_us"))};
  for (const auto& [name, count] : read_map(json, "faults")) {
    if (const auto fault = sim::parse_fault(name)) result.faults[index_of(*fault)] = count;
  }
  result.pairs = read_map(json, "pairs");
  result.statuses = read_map(json, "statuses");
}

void write_findings(storage::JsonWriter& json, const std::vector<sim::Finding>& findings) {
  json.key("findings").open_array();
  for (const sim::Finding& finding : findings) {
    json.open_object();
    json.key("check").text(finding.check);
    json.key("order");
    finding.order.empty() ? json.null() : json.text(finding.order);
    json.key("at");
    finding.at == Time{} ? json.null() : json.time(finding.at);
    json.key("what").text(finding.what);
    json.close_object();
  }
  json.close_array();
}

std::vector<sim::Finding> read_findings(const Json& json) {
  std::vector<sim::Finding> findings;
  simdjson::dom::array array;
  if (json["findings"].get(array) != simdjson::SUCCESS) return findings;
  for (const Json one : array) {
    const auto at = parse_time(text_at(one, "/at"));
    findings.push_back(
        {text_at(one, "/check"), text_at(one, "/what"), text_at(one, "/order"), at ? *at : Time{}});
  }
  return findings;
}

std::uint64_t natural_at(const Json& json, std::string_view name) {
  std::uint64_t number = 0;
  return json[name].get(number) == simdjson::SUCCESS ? number : 0;
}

std::string to_json(const SeedOutcome& outcome) {
  std::string out;
  storage::JsonWriter json{out};
  json.open_object();
  json.key("seed").natural(outcome.seed);
  json.key("outcome").text(outcome_text(outcome.code));
  json.key("hash").natural(outcome.result.hash);
  json.key("cpu_us").integer(outcome.cpu.count());
  write_counts(json, outcome.result);
  write_findings(json, outcome.result.findings);
  json.close_object();
  return out;
}

Result<SeedOutcome> parse_outcome_json(const std::string& text) {
  simdjson::dom::parser parser;
  Json json;
  if (parser.parse(text).get(json) != simdjson::SUCCESS || !json.is_object()) {
    return fail(ErrorCode::malformed, "a worker answered something that is no JSON");
  }
  SeedOutcome outcome{.seed = natural_at(json, "seed")};
  outcome.code = parse_outcome(text_at(json, "/outcome"));
  outcome.cpu = Duration{static_cast<std::int64_t>(natural_at(json, "cpu_us"))};
  outcome.result.hash = natural_at(json, "hash");
  read_counts(json, outcome.result);
  outcome.result.findings = read_findings(json);
  return outcome;
}

std::string moment_text(Time time) {
  std::string text = to_text(time).substr(5, 21);
  if (const auto at = text.find('T'); at != std::string::npos) text[at] = ' ';
  return text;
}

}  // namespace paysaga::apps
