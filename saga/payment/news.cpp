#include "paysaga/saga/payment/news.hpp"

#include <algorithm>

#include "paysaga/saga/payment/evidence.hpp"
#include "paysaga/saga/payment/hold.hpp"
#include "paysaga/saga/payment/steps.hpp"
#include "paysaga/saga/payment/waits.hpp"

namespace paysaga::payment {
namespace {

bool is_about(const Payment& payment, const WebhookInput& news) {
  return !payment.intent || payment.intent->id == news.intent;
}

void ignore_foreign(Draft& draft) {
  ignore(draft, "it tells of another intent");
}

void plan_look(Draft& draft, Time at) {
  Payment& payment = draft.payment;
  payment.reads = 0;
  ++payment.looks;
  payment.next_read_at = at;
}

/// Nobody tells of them again.
void remember_refunds(Draft& draft, const WebhookInput& news) {
  if (news.news != News::refund) return;
  draft.payment.refunds_told = true;
  if (draft.outcome != Outcome::ignored) return;
  draft.outcome = Outcome::accepted;
  draft.code.clear();
  draft.summary.clear();
  note(draft, "its refunds are listed once it is paid");
}

/// Its bytes may be under way, so the answer is awaited first.
void look_beside(Draft& draft, const Operation& operation) {
  const Payment& payment = draft.payment;
  if (operation.kind != OperationKind::confirm) return ignore(draft, "its answer is awaited");
  if (payment.next_read_at && *payment.next_read_at > draft.now()) {
    return ignore(draft, "it will be looked at anyway");
  }
  plan_look(draft, draft.now() + answer_patience);
  note(draft, "looked at soon, unless the answer comes first");
}

void hasten(Draft& draft, Operation& operation) {
  const Step step = step_of(draft.payment, operation, draft.scope.hold);
  if (step == Step::none) return ignore(draft, "the cancel behind it finds out");
  if (step == Step::look) ++operation.reads;  // A look under way may be older than the news.
  operation.next_at = std::min(operation.next_at, draft.now());
  note(draft, step == Step::look ? "looked at now" : "asked again now");
}

void shown(Draft& draft, const IntentObject& intent) {
  const std::optional<Decline> decline = newer_decline(draft.payment.intent, intent);
  show(draft, intent);
  draft.payment.next_read_at = std::nullopt;
  if (!is_open(*draft.payment.intent)) return become_as_shown(draft);
  if (decline) return become_declined(draft, *decline);
  note(draft, "nothing has changed");
}

}  // namespace

void look_now(Draft& draft, const WebhookInput& news) {
  if (!is_about(draft.payment, news)) return ignore_foreign(draft);
  if (!draft.payment.intent) return ignore(draft, "there is no intent to look at");
  plan_look(draft, draft.now());
  note(draft, "looked at now");
  remember_refunds(draft, news);
}

void seek_now(Draft& draft, const WebhookInput& news) {
  Payment& payment = draft.payment;
  if (!is_about(payment, news)) return ignore_foreign(draft);
  if (payment.operations.empty()) return look_now(draft, news);
  // A cancel that stands behind a confirm tells of both.
  Operation& newest = payment.operations.back();
  if (newest.phase == Phase::intended) {
    look_beside(draft, newest);
  } else {
    hasten(draft, newest);
  }
  remember_refunds(draft, news);
}

void list_refunds_now(Draft& draft, const WebhookInput& news) {
  if (!is_about(draft.payment, news)) return ignore_foreign(draft);
  if (news.news == News::dispute) return note(draft, "its disputes are listed now");
  if (news.news != News::refund) return ignore(draft, "it is already paid");
  plan_look(draft, draft.now());
  note(draft, "its refunds are listed now");
}

void hear_waiting(Draft& draft, const AnswerInput& answer) {
  const Finding finding = hear(draft, answer);
  if (const auto* look = std::get_if<found::Shown>(&finding)) shown(draft, look->intent);
}

}  // namespace paysaga::payment
