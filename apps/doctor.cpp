#include <chrono>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "apps/doctor_report.hpp"
#include "apps/json_view.hpp"

namespace paysaga::apps {
namespace {

ExitCode examine(const Common& common) {
  const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  const auto report = common.data ? ask_directory(common, now) : ask_node(common, now);
  if (!report) return complain_of(report.error());
  if (common.output == "json" || common.output == "jsonl") {
    fmt::print("{}\n", json_of(*report));
  } else {
    fmt::print("{}", isatty(STDOUT_FILENO) == 1 ? screen_of(*report) : lines_of(*report));
  }
  return report->needs_person() ? ExitCode::problems_found : ExitCode::ok;
}

}  // namespace

void add_doctor(CLI::App& app, Common& common, Work& work) {
  app.add_subcommand("doctor", "What waits for what, what needs a person, and what to press next")
      ->callback([&common, &work] { work = [&common] { return examine(common); }; });
}

}  // namespace paysaga::apps
