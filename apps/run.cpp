#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "apps/cli.hpp"
#include "apps/node_target.hpp"
#include "apps/progress.hpp"
#include "apps/report.hpp"
#include "apps/secrets.hpp"
#include "apps/served_node.hpp"
#include "apps/signals.hpp"
#include "apps/submitter.hpp"

namespace paysaga::apps {
namespace {

constexpr std::size_t bad_lines_shown_max = 10'000;
constexpr std::chrono::milliseconds idle_asked_every{50};
constexpr auto ready_within = std::chrono::seconds{60};

struct RunOptions {
  std::vector<std::string> files;
  bool exit_when_idle = false;
  bool accept_data_loss = false;
  std::string idle_for = "2s";
};

/// One file of commands into the node; none if it cannot be opened.
std::optional<SubmitReport> submit_file(ServedNode& served, Signals& signals,
                                        const std::string& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  std::ifstream input{file};
  if (!input || std::filesystem::is_directory(file, error)) {
    complain(file + " cannot be read; name a file of commands, one JSON object a line");
    return std::nullopt;
  }
  Progress progress{"submitting", error ? 0 : size};
  std::size_t bad_lines = 0;
  std::vector<std::string> complaints;
  std::mutex mutex;
  const auto start = std::chrono::steady_clock::now();
  NodeTarget target{served.node()};
  Submitter submitter{
      target,
      {[&](const SubmitReport& report, std::uint64_t bytes) {
         const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
         progress.show(bytes, fmt::format("{} lines  {:.0f} lines/s", with_commas(report.lines),
                                          static_cast<double>(report.lines) / took.count()));
       },
       [&](std::size_t line, const std::string& what) {
         const std::lock_guard lock{mutex};
         if (++bad_lines <= bad_lines_shown_max) {
           complaints.push_back(fmt::format("{}:{}: {}", file, line, what));
         }
       }}};
  signals.on_stop([&submitter] { submitter.stop(); });
  SubmitReport report = submitter.run(input);
  signals.on_stop({});
  progress.clear();
  for (const std::string& complaint : complaints) complain(complaint);
  if (bad_lines > bad_lines_shown_max) {
    complain(fmt::format("... and {} more lines like these", bad_lines - bad_lines_shown_max));
  }
  if (report.interrupted) {
    complain("stopped; what was not answered may be submitted again, nothing happens twice");
  }
  return report;
}

/// True once nothing is under way and nothing is due within the horizon; asked again and again.
bool is_idle(actors::Node& node, Duration horizon) {
  std::promise<bool> answer;
  auto idle = answer.get_future();
  node.idle(horizon, [&answer](bool yes) { answer.set_value(yes); });
  return idle.get();
}

/// Returns when nothing is under way and nothing due soon, or a signal came.
void wait_until_idle(ServedNode& served, const Signals& signals, Duration horizon) {
  while (!signals.stopped() && !is_idle(served.node(), horizon)) {
    std::this_thread::sleep_for(idle_asked_every);
  }
}

void print_outcome(ServedNode& served, const SubmitReport& report) {
  const auto counts = served.store().counts();
  if (!counts) return complain(counts.error().detail);
  print_report(report, *counts);
}

ExitCode run(const Common& common, const RunOptions& options) {
  const auto loaded = load_settings(common);
  if (!loaded) return ExitCode::usage;
  auto idle_for = parse_duration(options.idle_for);
  if (!idle_for) {
    complain("--idle-for: " + idle_for.error().detail);
    return ExitCode::usage;
  }
  Signals signals{isatty(STDERR_FILENO) != 0 ? Hangup::stops : Hangup::calls};
  const auto keep_waiting = [&signals] { return !signals.stopped(); };
  auto started = ServedNode::start(loaded->settings, keep_waiting, options.accept_data_loss);
  if (!started) {
    if (signals.stopped()) return ExitCode::ok;
    complain(started.error().detail);
    return ExitCode::error;
  }
  ServedNode& served = **started;
  const Secrets secrets{common, *loaded, served, signals};
  // Nodes that share a log wait for each other, and one beyond the partitions is a spare.
  const bool serves_at_once = loaded->settings.journal.kind == config::JournalKind::kafka &&
                              options.files.empty() && !options.exit_when_idle;
  if (!serves_at_once && !served.wait_until_ready(ready_within, keep_waiting)) {
    if (signals.stopped()) return ExitCode::ok;
    complain("the node did not come to lead its partitions; the log above says why");
    return ExitCode::error;
  }
  fmt::print(stderr, "serving {}  data {}  Stripe {}\n", served.url(),
             loaded->settings.node.data.string(), served.stripe_text());
  bool submitted = true;
  for (const std::string& file : options.files) {
    const auto report = submit_file(served, signals, file);
    submitted = report && !report->interrupted;
    if (report) {
      // What was submitted is followed to its end, so that the table shows outcomes, not moments.
      if (submitted) wait_until_idle(served, signals, *idle_for);
      print_outcome(served, *report);
    }
    if (!submitted) break;
  }
  if (!options.exit_when_idle && submitted && !signals.stopped()) {
    if (!options.files.empty()) fmt::print(stderr, "serving on; Ctrl-C ends it\n");
    signals.wait();
  }
  if (options.exit_when_idle && options.files.empty()) wait_until_idle(served, signals, *idle_for);
  served.stop();
  return submitted || signals.stopped() ? ExitCode::ok : ExitCode::error;
}

}  // namespace

void add_run(CLI::App& app, Common& common, Work& work) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* run_app = app.add_subcommand("run", "Run a node; submit files of commands to it");
  run_app->add_option("FILE", options->files, "NDJSON, one command a line; then serve on");
  run_app->add_flag("--exit-when-idle", options->exit_when_idle,
                    "End when every line is decided and nothing is under way");
  run_app->add_option("--idle-for", options->idle_for,
                      "How far ahead nothing may be due for that (2s)");
  run_app->add_flag("--accept-data-loss", options->accept_data_loss,
                    "Go on without inputs that may be lost");
  run_app->callback(
      [&common, &work, options] { work = [&common, options] { return run(common, *options); }; });
}

}  // namespace paysaga::apps
