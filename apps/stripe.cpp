#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/cli.hpp"
#include "apps/signals.hpp"
#include "apps/stripe_limits.hpp"
#include "apps/stripe_permissions.hpp"
#include "apps/stripe_webhook.hpp"
#include "paysaga/config/address.hpp"
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
  std::vector<std::string> faults;     // name=rate.
  std::vector<std::string> behaviour;  // name=value.
  std::vector<std::string> limits;     // A name, or name=value.
};

/// What stands below the options in `--help`.
constexpr const char* manual =
    R"(A Stripe of your own: no account, no network, no real money. Point the official SDK of any
language at the URL that is printed first, with any key that begins with sk_test_:

  stripe.StripeClient("sk_test_x", base_addresses={"api": url})            Python
  new Stripe("sk_test_x", {host: "127.0.0.1", port: 12111, protocol: "http"})  Node

The API of 2026-08-26.dahlia: payment intents (create, update, confirm, capture, cancel, list,
search), charges, refunds, disputes, balance transactions, events, webhook endpoints; idempotency
keys, expand[], pagination. What it does not do it refuses with parameter_unknown or 404.

PAYMENT METHODS (payment_method=...)
  pm_card_visa, pm_card_mastercard, ...      succeeds
  pm_card_visa_chargeDeclined[...]           declines: InsufficientFunds, LostCard, StolenCard,
                                             ExpiredCard, IncorrectCvc, ProcessingError,
                                             VelocityLimitExceeded, Fraudulent
  pm_card_authenticationRequired             3DS: the customer answers after customer_min..max
  pm_card_pendingRefund, pm_card_refundFail  refunds that take their time, or fail after all
  pm_card_createDispute[ProductNotReceived|Inquiry]   a dispute follows
  pm_usBankAccount_success, _insufficientFunds, ...   processing first (payment_method_types[]=
                                             us_bank_account, in usd)

FAULTS (--fault NAME=RATE, 0 to 1; at most one of the first nine happens to a request)
  drop_before_commit, drop_after_commit   the connection closes; nothing was done, or it was
  error_500_saved, error_500_unsaved      500, kept under the idempotency key or not
  rate_limit_429, lock_timeout_429        refused before it begins
  slow, truncated, html_502               answered late, by half, or by a page of the edge
  webhook_duplicate, webhook_reorder, webhook_delay, webhook_lose, webhook_early
                                          an event comes twice, is overtaken, comes late, never, or
                                          before the answer to the request that caused it

LIMITS (--limit sandbox, --limit live, --limit NAME=NUMBER)
  global_rate, endpoint_rate, search_rate   requests a second: sandbox 25, 25, 20; live 100, 25, 20
  global_concurrency, endpoint_concurrency  requests under way
  updates_an_hour                           of one payment intent: 1000
  locks                                     1: one change of an object at a time, or lock_timeout

WEBHOOKS
  POST /v1/webhook_endpoints (url, enabled_events[]) answers the secret; events are signed and
  sent to http:// and https:// URLs, and tried again as webhook_retry and webhook_give_up say.

BY HAND
  POST /_sim/play/ID act=...   pi_: authenticate, fail_authentication, succeed, fail, expire
                               ch_: dispute, inquire    dp_: win, lose, escalate
                               re_: succeed, fail, require_action    evt_: resend
  POST /_sim/clock advance=7d  moves its clock: holds expire, keys are forgotten, refunds settle

TO LOOK AT
  GET /_sim/books       every order's money and each violation: double_charge, double_refund,
                        refund_over_charge, key_reused_other_params, capture_twice,
                        capture_over_authorized; ?summary=1, ?order=ID (metadata[order_id])
  GET /_sim/requests    the last 1,000 requests; ?id=req_..., ?endpoint=confirm_intent
  GET /_sim/deliveries  the last 1,000 attempts to deliver an event
  GET, POST /_sim/faults, /_sim/behaviour, /_sim/limits   read and change them while it runs)";

/// "a=1", "b=2" as a form.
Result<sim::stripe::Form> form_of(std::string_view option, const std::vector<std::string>& pairs) {
  std::string text;
  for (const std::string& pair : pairs) text += (text.empty() ? "" : "&") + pair;
  auto form = sim::stripe::Form::parse(text);
  if (form) return form;
  return fail(ErrorCode::malformed, fmt::format("{}: {}", option, form.error().detail));
}

/// Reads what has names: faults, behaviour, limits.
Result<void> read_named(const SimulateOptions& from, sim::StripeServerOptions& options) {
  const auto faults = form_of("--fault", from.faults);
  if (!faults) return tl::unexpected{faults.error()};
  if (auto changed = options.faults.change(*faults); !changed) return changed;
  options.behaviour.hasten(from.speed);
  const auto behaviour = form_of("--set", from.behaviour);
  if (!behaviour) return tl::unexpected{behaviour.error()};
  if (auto changed = options.behaviour.change(*behaviour); !changed) return changed;
  for (const std::string& limit : from.limits) {
    if (limit.find('=') == std::string::npos) {
      auto named = sim::stripe::Limits::named(limit);
      if (!named) return tl::unexpected{named.error()};
      options.limits = *named;
      continue;
    }
    const auto form = form_of("--limit", {limit});
    if (!form) return tl::unexpected{form.error()};
    if (auto changed = options.limits.change(*form); !changed) return changed;
  }
  return {};
}

Result<sim::StripeServerOptions> server_options(const SimulateOptions& from) {
  sim::StripeServerOptions options;
  auto address = config::ListenAddress::parse(from.listen);
  if (!address) return fail(ErrorCode::malformed, "--listen: " + address.error().detail);
  options.address = address->host;
  options.port = address->port;
  options.journal = from.journal;
  options.seed = from.seed;
  auto latency = parse_duration(from.latency);
  if (!latency) return fail(ErrorCode::malformed, "--latency: " + latency.error().detail);
  auto jitter = parse_duration(from.jitter);
  if (!jitter) return fail(ErrorCode::malformed, "--jitter: " + jitter.error().detail);
  options.faults.latency = *latency;
  options.faults.jitter = *jitter;
  if (auto read = read_named(from, options); !read) return tl::unexpected{read.error()};
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

void add_stripe(CLI::App& app, Common& common, Work& work) {
  CLI::App* stripe =
      app.add_subcommand("stripe", "The Stripe simulator, limits, permissions, webhooks");
  stripe->require_subcommand(1);
  add_stripe_webhook(*stripe, work);
  add_stripe_limits(*stripe, common, work);
  add_stripe_permissions(*stripe, common, work);
  auto options = std::make_shared<SimulateOptions>();
  CLI::App* verb = stripe->add_subcommand("simulate", "Serve the simulator over HTTP");
  verb->add_option("--listen", options->listen, "Address and port; port 0 takes a free one")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  verb->add_option("--journal", options->journal, "A file in which the account outlives it")
      ->type_name("FILE");
  verb->add_option("--seed", options->seed, "Of ids, faults and latencies")
      ->type_name("N")
      ->capture_default_str();
  verb->add_option("--speed", options->speed, "What is marked * below comes so many times sooner")
      ->type_name("N")
      ->capture_default_str();
  verb->add_option("--latency", options->latency, "Of every answer, as in 30ms")
      ->type_name("TIME")
      ->capture_default_str();
  verb->add_option("--jitter", options->jitter, "Added to it, 0 up to this")
      ->type_name("TIME")
      ->capture_default_str();
  verb->add_option("--fault", options->faults, "What goes wrong, and how often; may be repeated")
      ->type_name("NAME=RATE");
  verb->add_option("--set", options->behaviour, "What happens by itself; may be repeated")
      ->type_name("NAME=VALUE");
  verb->add_option("--limit", options->limits, "How much may be asked for; may be repeated")
      ->type_name("none|sandbox|live|NAME=N");
  verb->footer(std::string{manual} + "\n\nWHAT HAPPENS BY ITSELF (--set NAME=VALUE)\n" +
               sim::stripe::Behaviour::manual());
  verb->callback([&work, options] { work = [options] { return simulate(*options); }; });
}

}  // namespace paysaga::apps
