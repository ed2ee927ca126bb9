#include "paysaga/sim/stripe/render.hpp"

#include <algorithm>

#include "paysaga/sim/stripe/json.hpp"

namespace paysaga::sim::stripe {
namespace {

std::int64_t second_of(Time time) {
  return micros_of(time) / 1'000'000;
}

std::string lower(std::string_view letters) {
  std::string out{letters};
  for (char& c : out) c = static_cast<char>(c - 'A' + 'a');
  return out;
}

void append_metadata(JsonWriter& json, const Metadata& metadata) {
  json.open("metadata", '{');
  for (const auto& [key, value] : metadata) json.foreign(key, value);
  json.close('}');
}

void append_id_or_null(JsonWriter& json, std::string_view name, const Ids& ids, Kind kind,
                       Index index) {
  if (index == no_index) {
    json.null(name);
  } else {
    json.text(name, ids.text(kind, index));
  }
}

constexpr std::uint64_t failures_from = std::uint64_t{1}
                                        << 33U;  // Above those of charges, refunds.

constexpr std::string_view no_billing_details =
    R"({"address":{"city":null,"country":null,"line1":null,"line2":null,"postal_code":null,)"
    R"("state":null},"email":null,"name":null,"phone":null,"tax_id":null})";

void append_card(JsonWriter& json, const Card& card) {
  json.open("card", '{');
  json.text("brand", card.brand);
  json.members(R"("checks":{"address_line1_check":null,"address_postal_code_check":null,)"
               R"("cvc_check":"pass"},"country":"US","exp_month":12,"exp_year":2034,)"
               R"("funding":"credit")");
  json.text("last4", card.last4);
  json.members(R"("three_d_secure":null,"wallet":null)");
  json.close('}');
}

void append_method(JsonWriter& json, const Account& account, const Method& method, Time created) {
  json.open("payment_method", '{');
  json.text("id", account.ids().text(Kind::method, method.number));
  json.text("object", "payment_method");
  json.raw("billing_details", no_billing_details);
  append_card(json, *method.card);
  json.number("created", second_of(created));
  json.members(R"("customer":null,"livemode":false,"metadata":{},"type":"card")");
  json.close('}');
}

/// The members that every error about a decline has, in `error` and in `last_payment_error`.
void append_decline(JsonWriter& json, const Account& account, const Method& method, Index charge) {
  const Decline& decline = *method.card->decline;
  if (!decline.advice_code.empty()) json.text("advice_code", decline.advice_code);
  json.text("charge", account.ids().text(Kind::charge, charge));
  json.text("code", decline.code);
  json.text("decline_code", decline.decline_code);
  json.text("message", decline.message);
  append_method(json, account, method, account.charge(charge).created);
}

std::string doc_url(std::string_view code) {
  std::string url = "https://docs.stripe.com/error-codes/";
  for (const char c : code) url += c == '_' ? '-' : c;
  return url;
}

std::string_view method_types(MethodTypes types) {
  return types == MethodTypes::card ? R"(["card"])" : R"(["card","link"])";
}

std::string_view automatic_methods(MethodTypes types) {
  switch (types) {
    case MethodTypes::card:
      return "null";
    case MethodTypes::automatic:
      return R"({"allow_redirects":"always","enabled":true})";
    case MethodTypes::automatic_without_redirects:
      return R"({"allow_redirects":"never","enabled":true})";
  }
  ensure(false, "an intent takes some methods");
  return {};
}

}  // namespace

void render(const Account& account, const ChargeReply& reply, std::string& out) {
  const Charge& charge = account.charge(reply.charge);
  const Intent& intent = account.intent(charge.intent);
  const Ids& ids = account.ids();
  const std::int64_t amount = intent.amount.minor;
  const Decline* decline = charge.method.card->decline;
  JsonWriter json{out};
  json.open('{');
  json.text("id", ids.text(Kind::charge, reply.charge));
  json.text("object", "charge");
  json.number("amount", amount);
  json.number("amount_captured", charge.succeeded ? amount : 0);
  json.number("amount_refunded", reply.refunded_minor);
  append_id_or_null(json, "balance_transaction", ids, Kind::transaction,
                    charge.succeeded ? reply.charge * 2 : no_index);
  json.raw("billing_details", no_billing_details);
  json.flag("captured", charge.succeeded);
  json.number("created", second_of(charge.created));
  json.text("currency", lower(intent.amount.currency.text()));
  json.text_or_null("customer", intent.customer);
  json.text_or_null("description", intent.description);
  json.flag("disputed", false);
  json.text_or_null("failure_code", decline == nullptr ? "" : decline->code);
  json.text_or_null("failure_message", decline == nullptr ? "" : decline->message);
  json.members(R"("fraud_details":{},"livemode":false)");
  append_metadata(json, intent.metadata);
  json.raw("outcome",
           charge.succeeded
               ? R"({"network_status":"approved_by_network","reason":null,"risk_level":"normal",)"
                 R"("seller_message":"Payment complete.","type":"authorized"})"
               : R"({"network_status":"declined_by_network","reason":null,"risk_level":"normal",)"
                 R"("seller_message":"The bank declined.","type":"issuer_declined"})");
  json.flag("paid", charge.succeeded);
  json.text("payment_intent", ids.text(Kind::intent, charge.intent));
  json.text("payment_method", ids.text(Kind::method, charge.method.number));
  json.open("payment_method_details", '{');
  append_card(json, *charge.method.card);
  json.text("type", "card");
  json.close('}');
  json.flag("refunded", charge.succeeded && reply.refunded_minor == amount);
  json.members(R"("receipt_url":null,"review":null,"shipping":null)");
  json.text("status", charge.succeeded ? "succeeded" : "failed");
  json.close('}');
}

void render(const Account& account, const IntentReply& reply, std::string& out) {
  const Intent& intent = account.intent(reply.intent);
  const IntentState& state = reply.state;
  const Ids& ids = account.ids();
  const bool succeeded = state.status == IntentStatus::succeeded;
  const std::string id = ids.text(Kind::intent, reply.intent);
  JsonWriter json{out};
  json.open('{');
  json.text("id", id);
  json.text("object", "payment_intent");
  json.number("amount", intent.amount.minor);
  json.members(R"("amount_capturable":0,"amount_details":{"tip":{}})");
  json.number("amount_received", succeeded ? intent.amount.minor : 0);
  json.members(R"("application":null,"application_fee_amount":null)");
  json.raw("automatic_payment_methods", automatic_methods(intent.types));
  if (state.status == IntentStatus::canceled) {
    json.number("canceled_at", second_of(state.canceled_at));
  } else {
    json.null("canceled_at");
  }
  json.text_or_null("cancellation_reason", state.cancellation_reason);
  json.text("capture_method", intent.capture_method);
  json.text("client_secret", id + "_secret_" + ids.text(Kind::client_secret, reply.intent));
  json.text("confirmation_method", "automatic");
  json.number("created", second_of(intent.created));
  json.text("currency", lower(intent.amount.currency.text()));
  json.text_or_null("customer", intent.customer);
  json.text_or_null("description", intent.description);
  if (state.declined.card == nullptr) {
    json.null("last_payment_error");
  } else {
    json.open("last_payment_error", '{');
    append_decline(json, account, state.declined, state.charge);
    json.text("doc_url", doc_url(state.declined.card->decline->code));
    json.text("type", "card_error");
    json.close('}');
  }
  if (reply.expand_charge && state.charge != no_index) {
    json.name("latest_charge");
    render(account, ChargeReply{state.charge, reply.charge_refunded_minor}, out);
  } else {
    append_id_or_null(json, "latest_charge", ids, Kind::charge, state.charge);
  }
  json.flag("livemode", false);
  append_metadata(json, intent.metadata);
  json.members(R"("next_action":null,"on_behalf_of":null)");
  append_id_or_null(json, "payment_method", ids, Kind::method, state.method.number);
  json.members(R"("payment_method_options":{"card":{"installments":null,"mandate_options":null,)"
               R"("network":null,"request_three_d_secure":"automatic"}})");
  json.raw("payment_method_types", method_types(intent.types));
  json.null("processing");
  json.text_or_null("receipt_email", intent.receipt_email);
  json.members(R"("review":null,"setup_future_usage":null,"shipping":null,)"
               R"("statement_descriptor":null)");
  json.text_or_null("statement_descriptor_suffix", intent.statement_descriptor_suffix);
  json.text("status", to_text(state.status));
  json.members(R"("transfer_data":null,"transfer_group":null)");
  json.close('}');
}

void render(const Account& account, const RefundReply& reply, std::string& out) {
  const Refund& refund = account.refund(reply.refund);
  const Charge& charge = account.charge(refund.charge);
  const Ids& ids = account.ids();
  const bool failed = reply.status == RefundStatus::failed;
  JsonWriter json{out};
  json.open('{');
  json.text("id", ids.text(Kind::refund, reply.refund));
  json.text("object", "refund");
  json.number("amount", refund.amount.minor);
  json.text("balance_transaction", ids.text(Kind::transaction, reply.refund * 2 + 1));
  if (reply.expand_charge) {
    json.name("charge");
    render(account, ChargeReply{refund.charge, reply.charge_refunded_minor}, out);
  } else {
    json.text("charge", ids.text(Kind::charge, refund.charge));
  }
  json.number("created", second_of(refund.created));
  json.text("currency", lower(refund.amount.currency.text()));
  json.raw("destination_details", R"({"card":{"type":"refund"},"type":"card"})");
  if (failed) {
    json.text("failure_balance_transaction",
              ids.text(Kind::transaction, failures_from + reply.refund));
    json.text("failure_reason", "expired_or_canceled_card");
  }
  append_metadata(json, refund.metadata);
  if (reply.expand_intent) {
    json.name("payment_intent");
    render(account, IntentReply{charge.intent, account.intent(charge.intent).state}, out);
  } else {
    json.text("payment_intent", ids.text(Kind::intent, charge.intent));
  }
  if (reply.status == RefundStatus::pending) json.text("pending_reason", "processing");
  json.text_or_null("reason", refund.reason);
  json.members(R"("receipt_number":null,"source_transfer_reversal":null)");
  json.text("status", to_text(reply.status));
  json.null("transfer_reversal");
  json.close('}');
}

void render(const Account& account, const ErrorReply& reply, std::string& out) {
  JsonWriter json{out};
  json.open('{');
  json.open("error", '{');
  if (reply.method.card != nullptr) {
    append_decline(json, account, reply.method, reply.charge);
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
  json.text("type", reply.type);
  json.close('}');
  json.close('}');
}

void render(const Account& account, const Reply& reply, std::string& out) {
  std::visit(Overload{[&](const IntentReply& intent) { render(account, intent, out); },
                      [&](const RefundReply& refund) { render(account, refund, out); },
                      [&](const ChargeReply& charge) { render(account, charge, out); },
                      [&](const std::shared_ptr<const ErrorReply>& error) {
                        render(account, *error, out);
                      },
                      [&](const TextReply& text) { out += text.json; }},
             reply);
}

}  // namespace paysaga::sim::stripe
