#include "paysaga/storage/record.hpp"

#include <random>

#include <catch2/catch.hpp>

namespace paysaga::storage {
namespace {

Claim a_claim() {
  return {Nonce{1, 2, 255}, "node-a", "127.0.0.1:7000", "shop", "all", 12, "0.1.0"};
}

DecisionRecord a_decision() {
  DecisionRecord decision;
  decision.action = Action::quarantine;
  decision.received_at = time_from_micros(1'600'000'000'000'000);
  decision.events = 2;
  decision.queued = std::string("in\0put", 6);
  decision.order = "ord_7";
  decision.input_id = "cmd_9";
  decision.input_kind = "payment.initiate";
  decision.outcome = "accepted";
  decision.summary = "creates the payment";
  decision.decided_at = time_from_micros(1'700'000'000'000'001);
  decision.inputs = {{"payment-commands", 41, Landmark{39, 0xfedcba9876543210}},
                     {"order-commands", 0}};
  decision.state = std::string("state\0bytes", 11);
  decision.history = "history";
  RecordOutput event;
  event.topics = {std::string{"payment-events"}, std::string{"payment-initiated"}};
  event.record = {"ord_7", {{"traceparent", "00-1-2-01"}}, "{}"};
  RecordOutput dead_letter;
  dead_letter.topics = {std::string{"payment-dead-letter"}};
  dead_letter.partition = PartitionId{3};
  dead_letter.record.value = std::string("\xff\x00", 2);
  decision.outputs = {event, dead_letter};
  return decision;
}

}  // namespace

TEST_CASE("record: claims, marks and decisions come back as they were written",
          "[storage][record]") {
  CHECK(decode_claim(encode(a_claim())).value() == a_claim());
  CHECK(decode_claim(encode(Claim{})).value() == Claim{});
  const Mark mark{{{"payment-commands", 1'000'000'000'000}, {"", 0}}};
  CHECK(decode_mark(encode(mark)).value() == mark);
  const std::string bytes = encode(a_decision());
  CHECK(decode_decision(bytes).value().own() == a_decision());
  const std::string none = encode(DecisionRecord{});
  CHECK(decode_decision(none).value().own() == DecisionRecord{});
}

TEST_CASE("record: the size of a decision is known before it is encoded", "[storage][record]") {
  DecisionRecord decision = a_decision();
  CHECK(encoded_bytes(decision) == encode(decision).size());
  CHECK(encoded_bytes(DecisionRecord{}) == encode(DecisionRecord{}).size());
  decision.outputs[1].record.headers = {{"id", std::string(300, 'x')}, {"", ""}};
  decision.outputs.push_back({});
  CHECK(encoded_bytes(decision) == encode(decision).size());
}

TEST_CASE("record: every cut of a value is corrupt, and a longer one too", "[storage][record]") {
  const std::string claim = encode(a_claim());
  const std::string mark = encode(Mark{{{"payment-commands", 7}}});
  const std::string decision = encode(a_decision());
  for (std::size_t size = 0; size < claim.size(); ++size) {
    CHECK(decode_claim(claim.substr(0, size)).error().code == ErrorCode::corrupt);
  }
  for (std::size_t size = 0; size < mark.size(); ++size) {
    CHECK(decode_mark(mark.substr(0, size)).error().code == ErrorCode::corrupt);
  }
  for (std::size_t size = 0; size < decision.size(); ++size) {
    CHECK(decode_decision(decision.substr(0, size)).error().code == ErrorCode::corrupt);
  }
  CHECK(decode_claim(claim + 'x').error().code == ErrorCode::corrupt);
  CHECK(decode_mark(mark + 'x').error().code == ErrorCode::corrupt);
  CHECK(decode_decision(decision + 'x').error().code == ErrorCode::corrupt);
}

TEST_CASE("record: an action that this version does not know is corrupt, not another action",
          "[storage][record]") {
  for (int action = 0; action <= 255; ++action) {
    std::string bytes = encode(a_decision());
    bytes[2] = static_cast<char>(action);
    const auto read = decode_decision(bytes);
    if (action <= static_cast<int>(Action::discard)) {
      REQUIRE(read.has_value());
      CHECK(read->action == static_cast<Action>(action));
    } else {
      REQUIRE_FALSE(read.has_value());
      CHECK(read.error().code == ErrorCode::corrupt);
    }
  }
}

TEST_CASE("record: a value of a newer format says that a newer version wrote it",
          "[storage][record]") {
  std::string value = encode(a_decision());
  value[0] = 4;
  CHECK(decode_decision(value).error().code == ErrorCode::version_unsupported);
  value = encode(a_claim());
  value[1] = 1;
  CHECK(decode_claim(value).error().code == ErrorCode::version_unsupported);
}

TEST_CASE("record: positions of a former format have no landmarks", "[storage][record]") {
  ByteWriter mark{64};
  mark.u16(1);
  mark.count(1);
  mark.text("payment-commands");
  mark.i64(17);
  CHECK(decode_mark(mark.bytes())->inputs == std::vector<InputPosition>{{"payment-commands", 17}});
  DecisionRecord decision = a_decision();
  decision.inputs.clear();  // The formats differ in nothing else.
  std::string value = encode(decision);
  for (const char version : {'\1', '\2'}) {
    value[0] = version;
    CHECK(decode_decision(value)->own() == decision);
  }
}

TEST_CASE("record: random bytes and random damage never do more than fail", "[storage][record]") {
  std::mt19937_64 random{7};  // A fixed seed: the same bytes in every run.
  const std::string whole = encode(a_decision());
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = whole;
    const int changes = 1 + static_cast<int>(random() % 4);
    for (int i = 0; i < changes; ++i) {
      bytes[2 + random() % (bytes.size() - 2)] = static_cast<char>(random());
    }
    if (const auto read = decode_decision(bytes)) {
      CHECK(read->own().inputs.size() <= bytes.size());
    }
    for (char& byte : bytes) byte = static_cast<char>(random());
    bytes[0] = 1;
    bytes[1] = 0;
    (void)decode_decision(bytes);
    (void)decode_claim(bytes);
    (void)decode_mark(bytes);
  }
}

TEST_CASE("record: the header keeps its drawn layout", "[storage][record]") {
  const RecordHeader header{1, RecordKind::decision, 0x0102030405060708, 0x1112131415161718,
                            0x2122232425262728};
  const std::string bytes = encode(header, "value");
  REQUIRE(bytes.size() == record_header_bytes);
  CHECK(bytes.substr(0, 28) == std::string("\x01\x00\x02\x00"
                                           "\x08\x07\x06\x05\x04\x03\x02\x01"
                                           "\x18\x17\x16\x15\x14\x13\x12\x11"
                                           "\x28\x27\x26\x25\x24\x23\x22\x21",
                                           28));
  const LogRecord record{"", {{"other", "x"}, {"paysaga", bytes}}, "value"};
  CHECK(read_header(record).value() == header);
}

TEST_CASE("record: a changed byte of header or value does not fit the check", "[storage][record]") {
  const std::string header = encode(RecordHeader{1, RecordKind::mark, 5, 6, 7}, "value");
  for (std::size_t at = 0; at < header.size(); ++at) {
    std::string damaged = header;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const LogRecord record{"", {{"paysaga", damaged}}, "value"};
    CHECK(read_header(record).error().code == ErrorCode::corrupt);
  }
  CHECK(read_header({"", {{"paysaga", header}}, "valuf"}).error().code == ErrorCode::corrupt);
  CHECK(read_header({"", {{"paysaga", header.substr(0, 31)}}, "value"}).error().code ==
        ErrorCode::corrupt);
  CHECK_FALSE(read_header({"", {{"traceparent", "x"}}, "value"}).value().has_value());
}

TEST_CASE("record: a position comes back from its text, and no other text is one",
          "[storage][record]") {
  for (const Position& position :
       {Position{}, Position{12, 7, 4, 0xfedcba9876543210}, position_at_first(40),
        Position{INT64_MAX - 1, 0, UINT64_MAX, 1}}) {
    CHECK(decode_position(encode(position)).value() == position);
  }
  CHECK(encode(Position{12, 7, 4, 0xab}) == "1 12 7 4 ab");
  for (const char* text : {"", "1", "1 2 3", "1 12 7 4", "1 12 7 4 ab ", "1 12 7 4 ab c",
                           "1  12 7 4 ab", "1 -1 -1 0 1", "1 5 5 0 1", "1 5 -2 0 1", "x"}) {
    CHECK(decode_position(text).error().code == ErrorCode::malformed);
  }
  CHECK(decode_position("2 12 7 4 ab").error().code == ErrorCode::version_unsupported);
}

}  // namespace paysaga::storage
