#include "paysaga/storage/codec_command.hpp"

#include <catch2/catch.hpp>

namespace paysaga::storage {
namespace {

std::string initiate(const std::string& fields) {
  return R"({"command":"payment.initiate","command_id":"c1","order_id":"o1",)"
         R"("customer_id":"cus_1","amount":{"minor":4200,"currency":"EUR"})" +
         fields + "}";
}

std::string with_amount(const std::string& amount) {
  return R"({"command":"payment.initiate","command_id":"c1","order_id":"o1",)"
         R"("customer_id":"cus_1","amount":)" +
         amount + "}";
}

std::string cancel(const std::string& reason) {
  return R"({"command":"order.cancel","command_id":"c1","order_id":"o1","reason":)" + reason + "}";
}

std::string error_of(const std::string& json) {
  const auto parsed = parse_command(json);
  if (parsed) return "accepted";
  CHECK(parsed.error().code == ErrorCode::malformed);
  CHECK(parsed.error().detail.find('\n') == std::string::npos);
  return parsed.error().detail;
}

template <class T>
T read_as(const std::string& json) {
  const auto parsed = parse_command(json);
  INFO((parsed ? "" : parsed.error().detail));
  REQUIRE(parsed.has_value());
  REQUIRE(std::holds_alternative<T>(parsed->input.command));
  return std::get<T>(parsed->input.command);
}

TEST_CASE("command: payment.initiate with every field", "[storage][codec]") {
  const std::string json =
      initiate(R"(,"payment_method":"pm_1","expires_in":"45m","off_session":true,)"
               R"("capture":"automatic","metadata":{"table":"7","app":"web"},)"
               R"("correlation_id":"corr-1","later":{"x":[1]},)"
               R"("traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")");
  const auto parsed = parse_command(json);
  REQUIRE(parsed.has_value());
  CHECK(parsed->order.text() == "o1");
  CHECK(parsed->input.id.text() == "c1");
  CHECK(parsed->input.correlation_id == "corr-1");
  CHECK(parsed->input.traceparent == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  CHECK(parsed->fields_ignored == 1);
  const auto ask = read_as<command::PaymentInitiate>(json);
  CHECK(ask.amount == Money{4200, *Currency::parse("EUR")});
  CHECK(ask.customer.text() == "cus_1");
  CHECK(ask.method->text() == "pm_1");
  CHECK(*ask.expires_in == minutes{45});
  CHECK(ask.off_session);
  CHECK_FALSE(ask.manual_capture);
  CHECK(ask.metadata == Metadata{{"app", "web"}, {"table", "7"}});
}

TEST_CASE("command: each of the others", "[storage][codec]") {
  const auto line = [](const std::string& name, const std::string& fields) {
    return R"({"command":")" + name + R"(","command_id":"c1","order_id":"o1")" + fields + "}";
  };
  const auto confirm = read_as<command::PaymentConfirm>(line(
      "payment.confirm", R"(,"payment_method":"pm_2","return_url":"https://shop.example/back")"));
  CHECK(confirm.method.text() == "pm_2");
  CHECK(*confirm.return_url == "https://shop.example/back");
  CHECK(read_as<command::PaymentInitiate>(initiate(R"(,"capture":"manual")")).manual_capture);
  CHECK(read_as<command::PaymentCapture>(line("payment.capture", "")) == command::PaymentCapture{});
  const auto take = read_as<command::PaymentCapture>(
      line("payment.capture", R"(,"amount":{"minor":5,"currency":"EUR"})"));
  CHECK(take == command::PaymentCapture{5, *Currency::parse("EUR")});
  const auto stop = read_as<command::PaymentCancel>(
      line("payment.cancel", R"(,"reason":"changed mind","final":true)"));
  CHECK(stop == command::PaymentCancel{"changed mind", true});
  CHECK(read_as<command::OrderCancel>(line("order.cancel", R"(,"reason":"r")")).reason == "r");
  CHECK(read_as<command::OrderRejected>(line("order.rejected", R"(,"reason":"r")")).reason == "r");
  CHECK(read_as<command::OrderDeliveryFailed>(line("order.delivery_failed", R"(,"reason":"r")"))
            .reason == "r");
  read_as<command::OrderFulfilled>(line("order.fulfilled", ""));
  CHECK(read_as<command::OrderHold>(line("order.hold", R"(,"reason":"r","ticket":"OPS-7")")) ==
        command::OrderHold{"r", "OPS-7"});
  CHECK(read_as<command::OrderResume>(line("order.resume", R"(,"reason":"r")")) ==
        command::OrderResume{"r", ""});
  const auto all = read_as<command::RefundRequest>(line("refund.request", R"(,"reason":"cold")"));
  CHECK(all.refund.text() == "c1");
  CHECK_FALSE(all.amount_minor.has_value());
  const auto part = read_as<command::RefundRequest>(
      line("refund.request",
           R"(,"reason":"cold","refund_id":"r9","amount":{"minor":5,"currency":"EUR"})"));
  CHECK(part.refund.text() == "r9");
  CHECK(*part.amount_minor == 5);
  CHECK(part.currency->text() == "EUR");
  CHECK_FALSE(part.compensation);
}

TEST_CASE("command: what is wrong is said in one sentence that names the field",
          "[storage][codec]") {
  const std::string id65(65, 'x');
  const struct {
    std::string json;
    std::string sentence;
  } cases[] = {
      {"", "this is no JSON: it is empty"},
      {"{", "this is no JSON"},
      {"\xff\xfe\x01", "this is no JSON"},
      {"[1]", "a command must be an object, not an array"},
      {"42", "a command must be an object, not an integer"},
      {R"({"command_id":"c","order_id":"o"})", "command is missing"},
      {R"({"command":7,"command_id":"c","order_id":"o"})", "command must be a text, not an int"},
      {R"({"command":"payment.initate","command_id":"c","order_id":"o"})",
       "command 'payment.initate' is unknown; did you mean payment.initiate?"},
      {R"({"command":"pay","command_id":"c","order_id":"o"})", "command 'pay' is unknown; known"},
      {R"({"command":"payment.capture","command_id":"c","order_id":"o","amount":0})", "amount"},
      {R"({"command":"order.hold","command_id":"c","order_id":"o"})",
       "order.hold: reason is missing"},
      {R"({"command":"order.hold","command_id":"c","order_id":"o","reason":"r","ticket":7})",
       "order.hold: ticket must be a text"},
      {R"({"command":"order.fulfilled","order_id":"o"})", "order.fulfilled: command_id is missing"},
      {R"({"command":"order.fulfilled","command_id":"c"})", "order_id is missing"},
      {R"({"command":"order.fulfilled","command_id":"c c","order_id":"o"})",
       "command_id is malformed: an id has 1 to 64 characters"},
      {R"({"command":"order.fulfilled","command_id":")" + id65 + R"(","order_id":"o"})",
       "command_id is malformed"},
      {R"({"command":"order.fulfilled","command_id":"c","order_id":""})", "order_id is malformed"},
      {R"({"command":"order.fulfilled","command_id":"c","order_id":"bestellung-\u00fc"})",
       "order_id is malformed"},
      {R"({"command":"order.fulfilled","command_id":"c","order_id":"o","order_id":"p"})",
       "order_id appears twice"},
      {with_amount("4200"), "amount must be an object, not an integer; an amount is"},
      {with_amount(R"("42.00 EUR")"), "amount must be an object, not a text"},
      {with_amount(R"({"currency":"EUR"})"), "amount.minor is missing"},
      {with_amount(R"({"minor":42.5,"currency":"EUR"})"), "decimals are refused"},
      {with_amount(R"({"minor":4200.0,"currency":"EUR"})"), "decimals are refused"},
      {with_amount(R"({"minor":1e3,"currency":"EUR"})"), "decimals are refused"},
      {with_amount(R"({"minor":"4200","currency":"EUR"})"),
       "amount.minor must be an integer, not a text"},
      {with_amount(R"({"minor":true,"currency":"EUR"})"), "amount.minor must be an integer"},
      {with_amount(R"({"minor":-5,"currency":"EUR"})"), "amount must be positive"},
      {with_amount(R"({"minor":0,"currency":"EUR"})"), "amount must be positive"},
      {with_amount(R"({"minor":1,"currency":"USD"})"), "below the minimum"},
      {with_amount(R"({"minor":1000000000000,"currency":"EUR"})"), "above the maximum"},
      {with_amount(R"({"minor":18446744073709551615,"currency":"EUR"})"),
       "amount.minor is too large"},
      {with_amount(R"({"minor":99999999999999999999999,"currency":"EUR"})"),
       "a number is malformed or too large"},
      {with_amount(R"({"minor":1234,"currency":"KWD"})"), "must be a multiple of 10"},
      {with_amount(R"({"minor":4200})"), "amount.currency must be a text"},
      {with_amount(R"({"minor":4200,"currency":978})"), "amount.currency must be a text"},
      {with_amount(R"({"minor":4200,"currency":"EURO"})"), "amount.currency unknown currency"},
      {with_amount(R"({"minor":4200,"minor":1,"currency":"EUR"})"), "amount names a part"},
      {with_amount("null"), "amount is missing"},
      {initiate(R"(,"capture":"later")"), "capture must be \"automatic\" or \"manual\""},
      {initiate(R"(,"capture":true)"), "capture must be"},
      {initiate(R"(,"expires_in":30)"), "expires_in must be a text, not an integer"},
      {initiate(R"(,"expires_in":"30")"), "expires_in '30' is no duration"},
      {initiate(R"(,"expires_in":"0s")"), "expires_in must be from 1s to 30d"},
      {initiate(R"(,"expires_in":"31d")"), "expires_in must be from 1s to 30d"},
      {initiate(R"(,"off_session":"yes")"), "off_session must be true or false, not a text"},
      {initiate(R"(,"payment_method":"pm 1")"), "payment_method is malformed"},
      {initiate(R"(,"metadata":[])"), "metadata must be an object, not an array"},
      {initiate(R"(,"metadata":{"a":1})"), "metadata.a must be a text, not an integer"},
      {initiate(R"(,"metadata":{"a":"x","a":"y"})"), "metadata.a appears twice"},
      {initiate(R"(,"metadata":{"":"x"})"), "a metadata key has 1 to 40 characters"},
      {initiate(R"(,"metadata":{"a[0]":"x"})"), "brackets"},
      {initiate(R"(,"metadata":{"a":")" + std::string(501, 'x') + "\"}"), "at most 500 characters"},
      {initiate(R"(,"customer_id":"x")"), "customer_id appears twice"},
      {R"({"command":"payment.confirm","command_id":"c","order_id":"o"})",
       "payment.confirm: payment_method is missing"},
      {R"({"command":"payment.confirm","command_id":"c","order_id":"o","payment_method":"pm",)"
       R"("return_url":"javascript:alert"})",
       "return_url must be an http or https URL"},
      {R"({"command":"order.cancel","command_id":"c","order_id":"o"})", "reason is missing"},
      {cancel(R"("")"), "reason is missing"},
      {cancel("5"), "reason must be a text, not an integer"},
      {cancel("\"" + std::string(501, 'x') + "\""), "reason has more than 500 characters"},
      {cancel("\"a\xC3(\""), "this is no JSON: it is not valid UTF-8"},
      {cancel("\"a\nb\""), "control character"},
  };
  for (const auto& c : cases) {
    INFO(c.json.substr(0, 200));
    CHECK_THAT(error_of(c.json), Catch::Contains(c.sentence));
  }
}

TEST_CASE("command: a mail address is no customer id", "[storage][codec]") {
  CHECK_THAT(
      error_of(R"({"command":"payment.initiate","command_id":"c","order_id":"o",)"
               R"("customer_id":"ann@example.org","amount":{"minor":4200,"currency":"EUR"}})"),
      Catch::Contains("customer_id looks like a mail address"));
}

TEST_CASE("command: too many metadata keys, too long a line", "[storage][codec]") {
  std::string fields = R"(,"metadata":{)";
  for (int i = 0; i < 51; ++i) {
    fields += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":\"v\"";
  }
  CHECK_THAT(error_of(initiate(fields + "}")), Catch::Contains("metadata has more than 50 keys"));
  CHECK_THAT(error_of(std::string(10'000'000, ' ')), Catch::Contains("at most 256 KiB"));
}

TEST_CASE("command: card numbers are refused and masked wherever text is free",
          "[storage][codec]") {
  const std::string card = "4242 4242 4242 4242";
  for (const std::string& json : {cancel("\"paid with " + card + " twice\""),
                                  initiate(R"(,"metadata":{"note":")" + card + "\"}"),
                                  initiate(R"(,"metadata":{")" + card + R"(":"x"})")}) {
    const std::string error = error_of(json);
    CHECK_THAT(error, Catch::Contains("************4242"));
    CHECK_THAT(error, !Catch::Contains("4242 4242"));
    CHECK_THAT(error, Catch::Contains("card number"));
  }
  // Ids and amounts may look like anything.
  CHECK(error_of(R"({"command":"order.fulfilled","command_id":"4242424242424242",)"
                 R"("order_id":"5555555555554444"})") == "accepted");
}

TEST_CASE("command: a fault in an unknown command never repeats a card number",
          "[storage][codec]") {
  CHECK_THAT(error_of(R"({"command":"4242424242424242","command_id":"c","order_id":"o"})"),
             !Catch::Contains("4242424242424242"));
}

TEST_CASE("command: the body hash sees the meaning, not the spelling", "[storage][codec]") {
  const auto hash = [](const std::string& json) { return parse_command(json)->input.body_hash; };
  const std::uint64_t base = hash(initiate(R"(,"metadata":{"a":"1","b":"2"})"));
  CHECK(hash(R"({ "metadata" : {"b":"2","a":"1"}, "amount":{"currency":"eur","minor":4200},
                 "customer_id":"cus_1","order_id":"o1","command_id":"c1","capture":"automatic",
                 "command":"payment.initiate","other":1})") == base);
  CHECK(hash(initiate(R"(,"metadata":{"a":"1","b":"3"})")) != base);
  CHECK(hash(initiate(R"(,"metadata":{"a":"1","b":"2"},"off_session":true)")) != base);
  CHECK(hash(cancel("\"a\"")) != hash(cancel("\"b\"")));
  CHECK(hash(cancel("\"a\"")) !=
        hash(R"({"command":"order.rejected","command_id":"c1","order_id":"o1","reason":"a"})"));
  // Part of the state's format: ids seen long ago must still be recognised.
  CHECK(hash(cancel("\"a\"")) == body_hash_of(command::OrderCancel{"a"}));
  CHECK(body_hash_of(command::OrderCancel{"a"}) == 9284358389283943837ULL);
}

TEST_CASE("command: from the parts of an HTTP request", "[storage][codec]") {
  const auto parse = [](std::string_view body) {
    return parse_command(CommandParts{"order.cancel", "o1", "key-1", body, "corr", ""});
  };
  const auto parsed = parse(R"({"reason":"late"})");
  REQUIRE(parsed.has_value());
  CHECK(parsed->order.text() == "o1");
  CHECK(parsed->input.id.text() == "key-1");
  CHECK(parsed->input.correlation_id == "corr");
  CHECK(parsed->input.body_hash == parse_command(cancel("\"late\""))->input.body_hash);
  CHECK(parse(R"({"reason":"late","order_id":"o1"})").has_value());
  CHECK_THAT(parse(R"({"reason":"late","order_id":"o2"})").error().detail,
             Catch::Contains("order_id is 'o2' in the body, but 'o1' was asked for"));
  CHECK_THAT(parse("").error().detail, Catch::Contains("order.cancel: reason is missing"));
  CHECK(parse_command(CommandParts{"order.fulfilled", "o1", "k", "", "", ""}).has_value());
}

TEST_CASE("command: a malformed traceparent is left out", "[storage][codec]") {
  const auto parsed = parse_command(initiate(R"(,"traceparent":"00-zz")"));
  REQUIRE(parsed.has_value());
  CHECK(parsed->input.traceparent.empty());
}

TEST_CASE("command: the ids of what was refused are read as far as they can be",
          "[storage][codec]") {
  const auto peek = peek_command(R"({"command":"x","command_id":"c1","order_id":7})");
  CHECK(peek.command == "x");
  CHECK(peek.command_id == "c1");
  CHECK(peek.order_id.empty());
  CHECK(peek_command("nonsense").command_id.empty());
}

}  // namespace
}  // namespace paysaga::storage
