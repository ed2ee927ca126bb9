#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/cli.hpp"
#include "apps/signals.hpp"
#include "paysaga/config/address.hpp"
#include "paysaga/sim/stripe/form.hpp"
#include "paysaga/sim/stripe/server.hpp"

namespace paysaga::apps {
namespace {

struct SimulateOptions {
  std::string listen = "127.0.0.1:12111";
  std::string journal;
  std::uint64_t seed = 1;
  std::int64_t speed = 600;
  std::string latency = "0ms";
  std::string jitter = "0ms";
  std::vector<std::string> faults;  // name=rate.
};

Result<sim::StripeServerOptions> server_options(const SimulateOptions& from) {
  sim::StripeServerOptions options;
  auto address = config::ListenAddress::parse(from.listen);
  if (!address) return fail(ErrorCode::malformed, "--listen: " + address.error().detail);
  options.address = address->host;
  options.port = address->port;
  options.journal = from.journal;
  options.seed = from.seed;
  options.speed = from.speed;
  auto latency = parse_duration(from.latency);
  if (!latency) return fail(ErrorCode::malformed, "--latency: " + latency.error().detail);
  auto jitter = parse_duration(from.jitter);
  if (!jitter) return fail(ErrorCode::malformed, "--jitter: " + jitter.error().detail);
  options.faults.latency = *latency;
  options.faults.jitter = *jitter;
  std::string pairs;
  for (const std::string& fault : from.faults) pairs += (pairs.empty() ? "" : "&") + fault;
  auto form = sim::stripe::Form::parse(pairs);
  if (!form) return fail(ErrorCode::malformed, "--fault: " + form.error().detail);
  if (auto changed = options.faults.change(*form); !changed) return tl::unexpected{changed.error()};
  return options;
}

ExitCode simulate(const SimulateOptions& from) {
  auto options = server_options(from);
  if (!options) {
    complain(options.error().detail);
    return ExitCode::usage;
  }
  Signals signals;
  sim::StripeServer server;
  if (auto started = server.start(*options); !started) {
    complain(started.error().detail);
    return ExitCode::error;
  }
  fmt::print("{}\n", server.url());
  std::fflush(stdout);
  fmt::print(stderr, "a Stripe of its own, no real money; books at {}/_sim/books; Ctrl-C ends it\n",
             server.url());
  signals.wait();
  server.stop();
  return ExitCode::ok;
}

}  // namespace

void add_stripe(CLI::App& app, Common&, Work& work) {
  CLI::App* stripe = app.add_subcommand("stripe", "The Stripe simulator");
  stripe->require_subcommand(1);
  auto options = std::make_shared<SimulateOptions>();
  CLI::App* verb = stripe->add_subcommand("simulate", "Serve the simulator over HTTP");
  verb->add_option("--listen", options->listen, "Address and port; port 0 takes a free one");
  verb->add_option("--journal", options->journal, "A file in which the account outlives it");
  verb->add_option("--seed", options->seed, "Of ids, faults and latencies");
  verb->add_option("--speed", options->speed, "Refunds settle so many times sooner");
  verb->add_option("--latency", options->latency, "Of every answer, as in 30ms");
  verb->add_option("--jitter", options->jitter, "Added to it, 0 up to this");
  verb->add_option(
      "--fault", options->faults,
      "name=rate: drop_before_commit, drop_after_commit, error_500_saved, "
      "error_500_unsaved, rate_limit_429, lock_timeout_429, slow, truncated, html_502");
  verb->callback([&work, options] { work = [options] { return simulate(*options); }; });
}

}  // namespace paysaga::apps
