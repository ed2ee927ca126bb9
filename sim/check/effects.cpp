#include "paysaga/sim/check/effects.hpp"

namespace paysaga::sim {
namespace {

/// A key is not sent at 20 hours; what was sent just before may take until its deadline to arrive.
constexpr Duration key_age_max = hours{20} + minutes{5};

}  // namespace

void EffectCheck::counted(const CountedDecision& decision) {
  if (decision.after == nullptr || !decision.after->payment) return;
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
