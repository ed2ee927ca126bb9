#include "paysaga/sim/world/scenario.hpp"

#include <array>
#include <charconv>
#include <optional>

#include "paysaga/config/suggest.hpp"
#include "paysaga/config/toml_file.hpp"
#include "paysaga/sim/world/scenario_texts.hpp"

namespace paysaga::sim {
namespace {

struct BuiltIn {
  std::string_view name;
  std::string_view (*text)();
};
constexpr std::array built_in{BuiltIn{"swarm", scenario_swarm}, BuiltIn{"calm", scenario_calm},
                              BuiltIn{"provider", scenario_provider},
                              BuiltIn{"ownership", scenario_ownership},
                              BuiltIn{"roles", scenario_roles}};

/// "3%" as 0.03, "4" as 4.
std::optional<double> number_of(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return percent ? number / 100 : number;
}

/// ["40%", "1..8"].
std::optional<FaultRange> range_of(const config::Value& value, bool timed) {
  const auto* texts = std::get_if<config::Texts>(&value.data);
  if (texts == nullptr || texts->size() != 2) return std::nullopt;
  const std::string_view amount = (*texts)[1];
  const std::size_t dots = amount.find("..");
  if (dots == std::string_view::npos) return std::nullopt;
  const auto on = number_of((*texts)[0]);
  const auto low = number_of(amount.substr(0, dots));
  const auto high = number_of(amount.substr(dots + 2));
  if (!on || !low || !high || *on > 1 || *low > *high) return std::nullopt;
  if (*high > (timed ? 1'000 : 1)) return std::nullopt;
  return FaultRange{*on, *low, *high};
}

Result<Scenario> scenario_of(const std::vector<config::Assignment>& assignments,
                             const std::string& name) {
  Scenario scenario{name};
  for (const config::Assignment& assignment : assignments) {
    constexpr std::string_view section = "faults.";
    if (assignment.name == "faults") continue;  // Empty.
    if (!assignment.name.starts_with(section)) {
      return fail(ErrorCode::malformed, assignment.where + ": '" + assignment.name +
                                            "' is not known; a scenario has one section, [faults]");
    }
    const auto fault = parse_fault(assignment.name.substr(section.size()));
    if (!fault) return fail(ErrorCode::malformed, assignment.where + ": " + fault.error().detail);
    const auto range = range_of(assignment.value, is_timed(*fault));
    if (!range) {
      const char* form = is_timed(*fault) ? "[\"40%\", \"1..8\"]" : "[\"40%\", \"0.1%..3%\"]";
      return fail(ErrorCode::malformed, assignment.where + ": how often a run has " +
                                            std::string{to_text(*fault)} +
                                            " and how much of it then is written " + form);
    }
    scenario.faults[index_of(*fault)] = *range;
  }
  return scenario;
}

}  // namespace

std::vector<std::string_view> scenario_names() {
  std::vector<std::string_view> names;
  for (const BuiltIn& one : built_in) names.push_back(one.name);
  return names;
}

Result<Scenario> parse_scenario(std::string_view toml, const std::string& name) {
  auto assignments = config::read_toml(toml, name);
  if (!assignments) return tl::unexpected{std::move(assignments.error())};
  return scenario_of(*assignments, name);
}

Result<Scenario> load_scenario(const std::string& which) {
  for (const BuiltIn& one : built_in) {
    if (one.name == which) return parse_scenario(one.text(), which);
  }
  const std::filesystem::path path{which};
  if (!std::filesystem::exists(path)) {
    const auto near = config::suggest(which, scenario_names());
    return fail(ErrorCode::not_found, "no scenario and no file is named '" + which + "'" +
                                          (near ? "; did you mean " + *near + "?" : ""));
  }
  auto assignments = config::read_toml_file(path);
  if (!assignments) return tl::unexpected{std::move(assignments.error())};
  return scenario_of(*assignments, which);
}

}  // namespace paysaga::sim
