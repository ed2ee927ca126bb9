#include "paysaga/sim/stripe/render.hpp"
#include "paysaga/sim/stripe/render_parts.hpp"

namespace paysaga::sim::stripe {

void render(const Account& account, const RefundReply& reply, std::string& out) {
  const Refund& refund = account.refund(reply.refund);
  const RefundState& state = reply.state;
  const Charge& charge = account.charge(refund.charge);
  const Ids& ids = account.ids();
  const Expand& expand = reply.expand;
  JsonWriter json{out};
  json.open('{');
  json.text("id", ids.text(Kind::refund, reply.refund));
  json.text("object", "refund");
  json.number("amount", refund.amount.minor);
  append_transaction(json, out, account, "balance_transaction", refund.transaction,
                     expand.transaction);
  if (expand.charge) {
    json.name("charge");
    render(account,
           ChargeReply{refund.charge, reply.charge, {.transaction = expand.charge_transaction}},
           out);
  } else {
    json.text("charge", ids.text(Kind::charge, refund.charge));
  }
  json.number("created", second_of(refund.created));
  json.text("currency", lower(refund.amount.currency));
  if (charge.method.test->type == MethodType::card) {
    json.raw("destination_details", R"({"card":{"type":"refund"},"type":"card"})");
  }
  if (state.failure_transaction != no_index) {
    json.text("failure_balance_transaction",
              ids.text(Kind::transaction, state.failure_transaction));
    json.text("failure_reason", state.failure_reason);
  }
  append_metadata(json, *state.metadata);
  if (expand.intent) {
    json.name("payment_intent");
    render(account,
           IntentReply{charge.intent,
                       account.intent(charge.intent).state,
                       reply.charge,
                       {.charge = expand.intent_charge, .method = expand.method}},
           out);
  } else {
    json.text("payment_intent", ids.text(Kind::intent, charge.intent));
  }
  if (state.status == RefundStatus::pending) json.text("pending_reason", "processing");
  json.text_or_null("reason", refund.reason);
  json.members(R"("receipt_number":null,"source_transfer_reversal":null)");
  json.text("status", to_text(state.status));
  json.null("transfer_reversal");
  json.close('}');
}

}  // namespace paysaga::sim::stripe
