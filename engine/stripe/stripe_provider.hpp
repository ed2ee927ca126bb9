#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "paysaga/actors/ports.hpp"
#include "paysaga/config/secret.hpp"
#include "paysaga/engine/stripe/transport.hpp"

namespace paysaga::engine::stripe {

struct StripeOptions {
  std::string base_url = "https://api.stripe.com";
  config::Secret key;     // sk_... or, better, a restricted rk_...
  bool livemode = false;  // What is meant. A key of the other mode is refused.
  std::string api_version = "2026-08-26.dahlia";
  std::string user_agent = "paysaga";
  std::string ca_pem;  // Roots to trust instead of the system's; empty: the system's.
  std::size_t threads = 1;
  std::size_t connections_max = 32;
  std::size_t queue_max = 4'096;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds request_timeout{30'000};
  std::chrono::milliseconds queue_timeout{30'000};
  std::size_t list_pages_max = 50;  // Of 100 objects. A longer list is Unknown, never cut.
  std::size_t response_bytes_max = 8 * 1024 * 1024;
  /// What `took` and the last moment to send are measured with. A simulation has its own.
  std::function<std::chrono::steady_clock::time_point()> steady_now =
      std::chrono::steady_clock::now;
};

/// One HTTP exchange, for metrics. The texts are closed sets.
struct ExchangeReport {
  std::string_view endpoint;  // create_intent, confirm_intent, list_refunds, ..., other.
  std::string_view outcome;   // done, declined, refused, not_sent, unknown, ...
  int status = 0;             // 0: no answer.
  Duration took{};            // Waiting for a connection included.
};

/// Stripe behind the port of the actors.
///
/// It repeats nothing by itself and waits for nothing: when to try again is the saga's to decide.
/// Lists are read page by page into one answer; a page that fails makes the whole answer that.
///
/// Threads:   as the port says. `observe` comes from the same threads and must not block.
/// Lifetime:  the clock and what `steady_now` reads outlive it.
class StripeProvider final : public actors::PaymentProvider {
 public:
  using Observe = std::function<void(const ExchangeReport&)>;

  /// Errors: malformed (URL, key, roots), forbidden (a live key that would go anywhere but to
  /// https://api.stripe.com; a key of the other mode; plain http beyond this machine).
  [[nodiscard]] static Result<std::unique_ptr<StripeProvider>> start(StripeOptions options,
                                                                     const actors::Clock& clock,
                                                                     Observe observe = {});
  /// The same over another transport: of `options`, those that concern the connection are not used.
  /// Errors: those of `start`. The key is checked against `base_url`, wherever `transport` leads.
  [[nodiscard]] static Result<std::unique_ptr<StripeProvider>> over(
      StripeOptions options, const actors::Clock& clock, std::unique_ptr<Transport> transport,
      Observe observe = {});
  ~StripeProvider() override;  // Stops.

  void call(actors::ProviderCall call, Done done) override;
  [[nodiscard]] const RequestEncoder& encoder() const override;
  [[nodiscard]] std::span<const std::string_view> endpoints() const override;
  [[nodiscard]] std::size_t endpoint_of(const Call& call) const override;
  /// Calls that are made from now on carry this key; it must be of the same account. Any thread.
  /// Errors: malformed, forbidden (as `start`): the former key stays.
  [[nodiscard]] Result<void> replace_key(config::Secret key);
  /// Answers every outstanding call, joins the threads; later calls are NotSent. Not from `done`.
  void stop();

 private:
  class Impl;
  explicit StripeProvider(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// "done", "declined", "unknown", ...: a closed set for metrics.
[[nodiscard]] std::string_view outcome_of(const Answer& answer);

}  // namespace paysaga::engine::stripe
