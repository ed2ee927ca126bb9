#include <charconv>
#include <chrono>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/cli.hpp"
#include "apps/json_view.hpp"
#include "apps/progress.hpp"
#include "apps/sim_totals.hpp"
#include "apps/sim_verbs.hpp"
#include "apps/sim_workers.hpp"

namespace paysaga::apps {
namespace {

constexpr std::uint64_t seeds_max = 100'000'000;
constexpr std::uint64_t twice_every = 10;
constexpr std::uint64_t fresh_seed_max = 999'999'999'999;

struct RunOptions {
  SimOptions sim;
  std::string seed;
  std::string seeds;
  std::optional<std::uint64_t> fresh;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  bool until_found = false;
};

struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t count = 1;
};

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// A number that does not fit, or has a sign, would be another seed than the one that was written.
Result<std::uint64_t> read_seed(const std::string& text) {
  if (const auto seed = number_of(text)) return *seed;
  return fail(ErrorCode::malformed, "'" + text.substr(0, 40) +
                                        "' is no seed; write a number, at most " +
                                        std::to_string(std::numeric_limits<std::uint64_t>::max()));
}

Result<Seeds> read_range(std::string_view text) {
  const auto dots = std::min(text.find(".."), text.size());
  const auto first = number_of(text.substr(0, dots));
  const auto last = number_of(text.substr(std::min(dots + 2, text.size())));
  if (!first || !last || *last < *first) {
    return fail(ErrorCode::malformed, "--seeds: '" + std::string{text.substr(0, 40)} +
                                          "' is no range; write A..B as in 1..300");
  }
  if (*last - *first >= seeds_max) {
    return fail(ErrorCode::malformed, fmt::format("--seeds: {} seeds at most", seeds_max));
  }
  return Seeds{*first, *last - *first + 1};
}

Result<Seeds> read_seeds(const RunOptions& from) {
  if (!from.seed.empty() + !from.seeds.empty() + from.fresh.has_value() > 1) {
    return fail(ErrorCode::malformed,
                "--seed, --seeds and --fresh are three ways to say one thing");
  }
  if (!from.seeds.empty()) return read_range(from.seeds);
  if (!from.fresh) {
    const auto seed = read_seed(from.seed.empty() ? "1" : from.seed);
    if (!seed) return tl::unexpected{seed.error()};
    return Seeds{*seed, 1};
  }
  if (*from.fresh < 1 || *from.fresh > seeds_max) {
    return fail(ErrorCode::malformed, fmt::format("--fresh: 1 to {} seeds", seeds_max));
  }
  std::random_device chance;
  return Seeds{std::uniform_int_distribution<std::uint64_t>{1, fresh_seed_max}(chance),
               *from.fresh};
}

/// Many seeds: what was met so far, on the screen and in the end.
class Runner {
 public:
  Runner(const SimPlan& plan, Seeds seeds, const RunOptions& options, bool json)
      : plan_{plan}, json_{json}, progress_{"sim", seeds.count}, seeds_{seeds} {
    totals_.version = PAYSAGA_VERSION;
    totals_.scenario = plan.scenario;
    if (plan.planted != PlantedBug::none) totals_.planted = to_text(plan.planted);
    totals_.orders = plan.options.orders;
    totals_.first = seeds.first;
    totals_.last = seeds.first + (seeds.count - 1);
    totals_.jobs = options.jobs;
    until_found_ = options.until_found;
  }

  ExitCode run() {
    fmt::print(json_ ? stderr : stdout, "{}\n", headline(totals_));
    std::fflush(stdout);
    {
      SimWorkers workers{{.jobs = totals_.jobs, .until_found = until_found_},
                         [&](std::uint64_t seed) {
                           const bool twice = seeds_.count == 1 || seed % twice_every == 0;
                           return run_seed(plan_, seed, twice);
                         }};
      totals_.interrupted = !workers.work(
          seeds_.first, seeds_.count, [this](const SeedOutcome& outcome) { met(outcome); },
          [this] { show(); });
    }
    totals_.took = since_start();
    if (until_found_ && !totals_.failures.empty()) {
      totals_.found_after = totals_.failures.front().seed - seeds_.first + 1;
    }
    progress_.clear();
    report();
    if (totals_.interrupted && totals_.failures.empty()) return ExitCode::error;
    return totals_.code();
  }

 private:
  void met(const SeedOutcome& outcome) {
    totals_.add(plan_, outcome);
    for (const std::uint64_t count : outcome.result.faults) faults_ += count;
    if (outcome.code == ExitCode::ok || json_) return;
    const std::vector<sim::Finding>& findings = outcome.result.findings;
    progress_.clear();
    fmt::print("{}", failure_text({outcome.seed, outcome.code, "", findings}));
    std::fflush(stdout);
  }

  void show() {
    const double took = std::chrono::duration<double>(since_start()).count();
    const auto rate = [&](std::uint64_t count) {
      return took > 0 ? static_cast<double>(count) / took : 0.0;
    };
    progress_.show(
        totals_.seeds,
        fmt::format("{}/{} seeds  {:.1f}/s  {} sagas  {:.0f}/s  {} faults  {} failed",
                    with_commas(totals_.seeds), with_commas(seeds_.count), rate(totals_.seeds),
                    with_commas(totals_.sum.sagas), rate(totals_.sum.sagas), with_commas(faults_),
                    totals_.failures.size()));
  }

  void report() const {
    if (totals_.interrupted) {
      fmt::print(stderr, "interrupted after {} of {} seeds\n", with_commas(totals_.seeds),
                 with_commas(seeds_.count));
    }
    if (json_) {
      fmt::print("{}", to_json(totals_));
      std::fflush(stdout);
      return;
    }
    fmt::print("\n");
    print_totals(totals_);
    fmt::print("\n");
    print_replays(totals_);
  }

  [[nodiscard]] Duration since_start() const {
    return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began_);
  }

  const SimPlan& plan_;
  bool json_;
  bool until_found_ = false;
  Progress progress_;
  Seeds seeds_;
  SimTotals totals_;
  std::uint64_t faults_ = 0;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

/// The plan, with its bug put into this process and those that it forks.
Result<SimPlan> prepare(const SimOptions& from) {
  auto plan = read_sim_plan(from);
#ifdef PAYSAGA_PLANTED
  if (plan) plant(plan->planted);
#endif
  return plan;
}

ExitCode run(const RunOptions& from, const Common& common) {
  auto plan = prepare(from.sim);
  if (!plan) return complain_of(plan.error());
  const auto seeds = read_seeds(from);
  if (!seeds) return complain_of(seeds.error());
  if (from.jobs < 1) return complain_of({ErrorCode::malformed, "--jobs: 1 or more"});
  const bool json = common.output == "json";
  if (!json && common.output != "table") {
    complain("-o " + common.output + ": a simulation writes table or json");
    return ExitCode::usage;
  }
  return Runner{*plan, *seeds, from, json}.run();
}

ExitCode report(const std::string& file) {
  std::ifstream in{file};
  if (!in) {
    complain(file + ": no such file, or it cannot be read");
    return ExitCode::not_found;
  }
  std::ostringstream text;
  text << in.rdbuf();
  const auto totals = parse_totals(text.str());
  if (!totals) {
    complain(file + ": " + totals.error().detail);
    return ExitCode::usage;
  }
  fmt::print("{}\n\n", headline(*totals));
  if (totals->interrupted) fmt::print("interrupted after {} seeds\n", with_commas(totals->seeds));
  print_totals(*totals);
  print_coverage(*totals);
  fmt::print("\n");
  for (const SimTotals::Failure& failure : totals->failures) {
    fmt::print("{}", failure_text(failure));
  }
  print_replays(*totals);
  return ExitCode::ok;
}

void add_sim_options(CLI::App& verb, SimOptions& options) {
  verb.add_option("--orders", options.orders, "Orders of a run (100)");
  verb.add_option("--nodes", options.nodes, "1 to 3; the seed draws it");
  verb.add_option("--scenario", options.scenario, "A mix of faults: swarm, calm, ..., or a file");
  verb.add_option("--without", options.without, "Faults that do not happen: crash,pause")
      ->delimiter(',')
      ->allow_extra_args(false);
  verb.add_option("--faults-until", options.faults_until, "No fault begins later: 90s, 10m");
  verb.add_option("--planted", options.planted,
                  "A bug to put in; in a build of the preset `planted` only");
}

void add_run_verb(CLI::App& sim, Common& common, Work& work) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* verb = sim.add_subcommand("run", "Runs seeds and checks what came of them");
  verb->add_option("--seed", options->seed, "One seed (1)");
  verb->add_option("--seeds", options->seeds, "From and to: 1..300");
  verb->add_option("--fresh", options->fresh, "So many seeds from a random one on");
  verb->add_option("--jobs", options->jobs, "Worker processes (cores)");
  verb->add_flag("--until-found", options->until_found, "Stops at the first seed that fails");
  add_sim_options(*verb, options->sim);
  verb->callback([&, options] { work = [&, options] { return run(*options, common); }; });
}

/// A verb of one seed and the options that decide its course.
void add_seed_verb(
    CLI::App& sim, Work& work, const char* name, const char* what, bool with_order,
    std::function<ExitCode(const SimPlan&, std::uint64_t seed, const std::string& order)> act) {
  struct Options {
    SimOptions sim;
    std::string seed;
    std::string order;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = sim.add_subcommand(name, what);
  verb->add_option("SEED", options->seed, "The seed")->required();
  if (with_order) verb->add_option("--order", options->order, "Only what concerns this order");
  add_sim_options(*verb, options->sim);
  verb->callback([&work, options, act] {
    work = [options, act] {
      const auto plan = prepare(options->sim);
      if (!plan) return complain_of(plan.error());
      const auto seed = read_seed(options->seed);
      if (!seed) return complain_of(seed.error());
      return act(*plan, *seed, options->order);
    };
  });
}

}  // namespace

void add_sim(CLI::App& app, Common& common, Work& work) {
  CLI::App* sim = app.add_subcommand("sim", "The engine in a simulated world that breaks");
  sim->require_subcommand(1);
  add_run_verb(*sim, common, work);
  add_seed_verb(*sim, work, "replay", "Tells the course of a seed", true, replay_seed);
  add_seed_verb(*sim, work, "shrink", "Looks for the smallest plan that still fails", false,
                [](const SimPlan& plan, std::uint64_t seed, const std::string&) {
                  return shrink_seed(plan, seed);
                });
  auto file = std::make_shared<std::string>();
  CLI::App* verb = sim->add_subcommand("report", "Prints what `sim run -o json` wrote");
  verb->add_option("FILE", *file, "The JSON document")->required();
  verb->callback([&work, file] { work = [file] { return report(*file); }; });
}

}  // namespace paysaga::apps
