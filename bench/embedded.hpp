#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "paysaga/engine/runtime.hpp"
#include "paysaga/sim/stripe_server.hpp"

namespace paysaga::bench {

/// A node on the embedded default with the Stripe simulator beside it, both in this process.
struct Embedded {
  sim::StripeServer stripe;
  std::unique_ptr<engine::Runtime> runtime;

  Embedded(const std::string& directory, Duration latency, actors::Observer* observer) {
    sim::StripeServerOptions options;
    options.journal = directory + "/stripe.log";
    options.faults.latency = latency;
    const auto started = stripe.start(options);
    ensure(started.has_value(), "the simulator starts");
    config::Settings settings;
    settings.node.data = directory;
    settings.stripe.base_url = *config::Url::parse(stripe.url());
    auto opened = engine::Runtime::start(settings, {nullptr, observer});
    ensure(opened.has_value(), "the runtime starts");
    runtime = std::move(*opened);
    while (!runtime->node().ready()) std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }

  /// payment.initiate with a card that succeeds.
  void pay(const std::string& order, std::function<void(actors::Submitted)> done) {
    command::PaymentInitiate initiate{Money{4200, *Currency::parse("EUR")},
                                      CustomerId::of("customer-1"),
                                      MethodId::of("pm_card_visa"),
                                      {},
                                      false,
                                      {}};
    runtime->node().submit(
        {OrderId::of(order),
         CommandInput{EventId::of(order + "-pay"), 1, std::move(initiate), {}, {}}},
        std::move(done));
  }
  void fulfil(const std::string& order, std::function<void(actors::Submitted)> done) {
    runtime->node().submit(
        {OrderId::of(order),
         CommandInput{EventId::of(order + "-done"), 1, command::OrderFulfilled{}, {}, {}}},
        std::move(done));
  }
  /// Calls back when the order is paid, or not to be paid.
  void when_paid(const std::string& order, std::function<void(bool)> done) {
    const auto over = [](const Saga& saga) {
      return saga.order.status != order::Status::payment_processing;
    };
    const Time far = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()) +
                     std::chrono::minutes{10};
    runtime->node().wait(OrderId::of(order), over, far,
                         [done = std::move(done)](const std::shared_ptr<const Saga>& saga) {
                           done(saga && saga->order.status == order::Status::pending);
                         });
  }
};

}  // namespace paysaga::bench
