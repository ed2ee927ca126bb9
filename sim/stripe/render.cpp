// Errors, movements of money, events; and which of them an answer is.

#include "paysaga/sim/stripe/render.hpp"

#include <algorithm>

#include "paysaga/sim/stripe/render_parts.hpp"

namespace paysaga::sim::stripe {

void render(const Account& account, const TransactionReply& reply, std::string& out) {
  const Transaction& transaction = account.transaction(reply.transaction);
  const Ids& ids = account.ids();
  JsonWriter json{out};
  json.open('{');
  json.text("id", ids.text(Kind::transaction, reply.transaction));
  json.text("object", "balance_transaction");
  json.number("amount", transaction.amount.minor);
  json.number("available_on", second_of(transaction.available_on));
  json.text("balance_type", "payments");
  json.number("created", second_of(transaction.created));
  json.text("currency", lower(transaction.amount.currency));
  json.members(R"("description":null,"exchange_rate":null)");
  json.number("fee", transaction.fee_minor);
  json.raw("fee_details", "[]");
  json.number("net", transaction.amount.minor - transaction.fee_minor);
  json.text("reporting_category", transaction.type);
  if (reply.expand.source && transaction.source_kind == Kind::charge) {
    json.name("source");
    render(account, account.show_charge(transaction.source), out);
  } else if (reply.expand.source && transaction.source_kind == Kind::refund) {
    json.name("source");
    render(account, account.show_refund(transaction.source), out);
  } else {
    json.text("source", ids.text(transaction.source_kind, transaction.source));
  }
  json.text("status", reply.at >= transaction.available_on ? "available" : "pending");
  json.text("type", transaction.type);
  json.close('}');
}

void render(const Account& account, const ErrorReply& reply, std::uint64_t request,
            std::string& out) {
  JsonWriter json{out};
  json.open('{');
  json.open("error", '{');
  if (reply.failure.decline != nullptr) {
    const bool charged = reply.failure.charge != no_index;
    append_failure(json, account, reply.failure,
                   charged ? account.charge(reply.failure.charge).created
                           : account.intent(reply.intent->intent).created);
  } else {
    if (reply.charge != no_index) {
      json.text("charge", account.ids().text(Kind::charge, reply.charge));
    }
    if (!reply.code.empty()) json.text("code", reply.code);
    json.text("message", reply.message);
    if (!reply.param.empty()) json.text("param", reply.param);
  }
  if (!reply.code.empty()) json.text("doc_url", doc_url(reply.code));
  if (reply.intent) {
    json.name("payment_intent");
    render(account, *reply.intent, out);
  }
  json.text("request_log_url",
            "https://dashboard.stripe.com/test/logs/" + account.ids().text(Kind::request, request));
  json.text("type", reply.type);
  json.close('}');
  json.close('}');
}

void render_event(const Account& account, Index number, std::string& out) {
  const Event* event = account.events().find(number);
  ensure(event != nullptr, "an event that is shown is kept");
  const Ids& ids = account.ids();
  JsonWriter json{out};
  json.open('{');
  json.text("id", ids.text(Kind::event, number));
  json.text("object", "event");
  json.text("api_version", api_version);
  json.number("created", second_of(event->created));
  json.open("data", '{');
  json.name("object");
  std::visit([&](const auto& object) { render(account, object, out); }, event->object);
  if (!event->previous.empty()) json.raw("previous_attributes", event->previous);
  json.close('}');
  json.flag("livemode", false);
  json.number("pending_webhooks", event->pending_webhooks);
  json.open("request", '{');
  const Cause& cause = event->cause;
  json.text_or_null("id", cause.request == 0 ? "" : ids.text(Kind::request, cause.request));
  json.text_or_null("idempotency_key", cause.key == nullptr ? "" : *cause.key);
  json.close('}');
  json.text("type", event->type);
  json.close('}');
}

void render(const Account& account, const Reply& reply, std::uint64_t request, std::string& out) {
  std::visit(Overload{[&](const std::shared_ptr<const ErrorReply>& error) {
                        render(account, *error, request, out);
                      },
                      [&](const TextReply& text) { out += text.json; },
                      [&](const auto& object) { render(account, object, out); }},
             reply);
}

}  // namespace paysaga::sim::stripe
