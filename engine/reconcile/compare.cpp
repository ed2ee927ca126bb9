#include "paysaga/engine/reconcile/compare.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace paysaga::engine::reconcile {
namespace {

struct Row {
  std::string_view text;
  std::string_view meaning;
};
/// By Difference.
constexpr std::array<Row, difference_count> rows = {
    {{"order_unknown",
      "Stripe has taken money for an order that is not here. Find out who made it; refund it in "
      "Stripe's dashboard if nobody is served for it."},
     {"charge_unknown",
      "An intent that its order does not know has taken or holds money. Refund or cancel it in "
      "Stripe's dashboard."},
     {"two_successes",
      "Two intents of one order have taken money: the customer paid twice. Refund one of them in "
      "Stripe's dashboard."},
     {"payment_unknown",
      "Stripe does not know the order's intent: another account or another mode, or it was never "
      "made. Check the key."},
     {"amount_differs", "The intent is of another amount than the order. Refund what is too much."},
     {"captured_differs",
      "Stripe has taken another amount than the order knows. `paysaga order timeline` shows what "
      "it was told last."},
     {"refunded_differs",
      "Stripe has given back another amount than the order knows. A refund or a webhook may still "
      "be on its way; compare again."},
     {"refund_unknown",
      "Its order does not know of this refund. The next sweep of events makes it known; compare "
      "again."},
     {"dispute_unknown",
      "Stripe has a dispute that the order does not know of. The next sweep of events makes it "
      "known; compare again."},
     {"status_differs",
      "Stripe shows the intent in another state than the order. The order looks at it on its "
      "schedule; compare again."}}};

std::string money_text(std::string_view what, std::int64_t minor, const Currency& currency) {
  return std::string{what} + " " + paysaga::to_text(Money{minor, currency});
}

bool is_one_of(std::string_view status, std::initializer_list<std::string_view> set) {
  return std::ranges::find(set, status) != set.end();
}

/// Whether an order whose payment says `ours` may stand beside an intent that says `theirs`.
bool fits(IntentStatus theirs, std::string_view ours) {
  switch (theirs) {
    case IntentStatus::requires_payment_method:
    case IntentStatus::requires_confirmation:
      return is_one_of(ours, {"ready", "declined"});
    case IntentStatus::requires_action:
      return ours == "action_required";
    case IntentStatus::processing:
      return ours == "processing";
    case IntentStatus::requires_capture:
      return ours == "authorized";
    case IntentStatus::succeeded:
      return ours == "captured";
    case IntentStatus::canceled:
      return ours == "cancelled";
    case IntentStatus::other:
      return true;  // Not final: the engine asks again by itself.
  }
  return false;
}

bool keeps_money(const SeenIntent& intent) {
  return intent.captured_minor > intent.refunded_minor ||
         intent.status == IntentStatus::requires_capture;
}

std::string text_of(const SeenIntent& intent) {
  std::string text{paysaga::to_text(intent.status)};
  if (intent.captured_minor > 0) {
    text.append(", ").append(money_text("captured", intent.captured_minor, intent.amount.currency));
  }
  return text;
}

/// Another intent than the order's own: one of a former attempt, which must not hold money.
std::vector<Finding> compare_stranger(const SeenIntent& there, const KnownOrder& here) {
  if (!keeps_money(there)) return {};
  const bool twice = there.captured_minor > 0 && here.captured_minor > 0;
  const std::int64_t minor = there.captured_minor > 0 ? there.captured_minor : there.amount.minor;
  return {{twice ? Difference::two_successes : Difference::charge_unknown, here.order, there.id,
           here.intent.empty() ? "no intent" : "its intent is " + here.intent, text_of(there),
           Money{minor, there.amount.currency}}};
}

}  // namespace

std::string_view to_text(Difference difference) {
  return rows[static_cast<std::size_t>(difference)].text;
}

std::string_view meaning_of(Difference difference) {
  return rows[static_cast<std::size_t>(difference)].meaning;
}

std::vector<Finding> compare(const SeenIntent& there, const KnownOrder* here) {
  const Currency& currency = there.amount.currency;
  if (here == nullptr) {
    if (!keeps_money(there)) return {};  // Nobody has paid it, or all was given back.
    return {{Difference::order_unknown, there.order, there.id, "no such order", text_of(there),
             there.amount}};
  }
  if (there.id != here->intent) return compare_stranger(there, *here);
  std::vector<Finding> findings;
  const auto differs = [&](Difference what, std::string ours, std::string theirs,
                           std::int64_t minor) {
    findings.push_back(
        {what, here->order, there.id, std::move(ours), std::move(theirs), Money{minor, currency}});
  };
  if (here->amount != there.amount) {
    differs(Difference::amount_differs, here->amount ? paysaga::to_text(*here->amount) : "none",
            paysaga::to_text(there.amount), there.amount.minor);
  }
  if (here->captured_minor != there.captured_minor) {
    differs(Difference::captured_differs, money_text("captured", here->captured_minor, currency),
            money_text("captured", there.captured_minor, currency),
            std::abs(there.captured_minor - here->captured_minor));
  } else if (!fits(there.status, here->payment_status)) {
    differs(Difference::status_differs, here->payment_status,
            std::string{paysaga::to_text(there.status)}, there.amount.minor);
  }
  // Stripe counts what is on its way as refunded.
  const std::int64_t most = here->refunded_minor + here->refunding_minor;
  if (there.refunded_minor < here->refunded_minor || there.refunded_minor > most) {
    differs(Difference::refunded_differs, money_text("refunded", here->refunded_minor, currency),
            money_text("refunded", there.refunded_minor, currency),
            std::abs(there.refunded_minor - here->refunded_minor));
  }
  if (there.disputed && !here->disputed) {
    differs(Difference::dispute_unknown, "no dispute", "disputed", there.captured_minor);
  }
  return findings;
}

std::vector<Finding> compare(const SeenRefund& there, const KnownOrder* here) {
  const bool gave = there.status != RefundStatus::failed && there.status != RefundStatus::canceled;
  if (!gave) return {};
  // Of an intent that the order does not know, the payment is named while it keeps money.
  if (here == nullptr || here->intent != there.intent) return {};
  if (std::ranges::find(here->refunds, there.id) != here->refunds.end()) return {};
  return {{Difference::refund_unknown, here->order, there.id, "not among its refunds",
           std::string{paysaga::to_text(there.status)} + " " + paysaga::to_text(there.amount),
           there.amount}};
}

bool is_final(Difference difference) {
  return difference == Difference::order_unknown || difference == Difference::charge_unknown ||
         difference == Difference::two_successes;
}

Finding unknown_there(const KnownOrder& here) {
  return {Difference::payment_unknown, here.order,       here.intent,
          here.payment_status,         "no such intent", here.amount};
}

}  // namespace paysaga::engine::reconcile
