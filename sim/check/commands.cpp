#include "paysaga/sim/check/commands.hpp"

#include <algorithm>

#include "paysaga/actors/queued_input.hpp"

namespace paysaga::sim {
namespace {

bool has_seen(const Saga& saga, std::string_view id) {
  return std::ranges::any_of(saga.seen, [&](const Seen& seen) { return seen.id.text() == id; });
}

bool has_parked(const Saga& saga, std::string_view id) {
  return std::ranges::any_of(saga.parked,
                             [&](const Parked& parked) { return parked.input.id.text() == id; });
}

/// Of a command, a webhook, or a payment's event that orders hear.
const std::string* id_of(const Input& input) {
  if (const auto* command = std::get_if<CommandInput>(&input.body)) return &command->id.text();
  if (const auto* webhook = std::get_if<WebhookInput>(&input.body)) return &webhook->id.text();
  const auto* event = std::get_if<PaymentEventInput>(&input.body);
  return event == nullptr ? nullptr : &event->event.id.text();
}

}  // namespace

void CommandCheck::asked(const std::string& order, const std::string& id) {
  const auto [asked, is_new] = asked_.try_emplace({order, id});
  if (is_new) ++open_;
}

void CommandCheck::given_up(const std::string& order, const std::string& id) {
  Asked& asked = asked_.at({order, id});
  if (asked.required && asked.decided == 0) --open_;
  asked.required = false;
}

void CommandCheck::unreadable(const std::string& input_id) {
  asked("", input_id);
}

void CommandCheck::answered(const std::string& order, const std::string& id,
                            const actors::Submitted& answer, Time now) {
  using Kind = actors::Submitted::Kind;
  const bool tells = answer.kind == Kind::accepted || answer.kind == Kind::repeated ||
                     answer.kind == Kind::refused || answer.kind == Kind::parked;
  if (!tells || asked_.at({order, id}).decided > 0) return;
  findings_.add({"commands", id + " was answered before a decision on it counted", order, now});
}

void CommandCheck::wrong(const CountedDecision& decision, std::string what) {
  findings_.add({"commands", std::move(what), std::string{decision.decision.order},
                 decision.entry.appended_at});
}

/// What was decided is remembered for ever; what was parked waits, or is decided and remembered.
void CommandCheck::check_memory(const CountedDecision& decision) {
  if (decision.before == nullptr || decision.after == nullptr) return;
  const Saga& after = *decision.after;
  for (const Seen& seen : decision.before->seen) {
    if (has_seen(after, seen.id.text())) continue;
    wrong(decision, seen.id.text() + " was decided and is forgotten");
  }
  for (const Parked& parked : decision.before->parked) {
    const std::string& id = parked.input.id.text();
    if (has_parked(after, id) || has_seen(after, id)) continue;
    wrong(decision, id + " was parked and is lost");
  }
}

/// First in, first decided.
void CommandCheck::check_queue(const CountedDecision& decision) {
  const storage::DecisionView& of = decision.decision;
  if (of.queued.empty() && of.action != storage::Action::dequeue) return;
  auto& queue = queues_[{decision.roles, std::string{of.order}}];
  if (!of.queued.empty()) {
    const auto input = actors::decode_queued(OrderId::of(std::string{of.order}), of.queued);
    const std::string* id = input ? id_of(*input) : nullptr;
    if (id == nullptr) return wrong(decision, "what is queued cannot be read");
    queue.push_back(*id);
  }
  if (of.action != storage::Action::dequeue) return;
  if (queue.empty()) return wrong(decision, "a command left a queue that was empty");
  if (!of.input_id.empty() && queue.front() != of.input_id) {
    wrong(decision, std::string{of.input_id} + " was decided before " + queue.front() +
                        ", which stands before it in the queue");
  }
  queue.pop_front();
}

void CommandCheck::counted(const CountedDecision& decision) {
  using storage::Action;
  check_memory(decision);
  check_queue(decision);
  const Action action = decision.decision.action;
  if (action == Action::enqueue || action == Action::quarantine || action >= Action::lift) return;
  if (decision.decision.input_id.empty()) return;
  const Name name{decision.decision.order, decision.decision.input_id};
  const bool again = ++decided_[{decision.roles, name}] > 1;
  if (again) wrong(decision, name.second + " was decided twice");
  const auto found = asked_.find(name);
  if (found == asked_.end()) return;
  const std::uint32_t times = ++found->second.decided;
  if (times == 1 && found->second.required) --open_;
  if (times > 1 && !again) wrong(decision, name.second + " was decided by both groups");
}

void CommandCheck::at_end(Time now) {
  for (const auto& [name, asked] : asked_) {
    if (!asked.required || asked.decided > 0) continue;
    findings_.add({"commands", name.second + " was never decided", name.first, now});
  }
}

}  // namespace paysaga::sim
