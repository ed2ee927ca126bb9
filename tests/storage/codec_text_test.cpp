#include "paysaga/storage/codec_text.hpp"

#include <array>

#include <catch2/catch.hpp>

#include "paysaga/storage/json_reader.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::storage {
namespace {

TEST_CASE("text: card numbers are found by network, length and check digit", "[storage][codec]") {
  for (const char* card :
       {"4242424242424242", "4242 4242 4242 4242", "4242-4242-4242-4242", "5555555555554444",
        "2223003122003222", "378282246310005", "3782 822463 10005", "6011111111111117",
        "30569309025904", "3566002020360505", "6200000000000005", "4222222222222",
        "card4242424242424242!", "order 12 4242 4242 4242 4242 was mine"}) {
    INFO(card);
    CHECK(find_card_number(card).has_value());
    CHECK(mask_card_numbers(card) != card);
    CHECK_FALSE(find_card_number(mask_card_numbers(card)).has_value());
  }
}

TEST_CASE("text: other numbers are left alone", "[storage][codec]") {
  for (const char* text :
       {"", "4242424242424241", "1234567890123456", "424242424242424242424242", "table 7, 12 euro",
        "+49 170 1234567", "2026-01-31 08:15:00", "0000000000000000", "4242424242",
        "4242  4242  4242  4242", "550e8400-e29b-41d4-a716-446655440000"}) {
    INFO(text);
    CHECK_FALSE(find_card_number(text).has_value());
    CHECK(mask_card_numbers(text) == text);
  }
}

TEST_CASE("text: masking keeps everything else", "[storage][codec]") {
  CHECK(mask_card_numbers("a 4242424242424242 b 5555-5555-5555-4444 c") ==
        "a ************4242 b ************4444 c");
}

TEST_CASE("text: the nearest name is suggested, a far one is not", "[storage][codec]") {
  constexpr std::array<std::string_view, 3> names = {"payment.initiate", "order.cancel",
                                                     "refund.request"};
  CHECK(nearest("payment_initiate", names.data(), names.size()) == "payment.initiate");
  CHECK(nearest("oder.cancel", names.data(), names.size()) == "order.cancel");
  CHECK(nearest("xyz", names.data(), names.size()).empty());
  CHECK(nearest(std::string(10'000, 'o'), names.data(), names.size()).empty());
}

TEST_CASE("json writer: what it writes, the reader reads", "[storage][codec]") {
  std::string out;
  JsonWriter json{out};
  json.open_object();
  json.key("text").text("a\"\\\n\x01\xC3\xBC{");
  json.key("list").open_array();
  json.integer(-5);
  json.natural(18446744073709551615ULL);
  json.boolean(true);
  json.null();
  json.open_object();
  json.close_object();
  json.close_array();
  json.any_key("we\"ird").time(time_from_micros(1'769'847'300'000'001));
  json.key("money").money(Money{4200, *Currency::parse("EUR")});
  json.key("raw").raw("[1]");
  json.close_object();
  CHECK(out ==
        "{\"text\":\"a\\\"\\\\\\n\\u0001\xC3\xBC{\",\"list\":[-5,18446744073709551615,true,"
        "null,{}],\"we\\\"ird\":\"2026-01-31T08:15:00.000001Z\","
        "\"money\":{\"minor\":4200,\"currency\":\"EUR\"},\"raw\":[1]}");
  const auto document = JsonDocument::parse(out);
  REQUIRE(document.has_value());
  CHECK(document->root().find("text")->text() == "a\"\\\n\x01\xC3\xBC{");
  CHECK(document->root().find("money")->find("minor")->integer() == 4200);
  CHECK(document->root().json() == out);
}

TEST_CASE("json writer: only well-formed UTF-8 comes out", "[storage][codec]") {
  const struct {
    const char* in;
    const char* out;
  } cases[] = {
      {"\xC3\xBC", "\"\xC3\xBC\""},
      {"\xC3", "\"\xEF\xBF\xBD\""},
      {"\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                  // Overlong.
      {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},  // A surrogate.
      {"\xF5\x80\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"\xF0\x9F\x8D\x95", "\"\xF0\x9F\x8D\x95\""},
  };
  for (const auto& c : cases) {
    std::string out;
    JsonWriter{out}.text(c.in);
    CHECK(out == c.out);
    CHECK(is_utf8(out));
    CHECK(is_utf8(c.in) == (out == '"' + std::string{c.in} + '"'));
  }
}

TEST_CASE("json reader: documents of one thread do not disturb each other", "[storage][codec]") {
  const auto outer = JsonDocument::parse(R"({"a":"outer"})");
  {
    const auto inner = JsonDocument::parse(R"({"a":"inner"})");
    CHECK(inner->root().find("a")->text() == "inner");
  }
  const auto next = JsonDocument::parse(R"({"a":"next"})");
  CHECK(outer->root().find("a")->text() == "outer");
  CHECK(next->root().find("a")->text() == "next");
}

}  // namespace
}  // namespace paysaga::storage
