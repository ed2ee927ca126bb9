#include "apps/stripe_webhook.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "paysaga/config/value.hpp"
#include "paysaga/engine/stripe/webhook_signature.hpp"

namespace paysaga::apps {
namespace {

constexpr const char* secret_variable = "STRIPE_WEBHOOK_SECRET";

struct CheckOptions {
  std::string payload;
  std::string header;
  std::string secret_file;
  std::string at;
};

Result<std::string> read_all(const std::string& path) {
  if (path == "-") return std::string{std::istreambuf_iterator<char>{std::cin}, {}};
  std::ifstream file{path, std::ios::binary};
  if (!file) return fail(ErrorCode::not_found, path + " cannot be read");
  return std::string{std::istreambuf_iterator<char>{file}, {}};
}

/// From a file or the environment: on a command line everybody could read it.
Result<std::vector<engine::stripe::WebhookSecret>> secrets_of(const CheckOptions& from) {
  std::vector<engine::stripe::WebhookSecret> secrets;
  if (const char* value = std::getenv(secret_variable); value != nullptr && *value != '\0') {
    secrets.push_back({secret_variable, value});
  }
  if (!from.secret_file.empty()) {
    config::Secret secret;
    const config::Value value{.data = config::Table{{"file", from.secret_file}}};
    if (auto got = config::read(value, secret); !got) return tl::unexpected{got.error()};
    secrets.push_back({from.secret_file, secret.reveal()});
  }
  if (!secrets.empty()) return secrets;
  return fail(ErrorCode::malformed, fmt::format("no secret: name a file of it with --secret-file, "
                                                "or set {}",
                                                secret_variable));
}

ExitCode check(const CheckOptions& from) {
  auto payload = read_all(from.payload);
  auto secrets = secrets_of(from);
  Result<Time> at = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  if (!from.at.empty()) at = parse_time(from.at);
  for (const Error* error : {payload ? nullptr : &payload.error(),
                             secrets ? nullptr : &secrets.error(), at ? nullptr : &at.error()}) {
    if (error == nullptr) continue;
    complain(error->detail);
    return ExitCode::usage;
  }
  const auto fits = engine::stripe::check_signature(*payload, from.header, *secrets, *at);
  if (!fits) {
    complain(fits.error().detail);
    return ExitCode::problems_found;
  }
  fmt::print("the signature fits, by the secret of {}\n", *fits);
  return ExitCode::ok;
}

}  // namespace

void add_stripe_webhook(CLI::App& stripe, Work& work) {
  CLI::App* noun = stripe.add_subcommand("webhook", "What Stripe sends to an endpoint");
  noun->require_subcommand(1);
  auto options = std::make_shared<CheckOptions>();
  CLI::App* verb = noun->add_subcommand("check", "Says whether a signature holds, or why not");
  verb->add_option("--payload", options->payload, "A file with the body as it came; -: stdin")
      ->required();
  verb->add_option("--header", options->header, "The Stripe-Signature header")->required();
  verb->add_option("--secret-file", options->secret_file,
                   fmt::format("A file with the endpoint's secret; or set {}", secret_variable));
  verb->add_option("--at", options->at, "When it came, 2026-01-31T08:15:00Z; else now");
  verb->callback([&work, options] { work = [options] { return check(*options); }; });
}

}  // namespace paysaga::apps
