#include "paysaga/actors/decided.hpp"

#include "paysaga/storage/codec_event.hpp"
#include "paysaga/storage/codec_input.hpp"
#include "paysaga/storage/codec_saga.hpp"

namespace paysaga::actors {
namespace {

std::string id_of(const Input& input, const Saga& saga) {
  return std::visit(
      Overload{[](const CommandInput& command) { return command.id.text(); },
               [](const AnswerInput& answered) { return answered.call_id; },
               // A function of order and state: two owners that wake it make one event.
               [&](const WakeInput&) { return "wake:" + std::to_string(saga.version); },
               [](const PaymentEventInput& told) { return told.event.id.text(); },
               [](const WebhookInput& webhook) { return webhook.id.text(); }},
      input.body);
}

std::string_view traceparent_of(const Input& input) {
  if (const auto* command = std::get_if<CommandInput>(&input.body)) return command->traceparent;
  if (const auto* told = std::get_if<PaymentEventInput>(&input.body)) return told->traceparent;
  return {};
}

}  // namespace

std::string_view kind_of(const Input& input) {
  return std::visit(Overload{[](const CommandInput& command) { return to_text(command.command); },
                             [](const AnswerInput&) { return std::string_view{"answer"}; },
                             [](const WakeInput&) { return std::string_view{"wake"}; },
                             [](const PaymentEventInput&) { return payment_event_kind; },
                             [](const WebhookInput&) { return webhook_kind; }},
                    input.body);
}

std::string_view outcome_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::accepted:
      return "accepted";
    case Outcome::ignored:
      return "ignored";
    case Outcome::parked:
      return "parked";
    case Outcome::refused:
      return "refused";
    case Outcome::misused:
      return "misused";
  }
  std::abort();
}

Decided to_decided(const OrderWorld& world, Life life, Ticket ticket, const Input& input,
                   Decision decision, Time now) {
  Decided decided{.order = input.order,
                  .life = life,
                  .ticket = ticket,
                  .outcome = decision.outcome,
                  .code = std::move(decision.code),
                  .kind = std::string{kind_of(input)},
                  .input_id = id_of(input, decision.next),
                  .summary = std::move(decision.summary),
                  .decided_at = now};
  if (decision.outcome == Outcome::ignored || decision.outcome == Outcome::misused) return decided;
  if (const auto broken = check(decision.next, world.options.roles)) {
    decided.outcome = Outcome::misused;
    decided.summary = "the decision would break a rule: " + *broken;
    return decided;
  }
  const storage::EventSource source{world.options.group, traceparent_of(input),
                                    world.options.chain_key};
  auto encoded = storage::encode_events(decision.next, decision.events, source);
  decided.history = std::make_shared<const std::string>(storage::history_events(encoded));
  decided.events = static_cast<std::uint32_t>(encoded.size());
  decided.outputs.reserve(encoded.size());
  for (storage::EncodedEvent& event : encoded) {
    storage::RecordOutput output{{}, std::nullopt, std::move(event.record)};
    for (const Topic topic : topics_of(event.type)) {
      output.topics.push_back(world.options.topic_prefix + std::string{to_text(topic)});
    }
    decided.outputs.push_back(std::move(output));
  }
  for (const CancelForOthers& cancel : decision.cancels) {
    decided.outputs.push_back(
        {{world.options.topic_prefix + std::string{to_text(Topic::payment_commands)}},
         std::nullopt,
         storage::encode_cancel(input.order, cancel, source)});
  }
  decided.state = storage::encode_saga(decision.next);
  decided.next = std::make_shared<const Saga>(std::move(decision.next));
  return decided;
}

}  // namespace paysaga::actors
