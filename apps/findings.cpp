#include "apps/findings.hpp"

#include <algorithm>
#include <array>

namespace paysaga::apps {
namespace {

using storage::OrderCount;

/// What is known of a reason or a wait, for people at night.
struct Known {
  std::string_view name;
  Need need;
  std::string_view text;
  /// What to press: {order} and {place} are filled in. Behind it comes `order why`.
  std::vector<std::string_view> acts = {};
};

const std::vector<Known>& known_reasons() {
  static const std::vector<Known> reasons = {
      {"compensation_stuck",
       Need::act,
       "A refund of an ended order failed: the customer's money is still here. It is tried again.",
       {"paysaga order why {order}", "paysaga order list --reason compensation_stuck"}},
      {"authorization_lost",
       Need::act,
       "The hold ended while the delivery runs: nothing will be paid.",
       {"paysaga order cancel {order} --reason TEXT"}},
      {"hold_expires",
       Need::act,
       "Held money is soon released: take it, or cancel the order.",
       {"paysaga order capture {order}", "paysaga order cancel {order} --reason TEXT"}},
      {"money_overdrawn",
       Need::act,
       "More was given back than was taken: compare with Stripe's dashboard.",
       {"paysaga order show {order}", "paysaga order timeline {order}"}},
      {"outcome_unknown",
       Need::watch,
       "Stripe's answer to a call was lost. Evidence is sought by itself, and nothing is sent "
       "twice.",
       {"paysaga order why {order}", "paysaga stripe limits"}},
      {"quarantined",
       Need::act,
       "A fault of ours stopped it; its inputs queue until you decide.",
       {"paysaga order show {order}", "paysaga order resume {order} --reason TEXT",
        "paysaga order skip {order} --reason TEXT"}},
  };
  return reasons;
}

const std::vector<Known>& known_waits() {
  static const std::vector<Known> waits = {
      {"operator",
       Need::act,
       "An operator holds it, or it was paid too late: it waits to be resumed.",
       {"paysaga order why {order}", "paysaga order resume {order} --reason TEXT"}},
      {"evidence", Need::watch, "Stripe's answer was lost; what became of the call is looked up."},
      {"provider_answer",
       Need::watch,
       "A call is under way, or was put off.",
       {"paysaga order why {order}", "paysaga stripe limits"}},
      {"refund", Need::watch, "Stripe has not finished a refund, or its next attempt is planned."},
      {"dispute",
       Need::watch,
       "The customer's bank decides; evidence is handed in at Stripe's dashboard.",
       {"paysaga order show {order}"}},
      {"provider", Need::watch, "Stripe has not finished the payment; it is read on a schedule."},
      {"payment", Need::watch, "The payment nodes have to tell what became of the payment."},
      {"capture", Need::watch, "The money is held: it is to be captured, or the order cancelled."},
      {"delivery", Need::watch, "It is paid: the order is to be fulfilled, rejected or cancelled."},
      {"customer_action", Need::watch, "The customer has to confirm with the bank; it expires."},
      {"customer_method", Need::watch, "The customer has to choose how to pay; it expires."},
      {"command", Need::watch, "A command came before its payment.initiate; it expires."},
  };
  return waits;
}

std::string filled(std::string_view act, const Place& place, const std::string& order) {
  std::string text{act};
  if (const auto at = text.find("{order}"); at != std::string::npos) text.replace(at, 7, order);
  return text + place.flag;
}

/// A directory answers what it holds; nothing can be changed in it.
bool needs_node(std::string_view act) {
  constexpr std::array reads = {" why ", " show ", " timeline ", " list "};
  return std::ranges::none_of(
      reads, [act](const char* verb) { return act.find(verb) != std::string_view::npos; });
}

/// Rows of one group become one finding.
std::vector<Finding> by_group(const std::vector<OrderCount>& counts) {
  std::vector<Finding> findings;
  for (const OrderCount& count : counts) {
    if (findings.empty() || findings.back().what != count.group) {
      findings.push_back({.need = Need::watch, .what = count.group, .text = {}, .count = 0});
    }
    Finding& finding = findings.back();
    *finding.count += count.orders;
    finding.more = finding.more || count.more;
    if (count.currency) {
      if (count.amount_minor != 0) finding.money[*count.currency] += count.amount_minor;
      if (count.money_at_risk_minor != 0) {
        finding.at_risk[*count.currency] += count.money_at_risk_minor;
      }
    }
    if (count.oldest && (!finding.since || count.oldest->since < *finding.since)) {
      finding.since = count.oldest->since;
      finding.order = count.oldest->order.text();
    }
  }
  return findings;
}

std::vector<Finding> explained(std::vector<Finding> findings, const std::vector<Known>& all,
                               const Place& place) {
  const auto place_of = [&all](const Finding& finding) {
    return std::ranges::find(all, finding.what, &Known::name) - all.begin();
  };
  for (Finding& finding : findings) {
    const auto known = std::ranges::find(all, finding.what, &Known::name);
    const bool found = known != all.end();
    finding.need = found ? known->need : Need::act;
    finding.text = found ? std::string{known->text} : "This version knows no more of it.";
    std::vector<std::string_view> acts;
    if (found) acts = known->acts;
    if (acts.empty()) acts = {"paysaga order why {order}"};
    for (const std::string_view act : acts) {
      if (place.is_directory && needs_node(act)) continue;
      finding.next.push_back(filled(act, place, finding.order));
    }
    if (finding.next.empty()) {
      finding.next.push_back(filled("paysaga order why {order}", place, finding.order));
    }
  }
  std::ranges::stable_sort(findings, {}, place_of);
  return findings;
}

}  // namespace

std::string_view to_text(Need need) {
  switch (need) {
    case Need::act:
      return "act";
    case Need::watch:
      return "watch";
    case Need::none:
      return "none";
    case Need::unknown:
      return "unknown";
  }
  return {};
}

std::vector<Finding> stuck_findings(const std::vector<OrderCount>& counts, const Place& place,
                                    Time now) {
  auto findings = explained(by_group(counts), known_reasons(), place);
  for (Finding& finding : findings) {
    const bool old = finding.since && now - *finding.since >= unknown_is_old;
    if (finding.what == "outcome_unknown" && old) finding.need = Need::act;
  }
  if (findings.empty()) {
    findings.push_back({.need = Need::none, .what = "stuck", .text = "No order is stuck."});
  }
  return findings;
}

std::vector<Finding> waiting_findings(const std::vector<OrderCount>& counts, const Place& place,
                                      Time now) {
  // Who is stuck is told of by the reason for it.
  std::map<std::string, std::uint64_t> not_stuck;
  for (const OrderCount& count : counts) not_stuck[count.group] += count.orders - count.stuck;
  auto findings = explained(by_group(counts), known_waits(), place);
  std::erase_if(findings,
                [&not_stuck](const Finding& finding) { return not_stuck[finding.what] == 0; });
  for (Finding& finding : findings) {
    // A call that is put off for so long is stopped by something: a breaker, a limit, a network.
    const bool old = finding.since && now - *finding.since >= unknown_is_old;
    if (finding.what == "provider_answer" && old) finding.need = Need::act;
  }
  if (findings.empty()) {
    findings.push_back({.need = Need::none, .what = "waiting", .text = "No order is open."});
  }
  return findings;
}

Finding risk_finding(const std::vector<OrderCount>& counts, const Place& place) {
  Finding finding{.need = Need::none, .what = "money_at_risk", .text = "No money is at risk."};
  for (const OrderCount& count : counts) {
    if (count.currency && count.money_at_risk_minor != 0) {
      finding.at_risk[*count.currency] += count.money_at_risk_minor;
    }
  }
  if (finding.at_risk.empty()) return finding;
  finding.need = Need::watch;
  finding.text = "Unknown calls, ended orders not yet refunded, failed refunds, open disputes.";
  finding.next = {"paysaga order count --by status" + place.flag};
  return finding;
}

Finding dead_letter_finding(std::uint64_t waiting, bool more, std::optional<Time> oldest,
                            const Place& place) {
  if (waiting == 0) {
    return {.need = more ? Need::unknown : Need::none,
            .what = "dead_letters",
            .text = more ? "None waits among those looked at; there are more."
                         : "No dead letter waits."};
  }
  Finding finding{.need = Need::act,
                  .what = "dead_letters",
                  .text = "Inputs that cannot be decided wait for a redrive or a discard.",
                  .count = waiting,
                  .unit = "dead letter",
                  .more = more,
                  .since = oldest};
  finding.next = {"paysaga dlq list --state waiting" + place.flag};
  if (!place.is_directory)
    finding.next.push_back("paysaga dlq redrive ID --reason TEXT" + place.flag);
  return finding;
}

Finding wake_finding(std::optional<Time> oldest, const Place& place, Time now) {
  if (!oldest || now - *oldest < wake_is_late) {
    return {.need = Need::none, .what = "wake_ups", .text = "What is due is done."};
  }
  Finding finding{.need = Need::act,
                  .what = "wake_ups",
                  .text = "Calls and looks are past their time: the node does not keep up.",
                  .since = oldest};
  if (place.is_directory) {
    finding.text = "Calls and looks are past their time: no node works on this directory.";
    finding.next = {"paysaga run" + place.flag};
  } else {
    finding.next = {"paysaga partition lag" + place.flag, "paysaga stripe limits" + place.flag};
  }
  return finding;
}

}  // namespace paysaga::apps
