#include <array>

#include "paysaga/sim/stripe/render.hpp"
#include "paysaga/sim/stripe/render_parts.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::array<std::string_view, 26> evidence_names{
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
};

void append_evidence(JsonWriter& json, const Dispute& dispute, const DisputeReply& reply) {
  const DisputeState& state = reply.state;
  json.open("evidence", '{');
  json.raw("enhanced_evidence", "{}");
  for (const std::string_view name : evidence_names) json.null(name);
  json.text_or_null("uncategorized_text", state.evidence == nullptr ? "" : *state.evidence);
  json.close('}');
  json.open("evidence_details", '{');
  json.number("due_by", second_of(dispute.due_by));
  json.raw("enhanced_eligibility", "{}");
  json.flag("has_evidence", state.evidence != nullptr);
  json.flag("past_due", reply.at >= dispute.due_by);
  json.number("submission_count", state.submissions);
  json.close('}');
}

void append_card(JsonWriter& json, const TestMethod& card, bool inquiry) {
  json.open("payment_method_details", '{');
  json.open("card", '{');
  json.text("brand", card.brand);
  json.text("case_type", inquiry ? "inquiry" : "chargeback");
  json.text("network", card.brand);
  json.null("network_reason_code");
  json.close('}');
  json.text("type", "card");
  json.close('}');
}

}  // namespace

void render(const Account& account, const DisputeReply& reply, std::string& out) {
  const Dispute& dispute = account.dispute(reply.dispute);
  const DisputeState& state = reply.state;
  const Charge& charge = account.charge(dispute.charge);
  const Ids& ids = account.ids();
  const bool inquiry = is_inquiry(state.status);
  JsonWriter json{out};
  json.open('{');
  json.text("id", ids.text(Kind::dispute, reply.dispute));
  json.text("object", "dispute");
  json.number("amount", dispute.amount.minor);
  json.open("balance_transactions", '[');
  for (const Index transaction : {state.withdrawal, state.reinstatement}) {
    if (transaction == no_index) continue;
    json.element();
    render(account, TransactionReply{transaction, reply.at}, out);
  }
  json.close(']');
  if (reply.expand.charge) {
    json.name("charge");
    render(account, ChargeReply{dispute.charge, charge.state}, out);
  } else {
    json.text("charge", ids.text(Kind::charge, dispute.charge));
  }
  json.number("created", second_of(dispute.created));
  json.text("currency", lower(dispute.amount.currency));
  json.raw("enhanced_eligibility_types", "[]");
  append_evidence(json, dispute, reply);
  json.flag("is_charge_refundable", inquiry || state.status == DisputeStatus::won);
  json.flag("livemode", false);
  append_metadata(json, *state.metadata);
  if (reply.expand.intent) {
    json.name("payment_intent");
    render(account, account.show(charge.intent), out);
  } else {
    json.text("payment_intent", ids.text(Kind::intent, charge.intent));
  }
  if (charge.method.test->type == MethodType::card) append_card(json, *charge.method.test, inquiry);
  json.text("reason", dispute.reason);
  json.text("status", to_text(state.status));
  json.close('}');
}

}  // namespace paysaga::sim::stripe
