#pragma once

#include <string>
#include <vector>

#include "paysaga/engine/kafka/kafka_log.hpp"
#include "paysaga/engine/kafka/settings.hpp"
#include "paysaga/engine/stripe/request_encoder.hpp"
#include "paysaga/saga/saga.hpp"
#include "paysaga/saga/topic.hpp"
#include "paysaga/storage/codec_event.hpp"

namespace paysaga::bench {

/// What a group of payments publishes of payments that go well, decided and encoded by the engine's
/// own code: PAYMENT_INITIATED, PAYMENT_PROCESSING, PAYMENT_COMPLETED of each order.
class PaymentEvents {
 public:
  explicit PaymentEvents(const config::Settings& settings)
      : prefix_{settings.kafka.topic_prefix},
        partitions_{static_cast<std::uint32_t>(config::partitions_of(settings))} {}

  static std::string order_name(int number) { return "order-" + std::to_string(number); }

  /// The records of one order in the order in which they are published, each for the topic of its
  /// kind; payment-events, which no group of orders reads, is left out.
  [[nodiscard]] std::vector<storage::Output> of(int number) const {
    const OrderId order = OrderId::of(order_name(number));
    const Context context{std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()),
                          policy_,
                          encoder_,
                          group,
                          "benchledge",
                          7,
                          false,
                          Roles::payments};
    const Money amount{4200 + number % 1000, *Currency::parse("EUR")};
    std::vector<storage::Output> outputs;
    Saga saga = new_saga(order);
    command::PaymentInitiate initiate{
        amount, CustomerId::of("customer-1"), MethodId::of("pm_card_visa"), {}, false, {}};
    take(saga, context,
         CommandInput{EventId::of(order.text() + "-pay"), 1, std::move(initiate), {}, {}}, outputs);
    answer(saga, context, amount, IntentStatus::requires_payment_method, outputs);
    answer(saga, context, amount, IntentStatus::succeeded, outputs);
    return outputs;
  }

 private:
  static constexpr std::string_view group = "bench-payments";

  void answer(Saga& saga, const Context& context, const Money& amount, IntentStatus status,
              std::vector<storage::Output>& outputs) const {
    const IntentObject intent{
        .id = IntentId::of("pi_" + saga.id.text()),
        .status = status,
        .amount = amount,
        .received_minor = status == IntentStatus::succeeded ? amount.minor : 0,
        .order = saga.id.text(),
        .attempt = 1,
        .ledger = "benchledge"};
    take(saga, context,
         AnswerInput{pending_calls(saga, context).at(0).id, answer::Intent{intent}, "req_1", {}},
         outputs);
  }

  template <class Body>
  void take(Saga& saga, const Context& context, Body body,
            std::vector<storage::Output>& outputs) const {
    Decision decision = decide(saga, Input{saga.id, std::move(body)}, context);
    ensure(decision.outcome == Outcome::accepted, "a payment that goes well is accepted");
    const storage::ChainKey key;
    for (auto& event : storage::encode_events(decision.next, decision.events, {group, {}, key})) {
      const auto topics = topics_of(event.type);
      if (topics.size() < 2) continue;
      outputs.push_back({prefix_ + std::string{to_text(topics[1])},
                         storage::PartitionId{partition_of(saga.id, partitions_)},
                         std::move(event.record)});
    }
    saga = std::move(decision.next);
  }

  std::string prefix_;
  std::uint32_t partitions_;
  Policy policy_;
  engine::stripe::StripeEncoder encoder_;
};

}  // namespace paysaga::bench
