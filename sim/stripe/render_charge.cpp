#include "paysaga/sim/stripe/render.hpp"
#include "paysaga/sim/stripe/render_parts.hpp"

namespace paysaga::sim::stripe {
namespace {

std::string_view outcome_of(const ChargeState& state) {
  if (state.status == ChargeStatus::failed) {
    return R"({"network_status":"declined_by_network","reason":null,"risk_level":"normal",)"
           R"("seller_message":"The bank declined.","type":"issuer_declined"})";
  }
  return R"({"network_status":"approved_by_network","reason":null,"risk_level":"normal",)"
         R"("seller_message":"Payment complete.","type":"authorized"})";
}

void append_details(JsonWriter& json, const Charge& charge) {
  json.open("payment_method_details", '{');
  const TestMethod& test = *charge.method.test;
  append_method_details(json, test);
  if (charge.capture_before) {
    // Within `card`: its closing brace has just been written.
    json.reopen();
    json.number("capture_before", second_of(*charge.capture_before));
    json.close('}');
  }
  json.text("type", to_text(test.type));
  json.close('}');
}

}  // namespace

void render(const Account& account, const ChargeReply& reply, std::string& out) {
  const Charge& charge = account.charge(reply.charge);
  const ChargeState& state = reply.state;
  const Intent& intent = account.intent(charge.intent);
  const IntentWords& words = *charge.words;
  const Ids& ids = account.ids();
  const bool succeeded = state.status == ChargeStatus::succeeded;
  JsonWriter json{out};
  json.open('{');
  json.text("id", ids.text(Kind::charge, reply.charge));
  json.text("object", "charge");
  json.number("amount", charge.amount.minor);
  json.number("amount_captured", state.captured_minor);
  json.number("amount_refunded", state.refunded_minor);
  append_transaction(json, out, account, "balance_transaction", state.transaction,
                     reply.expand.transaction);
  json.raw("billing_details", no_billing_details);
  json.flag("captured", state.captured);
  json.number("created", second_of(charge.created));
  json.text("currency", lower(charge.amount.currency));
  json.text_or_null("customer", words.customer);
  json.text_or_null("description", words.description);
  json.flag("disputed", state.dispute != no_index);
  json.text_or_null("failure_code", state.decline == nullptr ? "" : state.decline->code);
  json.text_or_null("failure_message", state.decline == nullptr ? "" : state.decline->message);
  json.members(R"("fraud_details":{},"livemode":false)");
  append_metadata(json, words.metadata);
  json.raw("outcome", outcome_of(state));
  json.flag("paid", succeeded);
  if (reply.expand.intent) {
    json.name("payment_intent");
    render(account, IntentReply{charge.intent, intent.state, {}, {.method = reply.expand.method}},
           out);
  } else {
    json.text("payment_intent", ids.text(Kind::intent, charge.intent));
  }
  json.text("payment_method", ids.text(Kind::method, charge.method.number));
  append_details(json, charge);
  json.text_or_null("receipt_email", words.receipt_email);
  json.flag("refunded",
            succeeded && state.captured && state.refunded_minor == state.captured_minor);
  json.members(R"("receipt_url":null,"review":null,"shipping":null)");
  json.text("status", to_text(state.status));
  json.close('}');
}

}  // namespace paysaga::sim::stripe
