#include "saga/payment/provider.hpp"

#include <algorithm>
#include <sstream>

#include "saga/payment/play.hpp"

namespace paysaga::payment::trial {
namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream{text};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

answer::Refused unexpected_state(const IntentObject& intent) {
  return answer::Refused{"payment_intent_unexpected_state", {}, "No.", intent};
}

answer::Unknown lost(const char* why, bool replayed = false) {
  return answer::Unknown{why, replayed, std::nullopt};
}

bool took_money(const RefundObject& refund) {
  return refund.status != RefundStatus::failed && refund.status != RefundStatus::canceled;
}

}  // namespace

Answer Provider::hear(const Call& call, Fate fate, Time now) {
  catch_up(now);
  const bool running = std::ranges::any_of(
      late_, [&](const Late& late) { return call.key && late.call.key == call.key; });
  switch (fate) {
    case Fate::answered:
      if (running) return answer::NotSent{"409", std::nullopt, true, true};
      return carry_out(call, now);
    case Fate::refused_link:
      return answer::NotSent{"connection refused", std::nullopt, false, false};
    case Fate::limited:
      return answer::NotSent{"429", seconds{2}, false, true};
    case Fate::unauthorized:
      return answer::Unauthorized{"401"};
    case Fate::lost_before:
      return lost("reset");
    case Fate::lost_after:
      if (!running) (void)carry_out(call, now);
      return lost("timeout");
    case Fate::late:
      if (call.key && !running) {
        const auto span = static_cast<std::uint64_t>(late_max.count());
        late_.push_back({now + Duration{static_cast<Duration::rep>(draw(span))}, call});
      }
      return lost("timeout");
    case Fate::error_before:
    case Fate::error_after:
      if (running) return answer::NotSent{"409", std::nullopt, true, true};
      if (!call.key || keys_.contains(call.key->text())) return carry_out(call, now);
      if (fate == Fate::error_after) (void)change(call.request, now);
      keys_.emplace(call.key->text(), Kept{call.request, std::nullopt});
      return lost("500");
  }
  return lost("?");
}

void Provider::catch_up(Time now) {
  while (true) {
    const auto due = std::ranges::find_if(late_, [&](const Late& late) { return late.at <= now; });
    if (due == late_.end()) return;
    const Late late = *due;
    late_.erase(due);
    (void)carry_out(late.call, late.at);
  }
}

Answer Provider::carry_out(const Call& call, Time now) {
  if (!call.key) return read(call);
  const auto kept = keys_.find(call.key->text());
  if (kept != keys_.end()) {
    if (kept->second.request != call.request) return answer::KeyMisused{"other parameters"};
    if (!kept->second.answer) return lost("500", true);
    return *kept->second.answer;
  }
  Answer answer = change(call.request, now);
  keys_.emplace(call.key->text(), Kept{call.request, answer});
  return answer;
}

Answer Provider::change(const Request& request, Time now) {
  const std::vector<std::string> words = words_of(request.body);
  if (request.target == "create") return create(words, now);
  if (request.target == "refund") return refund(words, now);
  IntentObject* intent = find(words.at(0));
  if (intent == nullptr) return answer::Refused{"resource_missing", "intent", "No.", std::nullopt};
  if (request.target == "confirm") return confirm(*intent, words.at(1));
  if (request.target == "capture") return capture(*intent, std::stoll(words.at(1)));
  return cancel(*intent);
}

Answer Provider::create(const std::vector<std::string>& words, Time now) {
  intents_.push_back(IntentObject{
      .id = IntentId::of("pi_" + std::to_string(intents_.size() + 1)),
      .status = IntentStatus::requires_payment_method,
      .amount = eur(std::stoll(words.at(3))),
      .latest_charge = std::nullopt,
      .last_error = std::nullopt,
      .order = words.at(0),
      .attempt = std::stoi(words.at(1)),
      .ledger = words.at(2),
      .created = now,
  });
  if (words.size() > 4) held_.insert(intents_.back().id.text());
  return answer::Intent{intents_.back()};
}

Answer Provider::confirm(IntentObject& intent, const std::string& method) {
  if (intent.status != IntentStatus::requires_payment_method) return unexpected_state(intent);
  ++confirms_;
  if (method == "pm_missing") {
    return answer::Refused{"resource_missing", "payment_method", "No.", std::nullopt};
  }
  if (method == "pm_declined") {
    fail(intent, "insufficient_funds");
    return answer::Declined{*intent.last_error, "No.", intent};
  }
  if (method == "pm_limit") {
    fail(intent, "generic_decline");
    intent.status = IntentStatus::canceled;
    return answer::Declined{*intent.last_error, "No.", intent};
  }
  if (method == "pm_3ds") {
    intent.status = IntentStatus::requires_action;
  } else if (method == "pm_slow") {
    intent.status = IntentStatus::processing;
  } else {
    succeed(intent);
  }
  return answer::Intent{intent};
}

Answer Provider::capture(IntentObject& intent, std::int64_t minor) {
  if (intent.status != IntentStatus::requires_capture) return unexpected_state(intent);
  if (minor > intent.amount.minor) {
    return answer::Refused{"amount_too_large", "amount_to_capture", "No.", std::nullopt};
  }
  intent.status = IntentStatus::succeeded;
  intent.received_minor = minor;
  return answer::Intent{intent};
}

Answer Provider::cancel(IntentObject& intent) {
  const bool may = intent.status == IntentStatus::requires_payment_method ||
                   intent.status == IntentStatus::requires_action ||
                   intent.status == IntentStatus::requires_capture;
  if (!may) return unexpected_state(intent);
  intent.status = IntentStatus::canceled;
  return answer::Intent{intent};
}

Answer Provider::refund(const std::vector<std::string>& words, Time now) {
  const std::int64_t minor = std::stoll(words.at(5));
  if (left(words.at(0)) <= 0) {
    return answer::Refused{"charge_already_refunded", {}, "No.", std::nullopt};
  }
  if (left(words.at(0)) < minor) return answer::Refused{"", "amount", "No.", std::nullopt};
  constexpr RefundStatus outcomes[] = {RefundStatus::succeeded, RefundStatus::succeeded,
                                       RefundStatus::pending, RefundStatus::failed};
  RefundObject made =
      refund_object("re_" + std::to_string(refunds_.size() + 1), words.at(1),
                    std::stoi(words.at(2)), outcomes[draw(std::size(outcomes))], minor);
  made.created = now;
  refunds_.push_back({made, words.at(0)});
  return answer::Refund{made};
}

Answer Provider::read(const Call& call) {
  const std::vector<std::string> words = words_of(call.request.body);
  switch (call.kind) {
    case CallKind::read_intent:
      return answer::Intent{*find(words.at(0))};
    case CallKind::list_intents: {
      answer::Intents list;
      for (const IntentObject& intent : intents_) {
        const std::int64_t created = micros_of(intent.created);
        if (created >= std::stoll(words.at(0)) && created <= std::stoll(words.at(1))) {
          list.intents.push_back(intent);
        }
      }
      return list;
    }
    case CallKind::read_refund:
      for (const Made& made : refunds_) {
        if (made.refund.id.text() == words.at(0)) return answer::Refund{made.refund};
      }
      break;
    case CallKind::list_refunds: {
      answer::Refunds list;
      for (const Made& made : refunds_) {
        if (made.intent == words.at(0)) list.refunds.push_back(made.refund);
      }
      return list;
    }
    case CallKind::list_disputes:
      return answer::Disputes{};
    case CallKind::page:
    case CallKind::send:
      break;
  }
  return answer::Refused{"resource_missing", {}, "No.", std::nullopt};
}

void Provider::act(Time now, bool decisively) {
  catch_up(now);
  for (IntentObject& intent : intents_) {
    if (intent.status == IntentStatus::requires_capture) end_hold(intent, decisively);
    const bool waits =
        intent.status == IntentStatus::requires_action || intent.status == IntentStatus::processing;
    if (!waits || (!decisively && draw(3) != 0)) continue;
    // Nobody has to act at the end: the time to pay ends that.
    if (decisively && intent.status == IntentStatus::requires_action) continue;
    if (intent.status == IntentStatus::requires_action && draw(4) == 0) {
      intent.status = IntentStatus::processing;
    } else if (draw(2) == 0) {
      succeed(intent);
    } else {
      fail(intent, "generic_decline");
    }
  }
  for (Made& made : refunds_) {
    if (made.refund.status != RefundStatus::pending || (!decisively && draw(3) != 0)) continue;
    made.refund.status = draw(3) == 0 ? RefundStatus::failed : RefundStatus::succeeded;
  }
}

/// It runs out, or somebody takes the money in the dashboard.
void Provider::end_hold(IntentObject& intent, bool decisively) {
  if (!decisively && draw(20) != 0) return;
  if (draw(2) == 0) {
    (void)capture(intent, intent.amount.minor / 2 + 1);
  } else {
    intent.status = IntentStatus::canceled;
  }
}

void Provider::refund_elsewhere(Time now) {
  catch_up(now);
  for (const IntentObject& intent : intents_) {
    if (intent.status != IntentStatus::succeeded || left(intent.id.text()) <= 0) continue;
    RefundObject made = refund_object("re_" + std::to_string(refunds_.size() + 1), "", 0,
                                      RefundStatus::succeeded, left(intent.id.text()) / 2 + 1);
    made.ledger.clear();
    refunds_.push_back({made, intent.id.text()});
    return;
  }
}

IntentObject* Provider::find(const std::string& id) {
  const auto found = std::ranges::find_if(
      intents_, [&](const IntentObject& intent) { return intent.id.text() == id; });
  return found == intents_.end() ? nullptr : &*found;
}

std::int64_t Provider::left(const std::string& intent) const {
  std::int64_t left = 0;
  for (const IntentObject& object : intents_) {
    if (object.id.text() == intent) left += object.received_minor;
  }
  for (const Made& made : refunds_) {
    if (made.intent == intent && took_money(made.refund)) left -= made.refund.amount.minor;
  }
  return left;
}

void Provider::fail(IntentObject& intent, const std::string& code) {
  ++charges_;
  intent.status = IntentStatus::requires_payment_method;
  intent.latest_charge = ChargeId::of("ch_" + std::to_string(charges_));
  intent.last_error = Decline{"card_declined", code, {}, intent.latest_charge};
}

void Provider::succeed(IntentObject& intent) {
  ++charges_;
  intent.latest_charge = ChargeId::of("ch_" + std::to_string(charges_));
  intent.last_error = std::nullopt;
  if (held_.contains(intent.id.text())) {
    intent.status = IntentStatus::requires_capture;
    return;
  }
  intent.status = IntentStatus::succeeded;
  intent.received_minor = intent.amount.minor;
}

std::string Provider::violation() const {
  if (std::ranges::count(intents_, IntentStatus::succeeded, &IntentObject::status) > 1) {
    return "the customer was charged twice";
  }
  std::map<std::string, int> taken;
  for (const Made& made : refunds_) {
    if (took_money(made.refund) && !made.refund.refund.empty()) ++taken[made.refund.refund];
  }
  for (const auto& [refund, times] : taken) {
    if (times > 1) return "refund " + refund + " was made twice";
  }
  return {};
}

bool Provider::charged(const IntentId& intent) const {
  return std::ranges::any_of(intents_, [&](const IntentObject& object) {
    return object.id == intent && object.status == IntentStatus::succeeded;
  });
}

bool Provider::charged() const {
  return std::ranges::any_of(intents_, [](const IntentObject& object) {
    return object.status == IntentStatus::succeeded;
  });
}

std::int64_t Provider::refunded() const {
  std::int64_t sum = 0;
  for (const Made& made : refunds_) {
    if (made.refund.status == RefundStatus::succeeded) sum += made.refund.amount.minor;
  }
  return sum;
}

std::int64_t Provider::received() const {
  std::int64_t sum = 0;
  for (const IntentObject& intent : intents_) sum += intent.received_minor;
  return sum;
}

int Provider::open_intents() const {
  return static_cast<int>(std::ranges::count_if(intents_, [](const IntentObject& object) {
    return object.status != IntentStatus::succeeded && object.status != IntentStatus::canceled;
  }));
}

}  // namespace paysaga::payment::trial
