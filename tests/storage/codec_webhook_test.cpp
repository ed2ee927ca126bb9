#include "paysaga/storage/codec_webhook.hpp"

#include <catch2/catch.hpp>

#include "paysaga/storage/codec_input.hpp"

namespace paysaga::storage {
namespace {

std::string event(const std::string& type, const std::string& object) {
  return R"({"id":"evt_1","object":"event","livemode":false,"type":")" + type +
         R"(","data":{"object":)" + object + "}}";
}

const std::string intent =
    R"({"id":"pi_1","object":"payment_intent","client_secret":"pi_1_secret_x",)"
    R"("metadata":{"order_id":"ord_7","ledger":"l1"}})";

LogRecord record_of(const std::string& body, const std::string& key = "ord_7") {
  return {key, {}, body};
}

}  // namespace

TEST_CASE("webhook codec: what each type is news of", "[storage]") {
  struct Row {
    const char* type;
    std::optional<News> news;
  };
  for (const Row& row :
       {Row{"payment_intent.succeeded", News::intent},
        Row{"payment_intent.processing", News::intent},
        Row{"payment_intent.canceled", News::intent},
        Row{"payment_intent.requires_action", News::intent},
        Row{"payment_intent.amount_capturable_updated", News::intent},
        Row{"payment_intent.payment_failed", News::decline}, Row{"refund.created", News::refund},
        Row{"refund.updated", News::refund}, Row{"refund.failed", News::refund},
        Row{"payment_intent.created", std::nullopt}, Row{"charge.succeeded", std::nullopt},
        Row{"charge.refunded", News::refund}, Row{"charge.refund.updated", News::refund},
        Row{"charge.dispute.created", News::dispute}, Row{"charge.dispute.updated", News::dispute},
        Row{"charge.dispute.closed", News::dispute},
        Row{"charge.dispute.funds_withdrawn", News::dispute},
        Row{"charge.dispute.funds_reinstated", News::dispute},
        Row{"something.new", std::nullopt}}) {
    INFO(row.type);
    const auto parsed = parse_webhook(event(row.type, intent));
    REQUIRE(parsed);
    CHECK(parsed->type == row.type);
    CHECK(parsed->news == row.news);
  }
}

TEST_CASE("webhook codec: the intent and our metadata are found on intents and refunds",
          "[storage]") {
  const auto of_intent = parse_webhook(event("payment_intent.succeeded", intent));
  REQUIRE(of_intent);
  CHECK(of_intent->intent->text() == "pi_1");
  CHECK(of_intent->order == "ord_7");
  CHECK(of_intent->ledger == "l1");
  const auto of_refund = parse_webhook(
      event("refund.created",
            R"({"id":"re_1","object":"refund","payment_intent":"pi_2","metadata":{}})"));
  REQUIRE(of_refund);
  CHECK(of_refund->intent->text() == "pi_2");
  CHECK(of_refund->ledger.empty());
  const auto expanded = parse_webhook(event(
      "refund.created", R"({"object":"refund","payment_intent":{"id":"pi_3"},"metadata":null})"));
  REQUIRE(expanded);
  CHECK(expanded->intent->text() == "pi_3");
}

TEST_CASE("webhook codec: events of every version of the API are news", "[storage]") {
  struct Row {
    const char* version;
    std::string type;
    std::string object;
    News news;
  };
  const Row rows[] = {
      // Before 2019-02-11 the statuses had other names, and charges stood in the intent.
      {R"("api_version":"2018-05-21","request":"req_1","pending_webhooks":1)",
       "payment_intent.succeeded",
       R"({"id":"pi_1","object":"payment_intent","livemode":false,"status":"requires_source",)"
       R"("charges":{"object":"list","data":[{"id":"ch_1","object":"charge"}]},)"
       R"("metadata":{"order_id":"ord_7","ledger":"l1"}})",
       News::intent},
      {R"("api_version":"2020-08-27","request":{"id":null,"idempotency_key":null})",
       "charge.refund.updated",
       R"({"id":"re_1","object":"refund","charge":"ch_1","payment_intent":"pi_1",)"
       R"("metadata":{"order_id":"ord_7","ledger":"l1"}})",
       News::refund},
      {R"("api_version":null)", "charge.dispute.created",
       R"({"id":"dp_1","object":"dispute","livemode":false,"payment_intent":"pi_1",)"
       R"("metadata":{"order_id":"ord_7","ledger":"l1"}})",
       News::dispute},
      // What is to come: new statuses, members, types of members, and objects in place of ids.
      {R"("api_version":"2031-01-29.zinnia","context":{"a":[1]},"request":[{}])",
       "payment_intent.processing",
       R"({"id":"pi_1","object":"payment_intent","livemode":false,"status":"requires_moonlight",)"
       R"("amount":{"value":"19.99"},"latest_charge":{"id":"ch_1"},"new":[{"x":null}],)"
       R"("metadata":{"order_id":"ord_7","ledger":"l1","new":"x"}})",
       News::intent},
      {R"("api_version":"2031-01-29.zinnia")", "refund.updated",
       R"({"id":"re_1","object":"refund","payment_intent":{"id":"pi_1","object":"payment_intent"},)"
       R"("status":{"type":"split"},"metadata":{"order_id":"ord_7","ledger":"l1"}})",
       News::refund},
  };
  for (const Row& row : rows) {
    INFO(row.version << " " << row.type);
    const auto parsed = parse_webhook(R"({"id":"evt_1","object":"event","livemode":false,)" +
                                      std::string{row.version} + R"(,"type":")" + row.type +
                                      R"(","data":{"object":)" + row.object + "}}");
    REQUIRE(parsed);
    CHECK(parsed->news == row.news);
    REQUIRE(parsed->intent);
    CHECK(parsed->intent->text() == "pi_1");
    CHECK(parsed->order == "ord_7");
    CHECK(parsed->ledger == "l1");
  }
}

TEST_CASE("webhook codec: an event and its object are of one mode", "[storage]") {
  const auto parsed = [](const std::string& livemode) {
    return parse_webhook(event("payment_intent.succeeded",
                               R"({"id":"pi_1","object":"payment_intent")" + livemode + "}"));
  };
  CHECK(parsed(""));
  CHECK(parsed(R"(,"livemode":false)"));
  CHECK(parsed(R"(,"livemode":null)"));
  const auto other = parsed(R"(,"livemode":true)");
  REQUIRE_FALSE(other);
  CHECK(other.error().detail == "its livemode is not that of the object in it");
}

TEST_CASE("webhook codec: what is no event is said", "[storage]") {
  for (const char* body : {"", "[]", "{}", "{\"id\":\"evt_1\"}", "nonsense",
                           R"({"id":"evt_1","object":"event","livemode":1,"type":"x","data":{}})",
                           R"({"id":7,"object":"event","livemode":false,"type":"x",)"
                           R"("data":{"object":{}}})"}) {
    INFO(body);
    CHECK_FALSE(parse_webhook(body));
  }
}

TEST_CASE("webhook codec: client secrets are emptied, and not a byte else", "[storage]") {
  struct Row {
    const char* given;
    const char* kept;
  };
  for (const Row& row : {
           Row{R"({"client_secret":"pi_1_secret_x","a":1})", R"({"client_secret":"","a":1})"},
           Row{"{\"client_secret\" :\n \"s\\\"e\" }", "{\"client_secret\" :\n \"\" }"},
           Row{R"({"client_secret":null})", R"({"client_secret":null})"},
           Row{R"({"a":"client_secret","b":"\"client_secret\":\"x\""})",
               R"({"a":"client_secret","b":"\"client_secret\":\"x\""})"},
           Row{R"({"n":{"client_secret":"x"},"m":[{"client_secret":"y"}]})",
               R"({"n":{"client_secret":""},"m":[{"client_secret":""}]})"},
           Row{R"({"client_secret":"unfinished)", R"({"client_secret":"")"},
       }) {
    CHECK(blank_client_secrets(row.given) == row.kept);
  }
}

TEST_CASE("webhook codec: a record of the topic becomes an input of its order", "[storage]") {
  const auto parsed = parse_webhook(event("payment_intent.succeeded", intent));
  REQUIRE(parsed);
  const LogRecord record =
      encode_webhook(*parsed, OrderId::of("ord_7"), event("payment_intent.succeeded", intent));
  CHECK(record.key == "ord_7");
  CHECK(record.value.find("pi_1_secret_x") == std::string::npos);
  const auto input = parse_input(Topic::payment_webhook_received, record, Roles::both, false);
  REQUIRE(input);
  CHECK(input->order.text() == "ord_7");
  CHECK(std::get<WebhookInput>(input->body) == WebhookInput{EventId::of("evt_1"),
                                                            "payment_intent.succeeded",
                                                            News::intent, IntentId::of("pi_1")});
  const auto queued = parse_queued(OrderId::of("ord_7"), record.value);
  REQUIRE(queued);
  CHECK(*queued == *input);
}

TEST_CASE("webhook codec: a record that no order can decide is said", "[storage]") {
  const auto fault = [](const LogRecord& record, bool livemode) {
    const auto input =
        parse_input(Topic::payment_webhook_received, record, Roles::payments, livemode);
    return input ? std::string{} : input.error().detail;
  };
  const std::string good = event("payment_intent.succeeded", intent);
  CHECK(fault(record_of(good), false).empty());
  CHECK(fault(record_of(good), true) == "the webhook: its livemode is not that of this node");
  CHECK(fault(record_of(good, ""), false) == "the webhook: its key is no order's id");
  CHECK(fault(record_of(event("charge.succeeded", intent)), false) ==
        "the webhook: nothing follows from charge.succeeded");
  CHECK_FALSE(fault(record_of("nonsense"), false).empty());
}

}  // namespace paysaga::storage
