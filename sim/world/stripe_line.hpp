#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "paysaga/engine/stripe/transport.hpp"
#include "paysaga/sim/prng.hpp"
#include "paysaga/sim/stripe/model.hpp"
#include "paysaga/sim/world/timeline.hpp"

namespace paysaga::sim {

using SteadyTime = std::chrono::steady_clock::time_point;

/// The steady clock of a simulated world, which is its virtual time.
///
/// Lifetime:  the timeline outlives it.
[[nodiscard]] std::function<SteadyTime()> steady_clock_of(const Timeline& timeline);

struct StripeLineOptions {
  /// How long a request, and then its answer, is on its way: drawn anew for each.
  Duration travel_min = milliseconds{1};
  Duration travel_max = milliseconds{50};
  Duration request_timeout = seconds{30};
  /// What `send_before` is a time of; empty: virtual time.
  std::function<SteadyTime()> steady_now{};
  /// Sees every request right before Stripe does, so that an oracle can judge it.
  std::function<void(const stripe::Request&, Time arrived)> on_arrival{};
};

/// One node's connection to a simulated Stripe, in virtual time.
///
/// What happens at Stripe does not depend on who still waits for it: after a timeout, a stop or a
/// crash a request that is on its way takes effect all the same. That is what makes it a payment.
/// Requests overtake each other, and there are always enough connections.
///
/// Threads:   the one of the timeline.
/// Order:     `done` comes from the timeline, never from within `send` or a change of the line; but
///            those that `stop` answers, and later ones, at once.
/// Lifetime:  timeline, model and what the options call outlive the line and all that it has put on
///            the timeline.
class StripeLine final : public engine::stripe::Transport {
 public:
  StripeLine(Timeline& timeline, stripe::StripeModel& model, StripeLineOptions options, Prng prng);
  ~StripeLine() override;  // Stops.
  StripeLine(const StripeLine&) = delete;
  StripeLine& operator=(const StripeLine&) = delete;

  void send(engine::stripe::HttpRequest request, Done done) override;
  /// Requests that are on their way still arrive; their answers are dropped.
  void stop() override;

  /// False: new requests are refused after a while, unsent. Those under way are not concerned.
  void set_reachable(bool reachable);
  /// The node crashes: nothing is answered any more, ever, not even by `stop`. A request that has
  /// not arrived yet still does with probability 1/2; one that has is done at Stripe.
  void cut();

 private:
  class State;
  std::shared_ptr<State> state_;  // Shared with the timeline, which may outlive the line.
};

}  // namespace paysaga::sim
