#include "apps/sim_totals.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <simdjson.h>

#include "apps/json_view.hpp"
#include "apps/progress.hpp"
#include "apps/table.hpp"

namespace paysaga::apps {
namespace {

constexpr std::size_t findings_shown_max = 4;

void add_counts(std::map<std::string, std::uint64_t>& sum,
                const std::map<std::string, std::uint64_t>& more) {
  for (const auto& [name, count] : more) sum[name] += count;
}

void add_counts(sim::RunResult& sum, const sim::RunResult& more) {
  sum.sagas += more.sagas;
  sum.decisions += more.decisions;
  sum.voided += more.voided;
  sum.requests += more.requests;
  sum.charges += more.charges;
  sum.steps += more.steps;
  sum.virtual_time += more.virtual_time;
  for (std::size_t i = 0; i < sim::fault_count; ++i) sum.faults[i] += more.faults[i];
  add_counts(sum.pairs, more.pairs);
  add_counts(sum.statuses, more.statuses);
}

double in_seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string rate_text(std::uint64_t count, Duration time) {
  if (time.count() <= 0) return "-";
  return fmt::format("{:.0f}", static_cast<double>(count) / in_seconds(time));
}

std::string days_text(Duration duration) {
  return fmt::format("{:.1f} days", in_seconds(duration) / 86'400);
}

void print_counts(const char* name, const std::map<std::string, std::uint64_t>& counts) {
  Table table{{{name}, {"TIMES", Table::Align::right}}};
  for (const auto& [key, count] : counts) table.add({key, with_commas(count)});
  if (!table.empty()) table.print();
}

}  // namespace

void SimTotals::add(const SimPlan& plan, const SeedOutcome& outcome) {
  ++seeds;
  cpu += outcome.cpu;
  hash = outcome.result.hash;
  add_counts(sum, outcome.result);
  if (outcome.code == ExitCode::ok) return;
  Failure failure{outcome.seed, outcome.code, replay_command(plan, outcome.seed),
                  outcome.result.findings};
  const auto behind = std::ranges::upper_bound(failures, failure.seed, {}, &Failure::seed);
  failures.insert(behind, std::move(failure));
}

std::uint64_t SimTotals::count(ExitCode code) const {
  return static_cast<std::uint64_t>(std::ranges::count(failures, code, &Failure::code));
}

ExitCode SimTotals::code() const {
  if (failures.empty()) return ExitCode::ok;
  return std::ranges::min(failures, {}, &Failure::code).code;
}

std::string headline(const SimTotals& totals) {
  const bool single = totals.first == totals.last;
  std::string out = single ? fmt::format("seed {}, {} orders", totals.first, totals.orders)
                           : fmt::format("seeds {}..{}, {} orders each", totals.first, totals.last,
                                         totals.orders);
  out += fmt::format(", scenario {}, paysaga {}", totals.scenario, totals.version);
  if (!totals.planted.empty()) out += fmt::format(", with the bug {}", totals.planted);
  return out;
}

std::string failure_text(const SimTotals::Failure& failure) {
  std::string out = fmt::format("seed {}: {}\n", failure.seed, outcome_text(failure.code));
  const auto& findings = failure.findings;
  for (std::size_t i = 0; i < std::min(findings.size(), findings_shown_max); ++i) {
    const sim::Finding& finding = findings[i];
    out += "  " + finding.check;
    if (!finding.order.empty()) out += "  " + finding.order;
    if (finding.at != Time{}) out += "  " + moment_text(finding.at);
    out += "  " + finding.what + "\n";
  }
  if (findings.size() > findings_shown_max) {
    out += fmt::format("  and {} more\n", findings.size() - findings_shown_max);
  }
  return out;
}

void print_totals(const SimTotals& totals) {
  const sim::RunResult& sum = totals.sum;
  Table table{{{"TOTALS"}, {"", Table::Align::right}}};
  table.add({"seeds", with_commas(totals.seeds)});
  for (const ExitCode code : {ExitCode::crash, ExitCode::wrong, ExitCode::stuck}) {
    table.add({std::string{outcome_text(code)}, with_commas(totals.count(code))});
  }
  table.add({"sagas", with_commas(sum.sagas)});
  table.add({"decisions", with_commas(sum.decisions)});
  table.add({"void records", with_commas(sum.voided)});
  table.add({"requests", with_commas(sum.requests)});
  table.add({"charges", with_commas(sum.charges)});
  table.add({"(state, input) pairs", with_commas(sum.pairs.size())});
  table.add({"virtual time", days_text(sum.virtual_time)});
  table.add({"time", fmt::format("{:.1f} s", in_seconds(totals.took))});
  table.add({"sagas/s per core", rate_text(sum.sagas, totals.cpu)});
  table.print();
  Table faults{{{"FAULT"}, {"TIMES", Table::Align::right}}};
  std::vector<std::string_view> never;
  for (const sim::Fault fault : sim::all_faults()) {
    const std::uint64_t times = sum.faults[index_of(fault)];
    if (times == 0) never.push_back(to_text(fault));
    if (times > 0) faults.add({std::string{to_text(fault)}, with_commas(times)});
  }
  fmt::print("\n");
  if (!faults.empty()) faults.print();
  if (!never.empty() && totals.seeds > 1) {
    fmt::print("never struck: {}\n", fmt::join(never, ", "));
  }
}

void print_coverage(const SimTotals& totals) {
  fmt::print("\n");
  print_counts("STATUS AT THE END", totals.sum.statuses);
  fmt::print("\n");
  print_counts("STATE AND INPUT", totals.sum.pairs);
}

void print_replays(const SimTotals& totals) {
  if (totals.seeds == 1 && totals.hash != 0) fmt::print("hash {:016x}\n", totals.hash);
  if (totals.found_after > 0) fmt::print("found after {} seeds\n", totals.found_after);
  for (const SimTotals::Failure& failure : totals.failures) fmt::print("{}\n", failure.replay);
  std::fflush(stdout);
}

std::string to_json(const SimTotals& totals) {
  std::string out;
  storage::JsonWriter json{out};
  const auto text_or_null = [&json](std::string_view name, const std::string& value) {
    json.key(name);
    value.empty() ? json.null() : json.text(value);
  };
  json.open_object();
  json.key("version").text(totals.version);
  json.key("scenario").text(totals.scenario);
  text_or_null("planted", totals.planted);
  json.key("orders").natural(totals.orders);
  json.key("first_seed").natural(totals.first);
  json.key("last_seed").natural(totals.last);
  json.key("jobs").natural(totals.jobs);
  json.key("seeds").natural(totals.seeds);
  for (const ExitCode code : {ExitCode::crash, ExitCode::wrong, ExitCode::stuck}) {
    json.key(outcome_text(code)).natural(totals.count(code));
  }
  json.key("interrupted").boolean(totals.interrupted);
  json.key("found_after");
  totals.found_after == 0 ? json.null() : json.natural(totals.found_after);
  const bool single = totals.seeds == 1 && totals.hash != 0;
  text_or_null("hash", single ? fmt::format("{:016x}", totals.hash) : "");
  json.key("took_us").integer(totals.took.count());
  json.key("cpu_us").integer(totals.cpu.count());
  write_counts(json, totals.sum);
  json.key("failures").open_array();
  for (const SimTotals::Failure& failure : totals.failures) {
    json.open_object();
    json.key("seed").natural(failure.seed);
    json.key("outcome").text(outcome_text(failure.code));
    json.key("replay").text(failure.replay);
    write_findings(json, failure.findings);
    json.close_object();
  }
  json.close_array();
  json.close_object();
  return out + "\n";
}

Result<SimTotals> parse_totals(const std::string& text) {
  simdjson::dom::parser parser;
  Json json;
  simdjson::dom::array failures;
  if (parser.parse(text).get(json) != simdjson::SUCCESS ||
      json["failures"].get(failures) != simdjson::SUCCESS ||
      json["first_seed"].error() != simdjson::SUCCESS) {
    return fail(ErrorCode::malformed, "not what `paysaga sim run -o json` writes");
  }
  SimTotals totals{.version = text_at(json, "/version"),
                   .scenario = text_at(json, "/scenario"),
                   .planted = text_at(json, "/planted"),
                   .orders = natural_at(json, "orders"),
                   .first = natural_at(json, "first_seed"),
                   .last = natural_at(json, "last_seed"),
                   .jobs = static_cast<unsigned>(natural_at(json, "jobs")),
                   .seeds = natural_at(json, "seeds")};
  totals.interrupted = text_at(json, "/interrupted") == "true";
  totals.found_after = natural_at(json, "found_after");
  if (const auto hash = text_at(json, "/hash"); hash.size() == 16) {
    totals.hash = std::strtoull(hash.c_str(), nullptr, 16);
  }
  totals.took = Duration{static_cast<std::int64_t>(natural_at(json, "took_us"))};
  totals.cpu = Duration{static_cast<std::int64_t>(natural_at(json, "cpu_us"))};
  read_counts(json, totals.sum);
  for (const Json one : failures) {
    totals.failures.push_back({natural_at(one, "seed"), parse_outcome(text_at(one, "/outcome")),
                               text_at(one, "/replay"), read_findings(one)});
  }
  return totals;
}

}  // namespace paysaga::apps
