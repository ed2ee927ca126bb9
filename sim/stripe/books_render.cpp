// The books as JSON, order by order.

#include "paysaga/sim/stripe/json.hpp"
#include "paysaga/sim/stripe/render.hpp"

namespace paysaga::sim::stripe {
namespace {

void append_refunds(JsonWriter& json, const Account& account, const Charge& charge) {
  json.open("refunds", '[');
  for (const Index index : charge.refunds) {
    const Refund& refund = account.refund(index);
    json.open('{');
    json.text("id", account.ids().text(Kind::refund, index));
    json.text("refund_id", find(*refund.state.metadata, "refund_id"));
    json.number("amount", refund.amount.minor);
    json.text("status", to_text(refund.state.status));
    json.close('}');
  }
  json.close(']');
}

void append_intent(JsonWriter& json, const Account& account, Index index, bool details) {
  const Intent& intent = account.intent(index);
  const Index charge = intent.state.charge;
  const bool charged = intent.state.status == IntentStatus::succeeded;
  json.open('{');
  json.text("id", account.ids().text(Kind::intent, index));
  json.text("status", to_text(intent.state.status));
  json.number("amount", intent.state.amount.minor);
  json.text("currency", intent.state.amount.currency.text());
  json.number("charged", intent.state.received_minor);
  json.number("refunded", charged ? account.charge(charge).state.refunded_minor : 0);
  if (details) {
    if (charge != no_index) json.text("charge", account.ids().text(Kind::charge, charge));
    json.text("created", paysaga::to_text(intent.created));
    if (charged) append_refunds(json, account, account.charge(charge));
  }
  json.close('}');
}

void append_order(JsonWriter& json, const Account& account, const OrderBook& book, bool details) {
  std::int64_t charged = 0;
  std::int64_t refunded = 0;
  for (const Index index : book.intents) {
    const Intent& intent = account.intent(index);
    if (intent.state.status != IntentStatus::succeeded) continue;
    charged += intent.state.received_minor;
    refunded += account.charge(intent.state.charge).state.refunded_minor;
  }
  json.open('{');
  json.text("order_id", book.order_id);
  json.text("ledger", book.ledger);
  json.text("currency", account.intent(book.intents.front()).state.amount.currency.text());
  json.number("charged", charged);
  json.number("refunded", refunded);
  json.number("charges", book.charges);
  json.open("intents", '[');
  for (const Index index : book.intents) append_intent(json, account, index, details);
  json.close(']');
  json.close('}');
}

}  // namespace

std::string render_books(const Account& account, bool summary_only, std::string_view order_id) {
  std::string out;
  JsonWriter json{out};
  json.open('{');
  json.flag("livemode", false);
  std::string summary;
  account.books().append_summary(summary);
  json.members(summary);
  if (!summary_only) {
    json.open("orders", '[');
    for (const OrderBook& book : account.books().orders()) {
      if (book.intents.empty() || (!order_id.empty() && book.order_id != order_id)) continue;
      append_order(json, account, book, !order_id.empty());
    }
    json.close(']');
  }
  json.close('}');
  return out;
}

}  // namespace paysaga::sim::stripe
