#include "paysaga/config/check.hpp"

#include <cstdlib>

namespace paysaga::config {
namespace {

constexpr const char* stripe_host = "api.stripe.com";

enum class KeyKind { none, test, live, other };

KeyKind kind_of(const Secret& key) {
  const std::string& text = key.reveal();
  if (text.empty()) return KeyKind::none;
  if (text.starts_with("sk_live_") || text.starts_with("rk_live_")) return KeyKind::live;
  if (text.starts_with("sk_test_") || text.starts_with("rk_test_")) return KeyKind::test;
  return KeyKind::other;
}

/// Before this version Stripe lists the rest of a partial capture among the refunds.
constexpr std::string_view oldest_api_version = "2025-03-31";

void check_api_version(const StripeSettings& stripe, std::vector<Conflict>& out) {
  if (std::string_view{stripe.api_version} >= oldest_api_version) return;
  out.push_back({"stripe.api_version",
                 "is older than 2025-03-31.basil, in which the rest of a partial capture counts as "
                 "a refund: leave it out, or name a newer one"});
}

/// A node that runs no payments calls nobody, and needs no key for it.
void check_key(const StripeSettings& stripe, Roles roles, std::vector<Conflict>& out) {
  const KeyKind kind = kind_of(stripe.key);
  const bool needed = runs_payments(roles);
  const auto fault = [&](const char* what) { out.push_back({"stripe.key", what}); };
  if (kind == KeyKind::other) {
    return fault(
        "is no secret or restricted key of Stripe (sk_test_, rk_test_, sk_live_, "
        "rk_live_)");
  }
  switch (stripe.mode) {
    case StripeMode::simulator:
      if (kind == KeyKind::live) {
        fault(
            "is a live key, but stripe.mode is \"simulator\": take the key away, or set the "
            "mode to \"live\"");
      }
      return;
    case StripeMode::test:
      if (kind == KeyKind::none && needed) fault("is missing; mode \"test\" needs a test key");
      if (kind == KeyKind::live) fault("is a live key, but stripe.mode is \"test\"");
      return;
    case StripeMode::live:
      if (kind == KeyKind::none && needed) fault("is missing; mode \"live\" needs a live key");
      if (kind == KeyKind::test) fault("is a test key, but stripe.mode is \"live\"");
      return;
  }
  std::abort();
}

void check_url(const StripeSettings& stripe, std::vector<Conflict>& out) {
  if (!stripe.base_url) return;
  const Url& url = *stripe.base_url;
  const bool local = is_loopback(url.host);
  const bool is_stripe = url.tls && url.host == stripe_host;
  const auto fault = [&](const std::string& what) { out.push_back({"stripe.base_url", what}); };
  switch (stripe.mode) {
    case StripeMode::simulator:
      if (!local) {
        fault(to_text(url) + " is not on this machine, but stripe.mode is \"simulator\"");
      }
      return;
    case StripeMode::test:
      if (!local && !is_stripe) {
        fault(
            "a key goes only to https://api.stripe.com, or in test mode to this machine; not to " +
            to_text(url));
      }
      return;
    case StripeMode::live:
      if (!is_stripe)
        fault("a live key goes only to https://api.stripe.com, not to " + to_text(url));
      return;
  }
  std::abort();
}

void check_stripe(const StripeSettings& stripe, Roles roles, std::vector<Conflict>& out) {
  check_key(stripe, roles, out);
  check_api_version(stripe, out);
  check_url(stripe, out);
  if (stripe.connect_timeout > stripe.timeout) {
    out.push_back({"stripe.connect_timeout", "is longer than stripe.timeout"});
  }
  if (stripe.calls_max < stripe.connections_max) {
    out.push_back({"stripe.calls_max", "is less than stripe.connections_max"});
  }
}

}  // namespace

std::string default_group(Roles roles) {
  switch (roles) {
    case Roles::both:
      return "paysaga";
    case Roles::payments:
      return "paysaga-payments";
    case Roles::orders:
      return "paysaga-orders";
  }
  std::abort();  // Every set is above; here memory is corrupt.
}

void complete(Settings& settings) {
  settings.kafka.partitions = partitions_of(settings);
  settings.stripe.rates = rates_of(settings.stripe.rates, settings.stripe.mode);
  if (settings.stripe.mode != StripeMode::simulator && !settings.stripe.base_url) {
    settings.stripe.base_url = Url{true, stripe_host, 443};
  }
}

std::vector<Conflict> check(const Settings& settings) {
  std::vector<Conflict> out;
  if (settings.node.roles.empty()) out.push_back({"node.roles", "names no role"});
  if (settings.node.roles.size() == 1 && settings.journal.kind == JournalKind::local) {
    out.push_back({"node.roles",
                   "on journal.kind \"local\" there is no other node that could have the other "
                   "role: take [\"payments\", \"orders\"], or journal.kind \"kafka\""});
  }
  if (!is_loopback(settings.http.listen.host)) {
    out.push_back({"http.listen", to_text(settings.http.listen) +
                                      " is open to others, and this build has no tokens and no "
                                      "TLS: use 127.0.0.1"});
  }
  if (settings.journal.kind == JournalKind::kafka) {
    if (settings.kafka.brokers.empty()) {
      out.push_back({"kafka.brokers",
                     "is empty, but journal.kind is \"kafka\"; name a broker, as in "
                     "\"127.0.0.1:9092\""});
    }
  }
  check_stripe(settings.stripe, roles_of(settings.node.roles), out);
  return out;
}

}  // namespace paysaga::config
