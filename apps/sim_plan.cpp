#include "apps/sim_plan.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "paysaga/config/suggest.hpp"

namespace paysaga::apps {
namespace {

constexpr std::uint32_t orders_max = 100'000;
constexpr std::uint32_t nodes_max = 3;

Result<PlantedBug> read_planted(const std::string& name) {
  if (name.empty()) return PlantedBug::none;
#ifdef PAYSAGA_PLANTED
  auto bug = parse_planted_bug(name);
  if (bug) return bug;
  std::vector<std::string_view> names;
  for (const PlantedBug known : planted_bugs) names.push_back(to_text(known));
  const auto near = config::suggest(name, names);
  return fail(ErrorCode::malformed,
              bug.error().detail + (near ? "; did you mean " + *near + "?" : ""));
#else
  return fail(ErrorCode::malformed,
              "--planted: this build has no bugs to put in; the preset `planted` makes one");
#endif
}

/// A word as a shell takes it.
std::string shell_word(const std::string& text) {
  const bool plain = std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"_-./,"}.find(c) != std::string_view::npos;
  });
  if (plain && !text.empty()) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

}  // namespace

Result<SimPlan> read_sim_plan(const SimOptions& from) {
  SimPlan plan{.options = {}, .scenario = from.scenario};
  if (from.orders < 1 || from.orders > orders_max) {
    return fail(ErrorCode::malformed, fmt::format("--orders: 1 to {}", orders_max));
  }
  plan.options.orders = from.orders;
  if (from.nodes && (*from.nodes < 1 || *from.nodes > nodes_max)) {
    return fail(ErrorCode::malformed, fmt::format("--nodes: 1 to {}", nodes_max));
  }
  plan.options.nodes = from.nodes;
  auto scenario = sim::load_scenario(from.scenario);
  if (!scenario) return fail(ErrorCode::malformed, "--scenario: " + scenario.error().detail);
  plan.options.scenario = std::move(*scenario);
  for (const std::string& name : from.without) {
    const auto fault = sim::parse_fault(name);
    if (!fault) return fail(ErrorCode::malformed, "--without: " + fault.error().detail);
    plan.options.without.insert(*fault);
  }
  if (!from.faults_until.empty()) {
    const auto until = parse_duration(from.faults_until);
    if (!until) return fail(ErrorCode::malformed, "--faults-until: " + until.error().detail);
    plan.options.faults_until = *until;
  }
  const auto planted = read_planted(from.planted);
  if (!planted) return tl::unexpected{planted.error()};
  plan.planted = *planted;
  return plan;
}

std::string replay_command(const SimPlan& plan, std::uint64_t seed) {
  const sim::PlanOptions& options = plan.options;
  std::string out = fmt::format("paysaga sim replay {}", seed);
  if (options.orders != SimOptions{}.orders) out += fmt::format(" --orders {}", options.orders);
  if (options.nodes) out += fmt::format(" --nodes {}", *options.nodes);
  if (plan.scenario != SimOptions{}.scenario) out += " --scenario " + shell_word(plan.scenario);
  if (!options.without.empty()) {
    std::vector<std::string_view> names;
    for (const sim::Fault fault : options.without) names.push_back(to_text(fault));
    out += fmt::format(" --without {}", fmt::join(names, ","));
  }
  if (options.faults_until) out += " --faults-until " + exact_text(*options.faults_until);
  if (plan.planted != PlantedBug::none) out += fmt::format(" --planted {}", to_text(plan.planted));
  return out;
}

std::string exact_text(Duration duration) {
  if (duration % minutes{1} == Duration{0} && duration.count() != 0) {
    return fmt::format("{}m", duration / minutes{1});
  }
  if (duration % seconds{1} == Duration{0}) return fmt::format("{}s", duration / seconds{1});
  return fmt::format("{}us", duration.count());
}

}  // namespace paysaga::apps
