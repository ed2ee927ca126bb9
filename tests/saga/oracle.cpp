#include "saga/oracle.hpp"

#include <algorithm>
#include <sstream>

namespace paysaga::trial {
namespace {

constexpr Duration late_by = seconds{20};

std::vector<std::string> split(const std::string& text) {
  std::istringstream stream{text};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

Fate draw(std::deque<Fate>& fates) {
  if (fates.empty()) return Fate::answered;
  const Fate fate = fates.front();
  fates.pop_front();
  return fate;
}

answer::Refused refused(std::string code, const IntentObject* intent = nullptr,
                        std::string param = {}) {
  return {std::move(code), std::move(param), "refused",
          intent != nullptr ? std::optional{*intent} : std::nullopt};
}

const answer::Unknown dropped{"connection dropped", false, std::nullopt};

}  // namespace

Answer Oracle::answer(const Call& call, Time now) {
  tick(now);
  if (call.kind != CallKind::send) {
    switch (draw(look_fates)) {
      case Fate::lost_before:
      case Fate::lost_after:
      case Fate::late:
      case Fate::saved_error:
      case Fate::saved_after:
        return dropped;
      case Fate::not_sent:
        return answer::NotSent{"connection refused", std::nullopt, false, false};
      case Fate::unauthorized:
        return answer::Unauthorized{"401"};
      case Fate::answered:
        return look(call);
    }
  }
  if (!call.key) {
    violations.push_back("a send without a key");
    return answer::KeyMisused{"no key"};
  }
  if (std::ranges::any_of(late_, [&](const Late& l) { return l.call.key == call.key; })) {
    return answer::NotSent{"409", std::nullopt, true, true};
  }
  const Fate fate = draw(fates);
  switch (fate) {
    case Fate::answered:
      return carry_out(call, now);
    case Fate::lost_before:
      return dropped;
    case Fate::lost_after:
      static_cast<void>(carry_out(call, now));
      return dropped;
    case Fate::late:
      late_.push_back({call, now + late_by});
      return dropped;
    case Fate::not_sent:
      return answer::NotSent{"connection refused", std::nullopt, false, false};
    case Fate::unauthorized:
      return answer::Unauthorized{"401"};
    case Fate::saved_error:
    case Fate::saved_after:
      break;
  }
  // An answer that was saved cannot become an error later.
  if (keys_.contains(call.key->text())) return carry_out(call, now);
  if (fate == Fate::saved_after) static_cast<void>(carry_out_once(call, now));
  keys_.insert_or_assign(call.key->text(),
                         Saved{call.request, answer::Unknown{"500", true, std::nullopt}});
  return answer::Unknown{"500", false, std::nullopt};
}

void Oracle::tick(Time now) {
  for (std::size_t i = 0; i < late_.size();) {
    if (late_[i].at > now) {
      ++i;
      continue;
    }
    const Late late = late_[i];
    late_.erase(late_.begin() + static_cast<std::ptrdiff_t>(i));
    static_cast<void>(carry_out(late.call, late.at));
  }
}

std::optional<Time> Oracle::next_tick() const {
  std::optional<Time> first;
  for (const Late& late : late_) {
    if (!first || late.at < *first) first = late.at;
  }
  return first;
}

Answer Oracle::look(const Call& call) const {
  const std::vector<std::string> words = split(call.request.body);
  if (call.kind == CallKind::list_intents) {
    answer::Intents list;
    for (const auto& [id, intent] : intents) {
      const std::int64_t created = micros_of(intent.object.created);
      if (created >= std::stoll(words[0]) && created <= std::stoll(words[1])) {
        list.intents.push_back(intent.object);
      }
    }
    return list;
  }
  if (call.kind == CallKind::list_refunds) {
    answer::Refunds list;
    for (const auto& [id, refund] : refunds) {
      if (refund.intent == words[0]) list.refunds.push_back(refund.object);
    }
    return list;
  }
  if (call.kind == CallKind::list_disputes) return answer::Disputes{disputes};
  if (call.kind == CallKind::read_refund) {
    const auto found = refunds.find(words[0]);
    if (found == refunds.end()) return refused("resource_missing");
    return answer::Refund{found->second.object};
  }
  const auto found = intents.find(words[0]);
  if (found == intents.end()) return refused("resource_missing");
  return answer::Intent{found->second.object};
}

Answer Oracle::carry_out(const Call& call, Time now) {
  const auto saved = keys_.find(call.key->text());
  if (saved == keys_.end()) {
    Answer answer = carry_out_once(call, now);
    keys_.insert_or_assign(call.key->text(), Saved{call.request, answer});
    return answer;
  }
  if (saved->second.request == call.request) return saved->second.answer;
  violations.push_back("a key was used for another request: " + call.key->text());
  return answer::KeyMisused{"other parameters"};
}

Answer Oracle::carry_out_once(const Call& call, Time now) {
  const std::vector<std::string> words = split(call.request.body);
  if (call.request.target == "create") return create(words, now);
  if (call.request.target == "confirm") return confirm(words);
  if (call.request.target == "cancel") return cancel(words);
  return refund(words, now);
}

Answer Oracle::create(const std::vector<std::string>& words, Time now) {
  const std::string id = "pi_" + std::to_string(intents.size() + 1);
  const IntentObject object{.id = IntentId::of(id),
                            .status = IntentStatus::requires_payment_method,
                            .amount = {std::stoll(words[3]), *Currency::parse("EUR")},
                            .latest_charge = std::nullopt,
                            .last_error = std::nullopt,
                            .order = words[0],
                            .attempt = std::stoi(words[1]),
                            .ledger = words[2],
                            .created = now};
  intents.insert_or_assign(id, Intent{object, {}, false});
  return answer::Intent{object};
}

void Oracle::charge(Intent& intent) {
  if (charges_ > 0) violations.push_back("a second charge for one order");
  ++charges_;
  intent.charged = true;
  intent.object.status = IntentStatus::succeeded;
  intent.object.received_minor = intent.object.amount.minor;
  intent.object.latest_charge = ChargeId::of("ch_" + std::to_string(charges_));
}

void Oracle::decline(Intent& intent) {
  ++declines_;
  const ChargeId charge = ChargeId::of("ch_declined_" + std::to_string(declines_));
  intent.object.status = IntentStatus::requires_payment_method;
  intent.object.latest_charge = charge;
  intent.object.last_error = Decline{"card_declined", "insufficient_funds", "", charge};
}

Answer Oracle::confirm(const std::vector<std::string>& words) {
  const auto found = intents.find(words[0]);
  if (found == intents.end()) return refused("resource_missing", nullptr, "intent");
  Intent& intent = found->second;
  const IntentStatus status = intent.object.status;
  const bool open = status == IntentStatus::requires_payment_method ||
                    status == IntentStatus::requires_confirmation ||
                    status == IntentStatus::requires_action;
  if (!open) return refused("payment_intent_unexpected_state", &intent.object);
  intent.method = words[1];
  if (intent.method == "pm_gone") {
    return refused("resource_missing", &intent.object, "payment_method");
  }
  if (intent.method == "pm_bad") return refused("parameter_invalid", &intent.object, "amount");
  if (intent.method == "pm_declined") {
    decline(intent);
    return answer::Declined{*intent.object.last_error, "Your card was declined.", intent.object};
  }
  if (intent.method == "pm_3ds") {
    intent.object.status = IntentStatus::requires_action;
  } else if (intent.method == "pm_slow") {
    intent.object.status = IntentStatus::processing;
  } else {
    charge(intent);
  }
  return answer::Intent{intent.object};
}

Answer Oracle::cancel(const std::vector<std::string>& words) {
  const auto found = intents.find(words[0]);
  if (found == intents.end()) return refused("resource_missing", nullptr, "intent");
  Intent& intent = found->second;
  const IntentStatus status = intent.object.status;
  if (status == IntentStatus::succeeded || status == IntentStatus::canceled ||
      status == IntentStatus::processing) {
    return refused("payment_intent_unexpected_state", &intent.object);
  }
  intent.object.status = IntentStatus::canceled;
  return answer::Intent{intent.object};
}

Answer Oracle::refund(const std::vector<std::string>& words, Time now) {
  const auto found = intents.find(words[0]);
  if (found == intents.end()) return refused("resource_missing", nullptr, "intent");
  const std::int64_t amount = std::stoll(words[5]);
  const std::int64_t left = charged() - given_back() - being_given_back();
  if (left <= 0) return refused("charge_already_refunded");
  if (amount > left) return refused("amount_too_large", nullptr, "amount");
  RefundFate fate = RefundFate::succeeds;
  if (!refund_fates.empty()) {
    fate = refund_fates.front();
    refund_fates.pop_front();
  }
  if (fate == RefundFate::refused) return refused("charge_not_refundable");
  const std::string id = "re_" + std::to_string(refunds.size() + 1);
  const RefundObject object{.id = ProviderRefundId::of(id),
                            .status = fate == RefundFate::succeeds ? RefundStatus::succeeded
                                      : fate == RefundFate::pends  ? RefundStatus::pending
                                                                   : RefundStatus::failed,
                            .amount = {amount, *Currency::parse("EUR")},
                            .failure_reason = fate == RefundFate::fails ? "expired_card" : "",
                            .refund = words[1],
                            .attempt = std::stoi(words[2]),
                            .ledger = words[4],
                            .created = now};
  refunds.insert_or_assign(id, Refund{object, words[0]});
  return answer::Refund{object};
}

bool Oracle::finish_intents(bool success, Time now) {
  tick(now);
  bool any = false;
  for (auto& [id, intent] : intents) {
    const IntentStatus status = intent.object.status;
    if (status != IntentStatus::requires_action && status != IntentStatus::processing) continue;
    any = true;
    if (success) {
      charge(intent);
    } else {
      decline(intent);
    }
  }
  return any;
}

bool Oracle::finish_refunds(bool success) {
  bool any = false;
  for (auto& [id, refund] : refunds) {
    if (refund.object.status != RefundStatus::pending) continue;
    any = true;
    refund.object.status = success ? RefundStatus::succeeded : RefundStatus::failed;
    if (!success) refund.object.failure_reason = "expired_card";
  }
  return any;
}

std::int64_t Oracle::charged() const {
  std::int64_t sum = 0;
  for (const auto& [id, intent] : intents) sum += intent.charged ? intent.object.amount.minor : 0;
  return sum;
}

std::int64_t Oracle::given_back() const {
  std::int64_t sum = 0;
  for (const auto& [id, refund] : refunds) {
    if (refund.object.status == RefundStatus::succeeded) sum += refund.object.amount.minor;
  }
  return sum;
}

std::int64_t Oracle::being_given_back() const {
  std::int64_t sum = 0;
  for (const auto& [id, refund] : refunds) {
    if (refund.object.status == RefundStatus::pending) sum += refund.object.amount.minor;
  }
  return sum;
}

}  // namespace paysaga::trial
