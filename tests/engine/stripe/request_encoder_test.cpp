#include "paysaga/engine/stripe/request_encoder.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "paysaga/engine/stripe/form.hpp"
#include "paysaga/engine/stripe/listing.hpp"
#include "paysaga/engine/stripe/permissions.hpp"

namespace paysaga::engine::stripe {
namespace {

const Currency eur = Currency::parse("EUR").value();
const Currency kwd = Currency::parse("KWD").value();
const StripeEncoder encoder;

RequestEncoder::Create create_of(std::string customer, std::optional<std::string> description) {
  return {
      OrderId::of("ord_7"),  2, "abcdefghij", Money{1999, eur}, CustomerId::of(std::move(customer)),
      std::move(description)};
}

}  // namespace

TEST_CASE("form: every byte that is not plain is percent-encoded, names stay", "[stripe]") {
  struct Row {
    std::string_view value;
    std::string_view encoded;
  };
  const Row rows[] = {
      {"plain-._~09AZaz", "a[b]=plain-._~09AZaz"},
      {"a b&c=d", "a[b]=a%20b%26c%3Dd"},
      {"+%[]", "a[b]=%2B%25%5B%5D"},
      {"\xC3\xA9\n", "a[b]=%C3%A9%0A"},
      {"", "a[b]="},
  };
  for (const Row& row : rows) CHECK(Form{}.add("a[b]", row.value).text() == row.encoded);
  CHECK(Form{}.add("a", 1).add("b", std::int64_t{-2}).text() == "a=1&b=-2");
}

TEST_CASE("encoder: a create is for cards, unconfirmed and marked as ours", "[stripe]") {
  const Request plain = encoder.create(create_of("customer-9", std::nullopt));
  CHECK(plain.target == "POST /v1/payment_intents");
  CHECK(plain.body ==
        "amount=1999&currency=eur&payment_method_types[]=card&capture_method=automatic"
        "&metadata[order_id]=ord_7&metadata[attempt]=2&metadata[ledger]=abcdefghij");
  const Request full = encoder.create(create_of("cus_Nf1", "Two pizzas & a salad"));
  CHECK(full.body ==
        "amount=1999&currency=eur&payment_method_types[]=card&capture_method=automatic"
        "&customer=cus_Nf1&description=Two%20pizzas%20%26%20a%20salad"
        "&metadata[order_id]=ord_7&metadata[attempt]=2&metadata[ledger]=abcdefghij");
  CHECK(encoder.create(create_of("cus_Nf1", "Two pizzas & a salad")) == full);
}

TEST_CASE("encoder: a description is cut at a whole character", "[stripe]") {
  const std::string long_text = std::string(999, 'x') + "\xC3\xA9";
  const Request request = encoder.create(create_of("c", long_text));
  CHECK(request.body.find("description=" + std::string(999, 'x') + "&") != std::string::npos);
}

TEST_CASE("encoder: the other requests, byte by byte", "[stripe]") {
  const IntentId intent = IntentId::of("pi_1");
  const MethodId method = MethodId::of("pm_card_visa");
  const Time from = time_from_micros(1'700'000'000'900'000);
  const Time to = time_from_micros(1'700'000'100'000'001);
  struct Row {
    Request request;
    std::string_view target;
    std::string_view body;
    std::string_view endpoint;
  };
  const Row rows[] = {
      {encoder.confirm(intent, method, false), "POST /v1/payment_intents/pi_1/confirm",
       "payment_method=pm_card_visa", "confirm_intent"},
      {encoder.confirm(intent, method, true), "POST /v1/payment_intents/pi_1/confirm",
       "payment_method=pm_card_visa&off_session=true", "confirm_intent"},
      {encoder.capture(intent, Money{5'120, kwd}), "POST /v1/payment_intents/pi_1/capture",
       "amount_to_capture=5120", "capture_intent"},
      {encoder.read_intent(intent, true), "GET /v1/payment_intents/pi_1?expand[]=latest_charge", "",
       "read_intent"},
      {encoder.cancel(intent, "expired"), "POST /v1/payment_intents/pi_1/cancel",
       "cancellation_reason=abandoned", "cancel_intent"},
      {encoder.refund(intent, RefundId::of("ref_3"), 4, OrderId::of("ord_7"), "abcdefghij",
                      Money{5'120, kwd}),
       "POST /v1/refunds",
       "payment_intent=pi_1&amount=5120&metadata[order_id]=ord_7&metadata[refund_id]=ref_3"
       "&metadata[attempt]=4&metadata[ledger]=abcdefghij",
       "create_refund"},
      {encoder.read_intent(intent, false), "GET /v1/payment_intents/pi_1", "", "read_intent"},
      {encoder.read_intent(IntentId::of("pi/../x?y"), false),
       "GET /v1/payment_intents/pi%2F..%2Fx%3Fy", "", "read_intent"},
      {encoder.list_intents(from, to),
       "GET /v1/payment_intents?created[gte]=1700000000&created[lte]=1700000101&limit=100", "",
       "list_intents"},
      {encoder.read_refund(ProviderRefundId::of("re_1")), "GET /v1/refunds/re_1", "",
       "read_refund"},
      {encoder.list_refunds(intent), "GET /v1/refunds?payment_intent=pi_1&limit=100", "",
       "list_refunds"},
      {encoder.list_disputes(intent), "GET /v1/disputes?payment_intent=pi_1&limit=100", "",
       "list_disputes"},
      {encoder.create(create_of("c", std::nullopt)), "POST /v1/payment_intents",
       "amount=1999&currency=eur&payment_method_types[]=card&capture_method=automatic"
       "&metadata[order_id]=ord_7&metadata[attempt]=2&metadata[ledger]=abcdefghij",
       "create_intent"},
  };
  for (const Row& row : rows) {
    CHECK(row.request.target == row.target);
    CHECK(row.request.body == row.body);
    CHECK(endpoint_of(row.request.target) == row.endpoint);
    // Whatever is sent has its bucket and its breaker.
    CHECK(std::ranges::find(endpoint_names(), row.endpoint) != endpoint_names().end());
  }
  CHECK(endpoint_of("POST /v1/payment_intents/pi_1/verify_microdeposits") == "other");
}

namespace {

/// Every request that there is: a new one does not compile here until it is added to `all`.
class Every final : public RequestEncoder {
 public:
  Request create(const Create& create) const override { return encoder.create(create); }
  Request confirm(const IntentId& intent, const MethodId& method, bool off) const override {
    return encoder.confirm(intent, method, off);
  }
  Request capture(const IntentId& intent, const Money& amount) const override {
    return encoder.capture(intent, amount);
  }
  Request cancel(const IntentId& intent, std::string_view reason) const override {
    return encoder.cancel(intent, reason);
  }
  Request refund(const IntentId& intent, const RefundId& refund, int attempt, const OrderId& order,
                 std::string_view ledger, const Money& amount) const override {
    return encoder.refund(intent, refund, attempt, order, ledger, amount);
  }
  Request read_intent(const IntentId& intent, bool with_charge) const override {
    return encoder.read_intent(intent, with_charge);
  }
  Request list_intents(Time from, Time to) const override { return encoder.list_intents(from, to); }
  Request read_refund(const ProviderRefundId& id) const override { return encoder.read_refund(id); }
  Request list_refunds(const IntentId& intent) const override {
    return encoder.list_refunds(intent);
  }
  Request list_disputes(const IntentId& intent) const override {
    return encoder.list_disputes(intent);
  }

  [[nodiscard]] std::vector<Request> all() const {
    const IntentId intent = IntentId::of("pi_1");
    return {create(create_of("c", std::nullopt)),
            confirm(intent, MethodId::of("pm_1"), true),
            capture(intent, Money{1999, eur}),
            cancel(intent, "expired"),
            refund(intent, RefundId::of("r"), 1, OrderId::of("o"), "l", Money{1999, eur}),
            read_intent(intent, true),
            read_intent(intent, false),
            list_intents({}, {}),
            read_refund(ProviderRefundId::of("re_1")),
            list_refunds(intent),
            list_disputes(intent),
            list_page(Listed::events, {}, "").request,
            list_page(Listed::intents, {}, "").request,
            list_page(Listed::refunds, {}, "").request,
            read_object(Listed::intents, "pi_1").request,
            read_object(Listed::refunds, "re_1").request,
            newest_event().request};
  }
};

}  // namespace

TEST_CASE("permissions: every request has its endpoint, and each endpoint its permission",
          "[stripe]") {
  const auto needs = endpoint_needs();
  REQUIRE(needs.size() + 1 == endpoint_names().size());
  std::vector<std::string_view> called;
  for (const Request& request : Every{}.all()) {
    INFO(request.target);
    const std::size_t index = endpoint_index(request.target);
    REQUIRE(index < needs.size());
    const EndpointNeed& need = needs[index];
    called.push_back(need.endpoint);
    CHECK(need.endpoint == endpoint_of(request.target));
    CHECK(need.permissions.front().write == request.target.starts_with("POST "));
    const bool expands = request.target.find("expand[]=") != std::string::npos;
    if (expands) CHECK(need.permissions.size() > 1);
    for (const Permission& permission : need.permissions) {
      CHECK(permission.id.starts_with("rak_"));
      CHECK(permission.id.ends_with(permission.write ? "_write" : "_read"));
    }
  }
  for (const EndpointNeed& need : needs) {
    INFO(need.endpoint);
    CHECK(std::ranges::count(called, need.endpoint) > 0);
  }
}

TEST_CASE("permissions: one a resource, to write where anything writes", "[stripe]") {
  std::string table;
  for (const PermissionUse& use : needed_permissions()) {
    table.append(use.permission.resource).append(use.permission.write ? " write:" : " read:");
    for (const std::string_view endpoint : use.endpoints) table.append(" ").append(endpoint);
    table += "\n";
  }
  CHECK(table ==
        "PaymentIntents write: create_intent confirm_intent capture_intent cancel_intent "
        "read_intent list_intents\n"
        "Charges and Refunds write: create_refund read_intent list_intents read_refund "
        "list_refunds\n"
        "Disputes read: list_disputes\n"
        "Events read: list_events\n");
  CHECK(key_form_url() ==
        "https://dashboard.stripe.com/apikeys/create?name=paysaga"
        "&permissions%5B%5D=rak_payment_intent_write&permissions%5B%5D=rak_charge_write"
        "&permissions%5B%5D=rak_dispute_read&permissions%5B%5D=rak_event_read");
}

TEST_CASE("encoder: a reason to cancel is one of the four that Stripe knows", "[stripe]") {
  struct Row {
    std::string_view reason;
    std::string_view stripe;
  };
  const Row rows[] = {
      {"duplicate", "duplicate"},    {"fraudulent", "fraudulent"},
      {"fraud", "fraudulent"},       {"expired", "abandoned"},
      {"refused", "abandoned"},      {"customer", "requested_by_customer"},
      {"", "requested_by_customer"}, {"anything else", "requested_by_customer"},
  };
  for (const Row& row : rows) CHECK(cancellation_reason(row.reason) == row.stripe);
}

}  // namespace paysaga::engine::stripe
