#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "paysaga/engine/runtime.hpp"
#include "paysaga/sim/stripe/server.hpp"

namespace paysaga::bench {

/// Settings of a node with its data in `directory`; on Kafka if there are brokers, under names of
/// this process and directory.
inline config::Settings settings_of(const std::string& directory, const std::string& brokers) {
  config::Settings settings;
  settings.node.data = directory;
  if (brokers.empty()) return settings;
  settings.journal.kind = config::JournalKind::kafka;
  settings.kafka.brokers = brokers;
  settings.kafka.topic_prefix = directory.substr(directory.rfind('/') + 1) + "-";
  settings.kafka.group = settings.kafka.topic_prefix + "group";
  settings.kafka.partitions = 4;
  return settings;
}

/// A node with the Stripe simulator beside it, both in this process.
struct Embedded {
  sim::StripeServer stripe;
  std::unique_ptr<engine::Runtime> runtime;

  Embedded(config::Settings settings, Duration latency, actors::Observer* observer) {
    sim::StripeServerOptions options;
    options.journal = settings.node.data / "stripe.log";
    options.faults.latency = latency;
    const auto started = stripe.start(options);
    ensure(started.has_value(), "the simulator starts");
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
