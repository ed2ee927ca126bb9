#include "paysaga/storage/codec_saga.hpp"

#include <ctime>

#include <catch2/catch.hpp>

#include "paysaga/storage/codec_blank.hpp"
#include "paysaga/storage/envelope.hpp"
#include "paysaga/storage/json_reader.hpp"
#include "storage/codec_random.hpp"

namespace paysaga::storage {
namespace {

/// An encoded state with another JSON, and an envelope that fits it.
std::string with_json(std::string_view json, std::uint8_t version = state_version) {
  std::string bytes = open_envelope(version);
  bytes += json;
  close_envelope(bytes);
  return bytes;
}

std::string json_of(const Saga& saga) {
  return std::string{*state_json(encode_saga(saga))};
}

TEST_CASE("state codec: what is decoded is what was encoded, whatever the fields hold",
          "[storage][codec]") {
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    CodecRandom random{seed};
    const Saga saga = random.saga();
    const std::string bytes = encode_saga(saga);
    const auto decoded = decode_saga(bytes);
    INFO("seed " << seed << ": " << (decoded ? bytes.substr(5) : decoded.error().detail));
    REQUIRE(decoded.has_value());
    REQUIRE((*decoded == saga));
    REQUIRE(encode_saga(*decoded) == bytes);
  }
}

TEST_CASE("state codec: a fresh saga takes no more than its id", "[storage][codec]") {
  CHECK(json_of(new_saga(OrderId::of("ord_1"))) ==
        R"({"v":1,"id":"ord_1","order":{"status":"payment_pending","payment":{}}})");
}

TEST_CASE("state codec: a payment that nobody disputes is written as before there were disputes",
          "[storage][codec]") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CodecRandom random{seed};
    Saga saga = random.saga();
    if (!saga.payment) continue;
    saga.payment->disputes.clear();
    saga.payment->disputes_at = std::nullopt;
    saga.payment->dispute_reads = saga.payment->dispute_looks = 0;
    saga.payment->money.lost = saga.order.payment.money.lost = 0;
    const std::string bytes = encode_saga(saga);
    CHECK(bytes.find("\"disputes") == std::string::npos);
    CHECK(bytes.find("\"dispute_") == std::string::npos);
    CHECK(bytes.find("\"lost\"") == std::string::npos);
    CHECK(decode_saga(bytes).value() == saga);
  }
}

TEST_CASE("state codec: a payment of before it was kept when it was seen", "[storage][codec]") {
  int read = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CodecRandom random{seed};
    Saga saga = random.saga();
    if (!saga.payment || !saga.payment->seen_at) continue;
    std::string json = json_of(saga);
    const std::size_t begin = json.find(",\"seen_at\":");
    REQUIRE(begin != std::string::npos);
    json.erase(begin, json.find_first_of(",}", begin + 1) - begin);
    saga.payment->seen_at = std::nullopt;
    REQUIRE(decode_saga(with_json(json)).value() == saga);
    ++read;
  }
  CHECK(read > 0);
}

TEST_CASE("state codec: a hold from before holds had reasons is the policy's", "[storage][codec]") {
  const std::string json =
      R"({"v":1,"id":"ord_1","version":3,"updated_at":7,"order":{"status":"refund_pending",)"
      R"("payment":{"sequence":4,"status":"captured","money":{"captured":4200}},)"
      R"("held":true,"sequence":2}})";
  const Saga saga = decode_saga(with_json(json)).value();
  REQUIRE(saga.hold.has_value());
  CHECK_FALSE(saga.hold->command.has_value());
  CHECK(saga.hold->since == time_from_micros(7));
  CHECK(saga.order.asks_waiting);
  CHECK(saga.order.sequence == 2);
  CHECK(check(saga, Roles::orders).value_or("") == "");
  CHECK(json_of(saga).find("\"held\"") == std::string::npos);
  CHECK(decode_saga(encode_saga(saga)).value() == saga);
}

TEST_CASE("state codec: every damaged byte and every cut is reported", "[storage][codec]") {
  CodecRandom random{7};
  const std::string bytes = encode_saga(random.saga());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const auto decoded = decode_saga(damaged);
    REQUIRE_FALSE(decoded.has_value());
    REQUIRE(decoded.error().code == ErrorCode::corrupt);
    REQUIRE(decode_saga(std::string_view{bytes}.substr(0, at)).error().code == ErrorCode::corrupt);
  }
  CHECK_FALSE(decode_saga(bytes + "x").has_value());
}

TEST_CASE("state codec: a newer version is refused by its number", "[storage][codec]") {
  const std::string json = json_of(new_saga(OrderId::of("ord_1")));
  const auto decoded = decode_saga(with_json(json, state_version + 1));
  REQUIRE_FALSE(decoded.has_value());
  CHECK(decoded.error().code == ErrorCode::version_unsupported);
  CHECK_THAT(decoded.error().detail, Catch::Contains("version 2"));
}

TEST_CASE("state codec: nothing that it does not know is passed over", "[storage][codec]") {
  const struct {
    const char* json;
    const char* fault;
  } cases[] = {
      {R"({"v":1,"id":"o","order":{"status":"payment_pending","payment":{}},"more":1})", "'more'"},
      {R"({"v":1,"id":"o","order":{"status":"lost","payment":{}}})", "'status'"},
      {R"({"v":1,"id":"o o","order":{"status":"pending","payment":{}}})", "'id'"},
      {R"({"v":1,"order":{"status":"pending","payment":{}}})", "'id'"},
      {R"({"v":1,"id":"o","version":-1,"order":{"status":"pending","payment":{}}})", "'version'"},
      {R"({"v":1,"id":"o","version":1.5,"order":{"status":"pending","payment":{}}})", "'version'"},
      {R"({"v":1,"id":"o","order":{"payment":{}}})", "'status'"},
      {R"({"v":2,"id":"o","order":{"status":"pending","payment":{}}})", "'v'"},
      {R"({"v":1,"id":"o","order":{"status":"pending","payment":{},"compensations":9999999999}})",
       "'compensations'"},
      {R"({"v":1,"id":"o",)", "syntax"},
      {R"([])", "no object"},
  };
  for (const auto& c : cases) {
    INFO(c.json);
    const auto decoded = decode_saga(with_json(c.json));
    REQUIRE_FALSE(decoded.has_value());
    CHECK(decoded.error().code == ErrorCode::corrupt);
    CHECK_THAT(decoded.error().detail, Catch::Contains(c.fault));
  }
}

TEST_CASE("state codec: bytes that are no UTF-8 never make a state unreadable",
          "[storage][codec]") {
  Saga saga = new_saga(OrderId::of("ord_1"));
  saga.order.end_reason = "caf\xE9 \xF0\x9F\x8D";  // Latin-1, and a cut emoji.
  const auto decoded = decode_saga(encode_saga(saga));
  REQUIRE(decoded.has_value());
  CHECK(decoded->order.end_reason == "caf\uFFFD \uFFFD\uFFFD\uFFFD");
}

/// An order whose confirm is under way.
Saga typical_saga() {
  Saga saga = new_saga(OrderId::of("ord_20260131_000123"));
  const Time now = time_from_micros(1'769'847'300'000'001);
  const Money amount{4'200, *Currency::parse("EUR")};
  payment::Payment payment = shape::Blank<payment::Payment>::make();
  payment.status = payment::Status::confirming;
  payment.amount = amount;
  payment.customer = CustomerId::of("cus_12345");
  payment.method = MethodId::of("pm_card_visa");
  payment.initiated_at = now;
  payment.expires_at = now + minutes{30};
  payment.attempt = 1;
  payment.sequence = 2;
  payment.intent = IntentObject{.id = IntentId::of("pi_3PqR5sT7uV9wX1yZ"),
                                .status = IntentStatus::requires_confirmation,
                                .amount = amount,
                                .order = saga.id.text(),
                                .attempt = 1,
                                .ledger = "abcdefghij",
                                .created = now};
  Operation operation = shape::Blank<Operation>::make();
  operation.kind = OperationKind::confirm;
  operation.key = IdempotencyKey::of("ps1:abcdefghij:ord_20260131_000123:confirm:1:1");
  operation.request = {"POST /v1/payment_intents/pi_3PqR5sT7uV9wX1yZ/confirm",
                       "payment_method=pm_card_visa&expand[]=latest_charge&off_session=false"};
  operation.decided_at = now;
  operation.next_at = now;
  operation.before = payment.intent;
  payment.operations.push_back(operation);
  saga.payment = payment;
  saga.order.payment = {2, "confirming", {}, payment.customer, amount};
  saga.order.status = order::Status::payment_processing;
  saga.seen = {{EventId::of("cmd_20260131_000123_1"), 0x9234'5678'9abc'def0, ""}};
  saga.recent = {{now, "payment.initiate: PAYMENT_INITIATED 42.00 EUR"},
                 {now, "created pi_3PqR5sT7uV9wX1yZ: confirm attempt 1"}};
  saga.payment_hash = std::string(64, 'a');
  saga.order_hash = std::string(64, 'b');
  saga.correlation_id = "cmd_20260131_000123_1";
  saga.version = 2;
  saga.updated_at = now;
  return saga;
}

TEST_CASE("state codec: how long it takes", "[.bench]") {
  const Saga saga = typical_saga();
  const std::string bytes = encode_saga(saga);
  REQUIRE((*decode_saga(bytes) == saga));
  constexpr int rounds = 20'000;
  const auto took_ns = [](auto work) {
    const std::clock_t begin = std::clock();  // Of this process, whatever else runs.
    for (int i = 0; i < rounds; ++i) work();
    return (std::clock() - begin) * (1'000'000'000 / CLOCKS_PER_SEC) / rounds;
  };
  std::size_t sum = 0;  // Keeps the work from being left out.
  const auto encode_ns = took_ns([&] { sum += encode_saga(saga).size(); });
  const auto decode_ns = took_ns([&] { sum += decode_saga(bytes)->recent.size(); });
  WARN("a state of " << bytes.size() << " bytes: encode " << encode_ns << " ns, decode "
                     << decode_ns << " ns");
  CHECK(sum > 0);
}

}  // namespace
}  // namespace paysaga::storage
