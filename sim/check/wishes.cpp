#include "paysaga/sim/check/wishes.hpp"

#include <algorithm>

namespace paysaga::sim {

void WishCheck::asked(const std::string& order, const CommandInput& input) {
  asked_[order].emplace(input.id.text(), input.command);
}

void WishCheck::at_end(Time now) {
  orders_.each([&](const std::string& id, const Halves&) {
    if (const auto saga = orders_.find(id)) check_order(*saga, asked_[id], news_[id], now);
  });
}

void WishCheck::check_order(const Saga& saga, const Commands& commands,
                            const std::set<std::string>& news, Time now) {
  const Wrong wrong = [&](const std::string& what) {
    findings_.add({"wishes", what, saga.id.text(), now});
  };
  Granted granted;
  for (const Seen& seen : saga.seen) {
    const auto command = commands.find(seen.id.text());
    if (news.contains(seen.id.text())) continue;
    if (command == commands.end()) {
      wrong(seen.id.text() + " was decided and never asked");
    } else if (seen.refused.empty()) {
      grant(saga, seen.id.text(), command->second, granted, wrong);
    }
  }
  if (!saga.payment) return;
  check_end(saga, granted, wrong);
  check_capture(saga, granted, wrong);
  check_refunds(saga, granted, commands, wrong);
}

void WishCheck::check_end(const Saga& saga, const Granted& granted, const Wrong& wrong) {
  using order::Status;
  const Status status = saga.order.status;
  const MoneyTotals& money = saga.payment->money;
  const bool waits = saga.hold || status == Status::refund_failed;
  const std::int64_t kept = money.captured - money.refunded - money.lost;
  if (granted.end && !waits && kept > 0) {
    wrong("was granted an end, and " + std::to_string(kept) + " of its money is kept");
  }
  if (granted.fulfilled != (status == Status::fulfilled)) {
    wrong(granted.fulfilled ? "was delivered, and its status is " + status_text(saga)
                            : "is fulfilled, and nobody delivered it");
  }
}

/// One command that was not refused.
void WishCheck::grant(const Saga& saga, const std::string& id, const Command& command,
                      Granted& granted, const Wrong& wrong) {
  const auto is_known = [&](const RefundId& of) {
    return saga.payment &&
           std::ranges::any_of(saga.payment->refunds, [&](const auto& r) { return r.id == of; });
  };
  std::visit(Overload{
                 [&](const command::OrderCancel&) { granted.end = true; },
                 [&](const command::OrderRejected&) { granted.end = true; },
                 [&](const command::OrderDeliveryFailed&) { granted.end = true; },
                 [&](const command::OrderFulfilled&) { granted.fulfilled = true; },
                 [&](const command::PaymentCancel&) { granted.payment_cancel = true; },
                 [](const command::PaymentConfirm&) {},
                 [](const command::OrderHold&) {},
                 [](const command::OrderResume&) {},
                 [&](const command::PaymentCapture& ask) {
                   const std::int64_t all = saga.payment ? saga.payment->amount.minor : 0;
                   granted.captures.push_back(ask.amount_minor.value_or(all));
                 },
                 [&](const command::PaymentInitiate& ask) {
                   if (saga.payment && saga.payment->amount == ask.amount) return;
                   wrong(id + " was granted, and the payment has another amount");
                 },
                 [&](const command::RefundRequest& ask) {
                   if (!is_known(ask.refund)) wrong("the refund " + ask.refund.text() + " is lost");
                 },
             },
             command);
}

void WishCheck::check_capture(const Saga& saga, const Granted& granted, const Wrong& wrong) {
  const std::int64_t taken = saga.payment->money.captured;
  if (!saga.payment->manual_capture || taken == 0) return;
  if (std::ranges::find(granted.captures, taken) == granted.captures.end()) {
    wrong("nobody asked for " + std::to_string(taken) + " of its held money");
  }
}

/// Every refund was asked for, with its amount, or follows from the order's end.
void WishCheck::check_refunds(const Saga& saga, const Granted& granted, const Commands& commands,
                              const Wrong& wrong) {
  const bool may_compensate = granted.end || granted.payment_cancel || saga.payment->late;
  for (const payment::Refund& refund : saga.payment->refunds) {
    if (refund.external) continue;
    if (refund.compensation) {
      if (!may_compensate) wrong("is given back what nobody asked for: " + refund.id.text());
      continue;
    }
    const auto command = refund.command ? commands.find(refund.command->text()) : commands.end();
    const auto* ask =
        command == commands.end() ? nullptr : std::get_if<command::RefundRequest>(&command->second);
    if (ask == nullptr) {
      wrong("nobody asked for the refund " + refund.id.text());
    } else if (ask->amount_minor && *ask->amount_minor != refund.amount_minor) {
      wrong("the refund " + refund.id.text() + " is of " + std::to_string(refund.amount_minor) +
            ", asked for were " + std::to_string(*ask->amount_minor));
    }
  }
}

}  // namespace paysaga::sim
