#include "paysaga/storage/codec_input.hpp"

#include <catch2/catch.hpp>

#include "paysaga/storage/codec_command.hpp"

namespace paysaga::storage {
namespace {

const ChainKey no_key{};

Event captured() {
  return Event{.id = EventId::of("paysaga-payments:ord_7:p:1"),
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
               .attempt = 1,
               .intent = IntentId::of("pi_1"),
               .refund = {},
               .reason = {},
               .decline_class = {},
               .expires_at = time_from_micros(1'769'849'100'000'000),
               .command = {}};
}

Event compensation() {
  Event event = captured();
  event.id = EventId::of("paysaga-orders:ord_7:o:1");
  event.type = EventType::payment_refund_initiated;
  event.machine = Machine::order;
  event.status = "refund_pending";
  event.refund = RefundPart{RefundId::of("compensation-1"), std::nullopt, true};
  event.reason = Reason{"cancelled", "A refund of 42.00 EUR is on its way."};
  return event;
}

LogRecord record_of(const Event& event) {
  Saga saga = new_saga(event.order);
  return encode_events(saga, std::vector{event}, EventSource{"g", "", no_key}).at(0).record;
}

/// The sentence that refuses it; empty if it is read.
std::string fault(Topic topic, const LogRecord& record, Roles roles) {
  const auto input = parse_input(topic, record, roles, false);
  return input ? std::string{} : input.error().detail;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("input codec: an order reads a payment event as it was told", "[storage][codec]") {
  LogRecord record = record_of(captured());
  const std::string parent = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01";
  record.headers.push_back({"traceparent", parent});
  const auto input = parse_input(Topic::payment_completed, record, Roles::orders, false);
  REQUIRE(input.has_value());
  CHECK(input->order.text() == "ord_7");
  const auto& told = std::get<PaymentEventInput>(input->body);
  CHECK(told.event == captured());
  CHECK(told.traceparent == parent);
}

TEST_CASE("input codec: what no payment can have told is malformed", "[storage][codec]") {
  struct Row {
    std::string from;
    std::string to;
    std::string fault;
  };
  const Row rows[] = {
      {R"("machine":"payment")", R"("machine":"kitchen")", "machine"},
      {"PAYMENT_COMPLETED", "PAYMENT_TELEPORTED", "event_type"},
      {R"("status":"captured")", R"("status":"gone")", "no payment has this status"},
      {R"("status":"captured")", R"("status":"ready")", "do not fit"},
      {R"("captured":4200)", R"("captured":0)", "do not fit"},
      {R"("refunded":0)", R"("refunded":-1)", "negative"},
      {R"("captured":4200)", R"("captured":42.5)", "captured"},
      {R"("sequence":1)", R"("sequence":0)", "sequence"},
      {R"("minor":4200)", R"("minor":0)", "not positive"},
      {R"("customer_id":"cus_1",)", "", "customer_id is missing"},
      {R"("correlation_id":"c1")", R"("correlation_id":"")", "correlation_id"},
      {R"("order_id":"ord_7")", R"("order_id":"ord 7")", "order_id"},
  };
  for (const Row& row : rows) {
    LogRecord record = record_of(captured());
    record.value = replaced(record.value, row.from, row.to);
    CAPTURE(row.to);
    const std::string why = fault(Topic::payment_completed, record, Roles::orders);
    CHECK(why.find(row.fault) != std::string::npos);
  }
  CHECK_FALSE(fault(Topic::payment_completed, {"k", {}, "{}"}, Roles::orders).empty());
  CHECK_FALSE(fault(Topic::payment_completed, {"k", {}, "[1]"}, Roles::orders).empty());
  CHECK_FALSE(fault(Topic::payment_completed, record_of(compensation()), Roles::orders).empty());
}

TEST_CASE("input codec: a payment reads the orders' refund request", "[storage][codec]") {
  const Topic topic = Topic::payment_refund_initiated;
  const auto input = parse_input(topic, record_of(compensation()), Roles::payments, false);
  REQUIRE(input.has_value());
  const auto& command = std::get<CommandInput>(input->body);
  CHECK(command.id.text() == "paysaga-orders:ord_7:o:1");
  CHECK(command.correlation_id == "c1");
  CHECK(command.command ==
        Command{command::RefundRequest{
            RefundId::of("compensation-1"), std::nullopt, "cancelled", true, {}}});
  CHECK(command.body_hash == body_hash_of(command.command));

  // Other services ask in the words of a command, and compensate nothing.
  const LogRecord asked{"k",
                        {},
                        R"({"command":"refund.request","command_id":"c1","order_id":"ord_7",)"
                        R"("reason":"goodwill","compensation":true})"};
  const auto other = parse_input(topic, asked, Roles::payments, false);
  REQUIRE(other.has_value());
  const auto& request = std::get<CommandInput>(other->body).command;
  CHECK_FALSE(std::get<command::RefundRequest>(request).compensation);

  CHECK_FALSE(fault(topic, record_of(captured()), Roles::payments).empty());
  Event nothing = compensation();
  nothing.refund = std::nullopt;
  CHECK_FALSE(fault(topic, record_of(nothing), Roles::payments).empty());
  Event card = compensation();
  card.reason->code = "4242424242424242";
  CHECK_FALSE(fault(topic, record_of(card), Roles::payments).empty());
  // A node of both roles is never asked in events.
  CHECK_FALSE(fault(topic, record_of(compensation()), Roles::both).empty());
}

TEST_CASE("input codec: live payments and those of a test never mix", "[storage][codec]") {
  struct Row {
    Topic topic;
    Event event;
    Roles roles;
  };
  for (Row row : {Row{Topic::payment_completed, captured(), Roles::orders},
                  Row{Topic::payment_refund_initiated, compensation(), Roles::payments}}) {
    for (const bool told : {false, true}) {
      row.event.livemode = told;
      for (const bool here : {false, true}) {
        const auto input = parse_input(row.topic, record_of(row.event), row.roles, here);
        CHECK(input.has_value() == (told == here));
      }
    }
  }
}

TEST_CASE("input codec: the cancel that an order asks for is a command", "[storage][codec]") {
  const CancelForOthers cancel{EventId::of("paysaga.order.1.cancel"),
                               command::PaymentCancel{"changed \"my\" mind", true}, "c1"};
  const std::string parent = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01";
  const EventSource source{"paysaga-orders", parent, no_key};
  const LogRecord record = encode_cancel(OrderId::of("ord_7"), cancel, source);
  CHECK(record.key == "ord_7");
  const auto input = parse_input(Topic::payment_commands, record, Roles::payments, false);
  REQUIRE(input.has_value());
  CHECK(input->order.text() == "ord_7");
  const auto& command = std::get<CommandInput>(input->body);
  CHECK(command.id == cancel.id);
  CHECK(command.command == Command{cancel.ask});
  CHECK(command.correlation_id == "c1");
  CHECK(command.traceparent == parent);
}

TEST_CASE("input codec: commands are read on every node, whoever decides them",
          "[storage][codec]") {
  const LogRecord record{
      "k", {}, R"({"command":"order.fulfilled","command_id":"c1","order_id":"ord_7"})"};
  for (const Roles roles : {Roles::both, Roles::payments, Roles::orders}) {
    CHECK(fault(Topic::order_commands, record, roles).empty());
  }
}

}  // namespace paysaga::storage
