#include "paysaga/saga/id.hpp"

#include <type_traits>
#include <unordered_set>

#include <catch2/catch.hpp>

namespace paysaga {

// Two kinds of id never mix.
static_assert(!std::is_convertible_v<OrderId, RefundId>);
static_assert(!std::is_constructible_v<OrderId, std::string>);

TEST_CASE("id: ids that users choose have 1 to 64 characters of a small alphabet", "[saga][id]") {
  for (const char* text : {"a", "order_1", "A.b-c_9", "...", "-"}) {
    CAPTURE(text);
    CHECK(OrderId::parse(text).value().text() == text);
  }
  CHECK(OrderId::parse(std::string(64, 'x')).has_value());
  CHECK_FALSE(OrderId::parse(std::string(65, 'x')).has_value());
  for (const char* text : {"", " ", "a b", "a/b", "a:b", "a\n", "\xC3\xA4", "a\"", "a,b", "{}"}) {
    CAPTURE(text);
    const Result<OrderId> id = OrderId::parse(text);
    REQUIRE_FALSE(id.has_value());
    CHECK(id.error().code == ErrorCode::malformed);
  }
  CHECK_FALSE(OrderId::parse(std::string_view{"a\0b", 3}).has_value());
}

TEST_CASE("id: ids of others have 1 to 255 printable characters", "[saga][id]") {
  CHECK(IntentId::parse("pi_3NkT!~:/{}").has_value());
  CHECK(IntentId::parse(std::string(255, '!')).has_value());
  CHECK_FALSE(IntentId::parse(std::string(256, '!')).has_value());
  for (const char* text : {"", "a b", "a\t", "\x7F", "\xC3\xA4"}) {
    CHECK_FALSE(IntentId::parse(text).has_value());
  }
}

TEST_CASE("id: ids are ordered, compared and hashed by their text", "[saga][id]") {
  CHECK(OrderId::of("a") == OrderId::of("a"));
  CHECK(OrderId::of("a") < OrderId::of("b"));
  const std::unordered_set<OrderId> ids{OrderId::of("a"), OrderId::of("b"), OrderId::of("a")};
  CHECK(ids.size() == 2);
}

}  // namespace paysaga
