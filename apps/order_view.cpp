#include "apps/order_view.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include "apps/progress.hpp"
#include "paysaga/saga/money.hpp"

namespace paysaga::apps {
namespace {

std::string emphasised(const std::string& text, const char* colour) {
  return colour_wanted() ? std::string{"\x1b["} + colour + "m" + text + "\x1b[0m" : text;
}

const char* colour_of(std::string_view status) {
  if (status == "FULFILLED" || status == "PENDING") return "32";
  if (status == "PAYMENT_FAILED" || status == "REFUND_FAILED") return "31";
  if (status == "PAYMENT_PROCESSING" || status == "REFUND_PENDING") return "33";
  return "1";
}

void line(std::string_view name, const std::string& value) {
  if (!value.empty()) fmt::print("{:<13}{}\n", name, value);
}

/// A part of the order's money, in the currency of its amount.
std::string part(const Json& order, const std::string& name) {
  std::int64_t minor = 0;
  if (order.at_pointer("/money/" + name).get(minor) != simdjson::SUCCESS || minor == 0) return {};
  const auto currency = Currency::parse(text_at(order, "/amount/currency"));
  return currency ? name + " " + to_text(Money{minor, *currency}) : std::string{};
}

void show_money(const Json& order) {
  std::string parts;
  for (const char* name : {"authorized", "captured", "refunding", "refunded", "disputed", "lost"}) {
    const std::string text = part(order, name);
    if (!text.empty()) parts += (parts.empty() ? "" : ", ") + text;
  }
  line("money", parts.empty() ? "none moved" : parts);
}

void show_operations(const Json& order) {
  simdjson::dom::array operations;
  if (order.at_pointer("/payment/operations").get(operations) != simdjson::SUCCESS) return;
  for (const Json operation : operations) {
    std::string text = text_at(operation, "/operation") + " attempt " +
                       text_at(operation, "/attempt") + ": " + text_at(operation, "/phase");
    const std::string next = age_at(operation, "/next_at");
    if (!next.empty()) text += ", next " + next;
    const std::string error = text_at(operation, "/last_error");
    if (!error.empty()) text += " (" + error + ")";
    line("operation", text);
    line("  key", text_at(operation, "/idempotency_key"));
    line("  request", text_at(operation, "/request_id"));
  }
}

void show_disputes(const Json& order) {
  simdjson::dom::array disputes;
  if (order["disputes"].get(disputes) != simdjson::SUCCESS) return;
  for (const Json dispute : disputes) {
    std::string text = text_at(dispute, "/dispute_id") + "  " + money_at(dispute, "/amount") +
                       "  " + text_at(dispute, "/status") + "  " + text_at(dispute, "/reason");
    const std::string due = text_at(dispute, "/evidence_due_at");
    if (text_at(dispute, "/status") == "opened" && !due.empty()) text += "  evidence due " + due;
    line("dispute", text);
  }
}

void show_refunds(const Json& order) {
  simdjson::dom::array refunds;
  if (order["refunds"].get(refunds) != simdjson::SUCCESS) return;
  for (const Json refund : refunds) {
    std::string text = text_at(refund, "/refund_id") + "  " + money_at(refund, "/amount") + "  " +
                       text_at(refund, "/status");
    if (text_at(refund, "/compensation") == "true") text += "  (compensation)";
    const std::string reason = text_at(refund, "/reason");
    if (!reason.empty()) text += "  " + reason;
    const std::string error = text_at(refund, "/last_error");
    if (!error.empty()) text += "  (" + error + ")";
    const std::string next = age_at(refund, "/next_at");
    if (!next.empty()) text += ", next " + next;
    line("refund", text);
  }
}

}  // namespace

std::string why_sentence(const Json& order) {
  const std::string id = text_at(order, "/order_id");
  const std::string status = text_at(order, "/status");
  const std::string quarantined = text_at(order, "/quarantined/reason");
  if (!quarantined.empty()) {
    return id + " is stopped since " + age_at(order, "/quarantined/since") +
           " by a fault: " + quarantined + "; its inputs queue until `paysaga order resume " + id +
           "`";
  }
  if (!text_at(order, "/held/reason").empty()) {
    return id + " is " + status + " and held since " + age_at(order, "/held/since") +
           ": it waits for " + text_at(order, "/waiting/text") + "; `paysaga order resume " + id +
           "` lets it go on";
  }
  const std::string text = text_at(order, "/waiting/text");
  if (text.empty()) return id + " is " + status + " and waits for nothing";
  std::string sentence = id + " is " + status + " and waits for " + text;
  const std::string since = age_at(order, "/waiting/since");
  if (!since.empty()) sentence += ", since " + since;
  const std::string next = age_at(order, "/waiting/next_at");
  if (next.ends_with("ago")) {
    sentence += "; it is due now";
  } else if (!next.empty()) {
    sentence += "; it moves next " + next;
  }
  return sentence;
}

void show_order(const Json& order) {
  const std::string status = text_at(order, "/status");
  line("order", text_at(order, "/order_id"));
  line("status", emphasised(status, colour_of(status)) +
                     (text_at(order, "/open") == "true" ? "" : "  (closed)"));
  line("customer", text_at(order, "/customer_id"));
  line("amount", money_at(order, "/amount"));
  show_money(order);
  const std::string payment = text_at(order, "/payment/status");
  if (!payment.empty()) {
    line("payment", payment + ", attempt " + text_at(order, "/payment/attempt") + "  " +
                        text_at(order, "/payment/payment_intent_id"));
    const std::string seen = text_at(order, "/payment/seen/status");
    const std::string at = age_at(order, "/payment/seen/at");
    if (!seen.empty()) line("seen", seen + " at Stripe" + (at.empty() ? "" : ", " + at));
  }
  show_operations(order);
  show_refunds(order);
  show_disputes(order);
  if (text_at(order, "/cancel_requested") == "true") line("cancel", "requested");
  const std::string stuck = text_at(order, "/stuck/reason");
  if (!stuck.empty()) line("stuck", emphasised(stuck, "31"));
  const std::string held = text_at(order, "/held/reason");
  if (!held.empty()) {
    const std::string ticket = text_at(order, "/held/ticket");
    line("held", emphasised(held, "33") + (ticket.empty() ? "" : "  (ticket " + ticket + ")") +
                     ", since " + age_at(order, "/held/since"));
  }
  line("quarantine", text_at(order, "/quarantined/reason"));
  const std::string waits = text_at(order, "/waiting/text");
  if (!waits.empty()) {
    const std::string next = age_at(order, "/waiting/next_at");
    line("waits for", waits + (next.empty() ? "" : ", next " + next));
  }
  line("partition", text_at(order, "/partition"));
  line("updated", text_at(order, "/updated_at") + "  (" + age_at(order, "/updated_at") + ")");
}

void show_decision(const Json& decision) {
  const std::string outcome = text_at(decision, "/outcome");
  fmt::print("{}  {:<10} {:<24} {}\n", text_at(decision, "/at"), outcome,
             text_at(decision, "/input"), text_at(decision, "/summary"));
  simdjson::dom::array events;
  if (decision["events"].get(events) != simdjson::SUCCESS) return;
  for (const Json event : events) {
    std::string text = text_at(event, "/event_type") + " #" + text_at(event, "/sequence");
    const std::string reason = text_at(event, "/reason/code");
    if (!reason.empty()) text += "  " + reason;
    fmt::print("{:>29} {}\n", "->", text);
  }
}

}  // namespace paysaga::apps
