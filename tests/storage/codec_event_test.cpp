#include "paysaga/storage/codec_event.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "paysaga/storage/json_reader.hpp"
#include "storage/codec_random.hpp"

namespace paysaga::storage {
namespace {

const ChainKey no_key{};

Event completed() {
  return Event{.id = EventId::of("paysaga:ord_7:payment:3"),
               .type = EventType::payment_completed,
               .machine = Machine::payment,
               .sequence = 1,
               .occurred_at = time_from_micros(1'769'847'300'000'001),
               .correlation_id = "c1",
               .causation_id = "ps1:abc",
               .order = OrderId::of("ord_7"),
               .customer = CustomerId::of("cus_1"),
               .amount = Money{4'200, *Currency::parse("EUR")},
               .money = {0, 4'200, 0, 0, 0},
               .status = "captured",
               .attempt = 2,
               .intent = IntentId::of("pi_1"),
               .refund = {},
               .reason = {},
               .decline_class = {},
               .final = false,
               .cancel_requested = false,
               .expires_at = time_from_micros(1'769'849'100'000'000),
               .command = {},
               .livemode = false};
}

TEST_CASE("event codec: the bytes that are published", "[storage][codec]") {
  Saga saga = new_saga(OrderId::of("ord_7"));
  const std::vector<Event> events = {completed()};
  const auto encoded = encode_events(saga, events, EventSource{"paysaga", "00-tp", no_key});
  REQUIRE(encoded.size() == 1);
  const std::string open =
      R"({"event_id":"paysaga:ord_7:payment:3","event_type":"PAYMENT_COMPLETED",)"
      R"("schema_version":1,"machine":"payment","order_id":"ord_7","sequence":1,)"
      R"("occurred_at":"2026-01-31T08:15:00.000001Z","correlation_id":"c1",)"
      R"("causation_id":"ps1:abc","customer_id":"cus_1",)"
      R"("amount":{"minor":4200,"currency":"EUR"},)"
      R"("money":{"authorized":0,"captured":4200,"refunding":0,"refunded":0,"disputed":0,)"
      R"("lost":0},)"
      R"("payment":{"status":"captured","attempt":2,"payment_intent_id":"pi_1",)"
      R"("expires_at":"2026-01-31T08:45:00.000000Z"},"livemode":false,"prev_hash":"")";
  CHECK(encoded[0].record.value == open + R"(,"hash":")" + chain_hash(no_key, open) + R"("})");
  CHECK(encoded[0].record.key == "ord_7");
  CHECK(encoded[0].record.headers == Headers{{"ce_id", "paysaga:ord_7:payment:3"},
                                             {"ce_type", "PAYMENT_COMPLETED"},
                                             {"ce_source", "paysaga"},
                                             {"ce_subject", "ord_7"},
                                             {"ce_time", "2026-01-31T08:15:00.000001Z"},
                                             {"ce_specversion", "1.0"},
                                             {"content-type", "application/json"},
                                             {"correlation-id", "c1"},
                                             {"causation-id", "ps1:abc"},
                                             {"traceparent", "00-tp"}});
  CHECK(saga.payment_hash == chain_hash(no_key, open));
  CHECK(saga.order_hash.empty());
}

TEST_CASE("event codec: a dispute is told with its amount and its end", "[storage][codec]") {
  Event event = completed();
  event.type = EventType::dispute_opened;
  event.money.disputed = 700;
  event.dispute = DisputePart{DisputeId::of("dp_1"), 700, "fraudulent",
                              time_from_micros(1'769'849'100'000'000)};
  Saga saga = new_saga(OrderId::of("ord_7"));
  const auto encoded = encode_events(saga, std::vector{event}, EventSource{"paysaga", "", no_key});
  const std::string& value = encoded.at(0).record.value;
  CHECK(value.find(R"("dispute":{"dispute_id":"dp_1","amount":{"minor":700,"currency":"EUR"},)"
                   R"("reason":"fraudulent","evidence_due_at":"2026-01-31T08:45:00.000000Z"})") !=
        std::string::npos);
  CHECK(decode_event(value).value() == event);
  std::string before = value;  // As told by a node that knows no lost disputes.
  before.erase(before.find(R"(,"lost":0)"), 9);
  CHECK(decode_event(before).value() == event);
}

TEST_CASE("event codec: what is read back is what was published", "[storage][codec]") {
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    CodecRandom random{seed};
    Saga saga = new_saga(OrderId::of("ord_7"));
    std::vector<Event> events;
    for (std::uint64_t i = 1; i <= 3; ++i) {
      events.push_back(random.event(saga.id, Machine::payment, i));
      events.push_back(random.event(saga.id, Machine::order, i));
    }
    const auto encoded = encode_events(saga, events, EventSource{"g", "", no_key});
    REQUIRE(encoded.size() == events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto decoded = decode_event(encoded[i].record.value);
      INFO("seed " << seed << " " << encoded[i].record.value);
      INFO((decoded ? "" : decoded.error().detail));
      REQUIRE(decoded.has_value());
      REQUIRE((*decoded == events[i]));
    }
    const std::string history = history_events(encoded);
    REQUIRE(JsonDocument::parse(history)->root().type() == JsonType::array);
  }
}

TEST_CASE("event codec: order events carry the status that people see", "[storage][codec]") {
  Saga saga = new_saga(OrderId::of("ord_7"));
  Event event = completed();
  event.machine = Machine::order;
  event.type = EventType::order_cancelled;
  event.status = "refund_pending";
  const std::vector<Event> events = {event};
  const auto encoded = encode_events(saga, events, EventSource{"g", "", no_key});
  CHECK_THAT(encoded[0].record.value, Catch::Contains(R"("order":{"status":"REFUND_PENDING")"));
}

TEST_CASE("event codec: fields of a newer version are passed over", "[storage][codec]") {
  Saga saga = new_saga(OrderId::of("ord_7"));
  const std::vector<Event> events = {completed()};
  std::string value = encode_events(saga, events, EventSource{"g", "", no_key})[0].record.value;
  value.insert(1, R"("newer":{"a":[1,2]},)");
  CHECK((*decode_event(value) == events[0]));
}

TEST_CASE("event codec: what cannot be read names the field", "[storage][codec]") {
  Saga saga = new_saga(OrderId::of("ord_7"));
  const std::vector<Event> events = {completed()};
  const std::string value =
      encode_events(saga, events, EventSource{"g", "", no_key})[0].record.value;
  const struct {
    const char* from;
    const char* to;
    const char* fault;
  } cases[] = {
      {R"("event_id":"paysaga:ord_7:payment:3",)", "", "event_id is missing"},
      {"PAYMENT_COMPLETED", "PAYMENT_LOST", "event_type is not known"},
      {R"("machine":"payment")", R"("machine":"kitchen")", "machine is neither"},
      {R"("order_id":"ord_7")", R"("order_id":"ord 7")", "order_id is malformed"},
      {R"("sequence":1)", R"("sequence":0)", "sequence is missing or below 1"},
      {R"("sequence":1)", R"("sequence":"1")", "sequence is no integer"},
      {"2026-01-31T08:15:00.000001Z", "yesterday", "occurred_at is malformed"},
      {R"("minor":4200)", R"("minor":42.5)", "minor is no integer"},
      {R"("currency":"EUR")", R"("currency":"???")", "amount.currency unknown currency"},
      {R"("captured":4200)", R"("captured":"x")", "captured is no integer"},
      {R"("livemode":false)", R"("livemode":0)", "livemode is neither true nor false"},
      {R"("attempt":2)", R"("attempt":99999999999)", "attempt is out of range"},
      {R"("payment":{"status")", R"("other":{"status")", "payment is missing"},
  };
  for (const auto& c : cases) {
    INFO(c.from << " -> " << c.to);
    std::string broken = value;
    const std::size_t at = broken.find(c.from);
    REQUIRE(at != std::string::npos);
    broken.replace(at, std::string_view{c.from}.size(), c.to);
    const auto decoded = decode_event(broken);
    REQUIRE_FALSE(decoded.has_value());
    CHECK(decoded.error().code == ErrorCode::malformed);
    CHECK_THAT(decoded.error().detail, Catch::Contains(c.fault));
  }
  CHECK_FALSE(decode_event("[]").has_value());
  CHECK_FALSE(decode_event("").has_value());
}

}  // namespace
}  // namespace paysaga::storage
