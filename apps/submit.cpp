#include <filesystem>
#include <fstream>
#include <iostream>
#include <mutex>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/cli.hpp"
#include "apps/http_target.hpp"
#include "apps/json_view.hpp"
#include "apps/progress.hpp"
#include "apps/report.hpp"
#include "apps/signals.hpp"
#include "apps/submitter.hpp"

namespace paysaga::apps {
namespace {

ExitCode submit(const Common& common, const std::string& file) {
  Signals signals;
  auto target = HttpTarget::to(common.node_url);
  if (!target) return complain_of(target.error());
  std::ifstream opened;
  std::uint64_t size = 0;
  if (file != "-") {
    std::error_code error;
    size = std::filesystem::file_size(file, error);
    opened.open(file);
    if (!opened || std::filesystem::is_directory(file, error)) {
      complain(file + " cannot be read; name a file of commands, or - for standard input");
      return ExitCode::usage;
    }
  }
  std::mutex mutex;
  std::vector<std::string> complaints;
  SubmitReport report;
  {
    Progress progress{"submitting", size};
    Submitter* running = nullptr;
    Submitter submitter{**target,
                        {[&](const SubmitReport& now, std::uint64_t bytes) {
                           progress.show(bytes, with_commas(now.lines) + " lines");
                           if ((*target)->failure()) running->stop_within();
                         },
                         [&](std::size_t line, const std::string& what) {
                           const std::lock_guard lock{mutex};
                           complaints.push_back(fmt::format("{}:{}: {}", file, line, what));
                         }}};
    running = &submitter;
    signals.on_stop([&submitter] { submitter.stop(); });
    report = submitter.run(file == "-" ? std::cin : opened);
    signals.on_stop({});
  }
  for (const std::string& complaint : complaints) complain(complaint);
  if (const auto failed = (*target)->failure()) return complain_of(*failed);
  print_report(report, {});
  if (report.interrupted) return ExitCode::error;
  return report.refused + report.invalid > 0 ? ExitCode::partly_done : ExitCode::ok;
}

}  // namespace

void add_submit(CLI::App& app, Common& common, Work& work) {
  auto file = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("submit", "Submit a file of commands to a running node");
  verb->add_option("FILE", *file, "NDJSON, one command a line; - is standard input")->required();
  verb->callback(
      [&common, &work, file] { work = [&common, file] { return submit(common, *file); }; });
}

}  // namespace paysaga::apps
