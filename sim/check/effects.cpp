#include "paysaga/sim/check/effects.hpp"

#include <algorithm>

#include "paysaga/saga/topic.hpp"

namespace paysaga::sim {
namespace {

/// A key is not sent at 20 hours; what was sent just before may take until its deadline to arrive.
constexpr Duration key_age_max = hours{20} + minutes{5};

}  // namespace

/// Its hold has ended. What could not be sent before is as young as this.
void EffectCheck::release(const std::string& order, Time at) {
  const auto held = held_.find(order);
  if (held == held_.end()) return;
  for (const std::string& key : held->second) {
    if (const auto known = keys_.find(key); known != keys_.end()) known->second.appended_at = at;
  }
  held_.erase(held);
}

void EffectCheck::check_hold(const CountedDecision& decision) {
  const Saga& after = *decision.after;
  if (!after.hold) return release(after.id.text(), decision.entry.appended_at);
  if (decision.before == nullptr || !decision.before->hold) return;
  for (const storage::RecordOutput& output : decision.decision.outputs()) {
    for (const std::string& topic : output.topics) {
      if (!topic.ends_with(to_text(Topic::payment_refund_initiated)) &&
          !topic.ends_with(to_text(Topic::payment_commands))) {
        continue;
      }
      findings_.add({"effects", "a held order asks by " + topic, after.id.text(),
                     decision.entry.appended_at});
    }
  }
  if (!after.payment) return;
  for (const Operation& operation : after.payment->operations) {
    const auto& before = decision.before->payment;
    const bool known = before && std::ranges::find(before->operations, operation.key,
                                                   &Operation::key) != before->operations.end();
    if (!known) held_[after.id.text()].insert(operation.key.text());
  }
}

void EffectCheck::counted(const CountedDecision& decision) {
  if (decision.after == nullptr) return;
  check_hold(decision);
  if (!decision.after->payment) return;
  for (const Operation& operation : decision.after->payment->operations) {
    std::string request = operation.request.target + "\n" + operation.request.body;
    const auto [known, is_new] = keys_.try_emplace(
        operation.key.text(),
        Known{request, std::string{decision.decision.order}, decision.entry.appended_at});
    if (is_new || known->second.request == request) continue;
    findings_.add({"effects", "the key " + operation.key.text() + " stands for two requests",
                   known->second.order, decision.entry.appended_at});
  }
}

void EffectCheck::arrived(const stripe::Request& request, Time at) {
  ++requests_;
  if (request.method != "POST") return;
  const auto known = keys_.find(request.idempotency_key);
  if (known == keys_.end()) {
    findings_.add({"effects",
                   request.target + " was sent under " + request.idempotency_key +
                       ", which no counted decision holds",
                   "", at});
    return;
  }
  const Known& of = known->second;
  if (const auto held = held_.find(of.order);
      held != held_.end() && held->second.contains(request.idempotency_key)) {
    findings_.add({"effects", "the held order sent " + request.idempotency_key, of.order, at});
  }
  if (of.request != "POST " + request.target + "\n" + request.body) {
    findings_.add(
        {"effects", "other bytes were sent under " + request.idempotency_key, of.order, at});
  }
  if (at - of.appended_at > key_age_max) {
    findings_.add(
        {"effects",
         "the key " + request.idempotency_key + " was sent after " + to_text(at - of.appended_at),
         of.order, at});
  }
}

}  // namespace paysaga::sim
