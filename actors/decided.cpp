#include "paysaga/actors/decided.hpp"

#include "paysaga/storage/codec_event.hpp"
#include "paysaga/storage/codec_saga.hpp"

namespace paysaga::actors {
namespace {

std::string kind_of(const Input& input) {
  return std::visit(
      Overload{[](const CommandInput& command) { return std::string{to_text(command.command)}; },
               [](const AnswerInput&) { return std::string{"answer"}; },
               [](const WakeInput&) { return std::string{"wake"}; }},
      input.body);
}

std::string id_of(const Input& input, const Saga& saga) {
  return std::visit(
      Overload{[](const CommandInput& command) { return command.id.text(); },
               [](const AnswerInput& answered) { return answered.call_id; },
               // A function of order and state: two owners that wake it make one event.
               [&](const WakeInput&) { return "wake:" + std::to_string(saga.version); }},
      input.body);
}

}  // namespace

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
                  .kind = kind_of(input),
                  .input_id = id_of(input, decision.next),
                  .summary = std::move(decision.summary),
                  .decided_at = now};
  if (decision.outcome == Outcome::ignored || decision.outcome == Outcome::misused) return decided;
  if (const auto broken = check(decision.next)) {
    decided.outcome = Outcome::misused;
    decided.summary = "the decision would break a rule: " + *broken;
    return decided;
  }
  std::string_view traceparent;
  if (const auto* command = std::get_if<CommandInput>(&input.body))
    traceparent = command->traceparent;
  const storage::EventSource source{world.options.group, traceparent, world.options.chain_key};
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
  decided.state = storage::encode_saga(decision.next);
  decided.next = std::make_shared<const Saga>(std::move(decision.next));
  return decided;
}

}  // namespace paysaga::actors
