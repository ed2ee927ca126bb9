#include "paysaga/sim/stripe/render.hpp"
#include "paysaga/sim/stripe/render_parts.hpp"

namespace paysaga::sim::stripe {
namespace {

std::string_view method_types(MethodTypes types) {
  switch (types) {
    case MethodTypes::card:
      return R"(["card"])";
    case MethodTypes::us_bank_account:
      return R"(["us_bank_account"])";
    case MethodTypes::card_or_bank_account:
      return R"(["card","us_bank_account"])";
    case MethodTypes::automatic:
    case MethodTypes::automatic_without_redirects:
      return R"(["card","link"])";
  }
  ensure(false, "an intent takes some methods");
  return {};
}

std::string_view automatic_methods(MethodTypes types) {
  if (types == MethodTypes::automatic) return R"({"allow_redirects":"always","enabled":true})";
  if (types == MethodTypes::automatic_without_redirects) {
    return R"({"allow_redirects":"never","enabled":true})";
  }
  return "null";
}

void append_next_action(JsonWriter& json, const Account& account, const std::string& id,
                        const IntentState& state) {
  if (state.status != IntentStatus::requires_action) return json.null("next_action");
  json.open("next_action", '{');
  const std::string page = account.pages() + "/_sim/authenticate/" + id;
  if (state.return_url != nullptr) {
    json.open("redirect_to_url", '{');
    json.text("return_url", *state.return_url);
    json.text("url", page);
    json.close('}');
    json.text("type", "redirect_to_url");
  } else {
    json.text("type", "use_stripe_sdk");
    json.open("use_stripe_sdk", '{');
    json.text("stripe_js", page);
    json.text("type", "three_d_secure_redirect");
    json.close('}');
  }
  json.close('}');
}

void append_last_error(JsonWriter& json, const Account& account, const IntentState& state,
                       Time created) {
  const Failure& failure = state.failure;
  if (failure.decline == nullptr) return json.null("last_payment_error");
  const bool charged = failure.charge != no_index;
  json.open("last_payment_error", '{');
  append_failure(json, account, failure,
                 charged ? account.charge(failure.charge).created : created);
  json.text("doc_url", doc_url(failure.decline->code));
  json.text("type", failure.decline->type);
  json.close('}');
}

}  // namespace

void render(const Account& account, const IntentReply& reply, std::string& out) {
  const Intent& intent = account.intent(reply.intent);
  const IntentState& state = reply.state;
  const IntentWords& words = *state.words;
  const Ids& ids = account.ids();
  const std::string id = ids.text(Kind::intent, reply.intent);
  JsonWriter json{out};
  json.open('{');
  json.text("id", id);
  json.text("object", "payment_intent");
  json.number("amount", state.amount.minor);
  json.number("amount_capturable", state.capturable_minor);
  json.members(R"("amount_details":{"tip":{}})");
  json.number("amount_received", state.received_minor);
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
  json.text("currency", lower(state.amount.currency));
  json.text_or_null("customer", words.customer);
  json.text_or_null("description", words.description);
  append_last_error(json, account, state, intent.created);
  if (reply.expand.charge && state.charge != no_index) {
    json.name("latest_charge");
    render(
        account,
        ChargeReply{state.charge, reply.charge, {.transaction = reply.expand.charge_transaction}},
        out);
  } else {
    append_id_or_null(json, "latest_charge", ids, Kind::charge, state.charge);
  }
  json.flag("livemode", false);
  append_metadata(json, words.metadata);
  append_next_action(json, account, id, state);
  json.null("on_behalf_of");
  if (reply.expand.method && state.method.test != nullptr) {
    append_method(json, account, state.method, intent.created);
  } else {
    append_id_or_null(json, "payment_method", ids, Kind::method, state.method.number);
  }
  json.open("payment_method_options", '{');
  json.members(R"("card":{"installments":null,"mandate_options":null,"network":null)");
  json.text("request_three_d_secure", intent.authentication_forced ? "any" : "automatic");
  json.close('}');
  json.close('}');
  json.raw("payment_method_types", method_types(intent.types));
  json.null("processing");
  json.text_or_null("receipt_email", words.receipt_email);
  json.members(R"("review":null,"setup_future_usage":null,"shipping":null,)"
               R"("statement_descriptor":null)");
  json.text_or_null("statement_descriptor_suffix", words.statement_descriptor_suffix);
  json.text("status", to_text(state.status));
  json.members(R"("transfer_data":null,"transfer_group":null)");
  json.close('}');
}

}  // namespace paysaga::sim::stripe
