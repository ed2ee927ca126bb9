#include "paysaga/sim/stripe/render_parts.hpp"

#include "paysaga/sim/stripe/render.hpp"

namespace paysaga::sim::stripe {

const std::string_view no_billing_details =
    R"({"address":{"city":null,"country":null,"line1":null,"line2":null,"postal_code":null,)"
    R"("state":null},"email":null,"name":null,"phone":null,"tax_id":null})";

std::int64_t second_of(Time time) {
  return micros_of(time) / 1'000'000;
}

std::string lower(const Currency& currency) {
  std::string out{currency.text()};
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

void append_method_details(JsonWriter& json, const TestMethod& test) {
  json.open(to_text(test.type), '{');
  if (test.type == MethodType::card) {
    json.text("brand", test.brand);
    json.members(R"("checks":{"address_line1_check":null,"address_postal_code_check":null,)"
                 R"("cvc_check":"pass"},"country":"US","exp_month":12,"exp_year":2034,)"
                 R"("funding":"credit")");
    json.text("last4", test.last4);
    json.members(R"("three_d_secure":null,"wallet":null)");
  } else {
    json.members(R"("account_holder_type":"individual","account_type":"checking")");
    json.text("bank_name", test.brand);
    json.text("last4", test.last4);
    json.text("routing_number", "110000000");
  }
  json.close('}');
}

void append_method(JsonWriter& json, const Account& account, const Method& method, Time created) {
  json.open("payment_method", '{');
  json.text("id", account.ids().text(Kind::method, method.number));
  json.text("object", "payment_method");
  json.raw("billing_details", no_billing_details);
  append_method_details(json, *method.test);
  json.number("created", second_of(created));
  json.members(R"("customer":null,"livemode":false,"metadata":{})");
  json.text("type", to_text(method.test->type));
  json.close('}');
}

void append_failure(JsonWriter& json, const Account& account, const Failure& failure, Time at) {
  const Decline& decline = *failure.decline;
  if (!decline.advice_code.empty()) json.text("advice_code", decline.advice_code);
  if (failure.charge != no_index) {
    json.text("charge", account.ids().text(Kind::charge, failure.charge));
  }
  json.text("code", decline.code);
  if (!decline.decline_code.empty()) json.text("decline_code", decline.decline_code);
  json.text("message", decline.message);
  append_method(json, account, failure.method, at);
}

void append_transaction(JsonWriter& json, std::string& out, const Account& account,
                        std::string_view name, Index transaction, bool whole) {
  if (whole && transaction != no_index) {
    json.name(name);
    render(account, TransactionReply{transaction, account.transaction(transaction).created}, out);
  } else {
    append_id_or_null(json, name, account.ids(), Kind::transaction, transaction);
  }
}

std::string doc_url(std::string_view code) {
  std::string url = "https://docs.stripe.com/error-codes/";
  for (const char c : code) url += c == '_' ? '-' : c;
  return url;
}

}  // namespace paysaga::sim::stripe
