#include <catch2/catch.hpp>

#include "sim/stripe/world.hpp"

namespace paysaga::sim::stripe {
namespace {

/// Percent-encodes what a query has.
std::string encoded(std::string_view query) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : query) {
    out += '%';
    out += hex[static_cast<unsigned char>(c) >> 4U];
    out += hex[static_cast<unsigned char>(c) & 0xfU];
  }
  return out;
}

/// The orders that a search finds: "o3 o1", then "+" if there are more.
std::string found(const Answer& answer) {
  if (answer.status != 200) return outcome(answer);
  std::string text;
  for (int i = 0;; ++i) {
    const std::string order = at(answer.body, "data." + std::to_string(i) + ".metadata.order_id");
    if (order == "absent") break;
    text += (text.empty() ? "" : " ") + order;
  }
  return text + (at(answer.body, "has_more") == "true" ? " +" : "");
}

Answer search(World& world, std::string_view query, const std::string& more = {}) {
  return world.get("/v1/payment_intents/search?query=" + encoded(query) + more);
}

}  // namespace

TEST_CASE("search: queries find what they say", "[sim][stripe]") {
  World world;
  world.intent("o1", "pm_card_visa");
  world.create("o2", "&customer=cus_7&metadata[city]=Porto");
  world.intent("o3", "pm_card_chargeDeclined");
  world.post("/v1/payment_intents", "amount=900&currency=usd&metadata[order_id]=o4");
  world.wait(seconds{10});
  struct Row {
    const char* query;
    const char* found;
  };
  const Row row = GENERATE(
      Row{"metadata['order_id']:'o1'", "o1"}, Row{"metadata[\"order_id\"]:\"o3\"", "o3"},
      Row{"status:'succeeded'", "o1"}, Row{"-status:'succeeded'", "o4 o3 o2"},
      Row{"amount>900", "o3 o2 o1"}, Row{"amount<=900", "o4"}, Row{"amount:900", "o4"},
      Row{"currency:'usd'", "o4"}, Row{"currency:\"EUR\" AND status:'succeeded'", "o1"},
      Row{"currency:'eur' status:'succeeded'", "o1"},
      Row{"customer:'cus_7' OR metadata['order_id']:'o4'", "o4 o2"},
      Row{"metadata['city']:null", "o4 o3 o1"}, Row{"-metadata['city']:null", "o2"},
      Row{"metadata['city']~'ort'", "o2"},
      Row{"created>=1700000000 AND created<1700000001", "o4 o3 o2 o1"},
      Row{"created>1700000000", ""}, Row{"metadata['order_id']:'o\\1'", "o1"},
      Row{"", "400 parameter_missing"}, Row{" ", "400 invalid_request_error"},
      Row{"status:'a' AND status:'b' OR status:'c'", "400 invalid_request_error"},
      Row{"colour:'red'", "400 invalid_request_error"},
      Row{"status>'a'", "400 invalid_request_error"},
      Row{"amount~900", "400 invalid_request_error"},
      Row{"amount:'900'", "400 invalid_request_error"},
      Row{"status:'a", "400 invalid_request_error"}, Row{"status:a", "400 invalid_request_error"},
      Row{"metadata:'a'", "400 invalid_request_error"},
      Row{"metadata['city']~'or'", "400 invalid_request_error"});
  CAPTURE(row.query);
  CHECK(found(search(world, row.query)) == row.found);
}

TEST_CASE("search: what was changed a moment ago is not found yet", "[sim][stripe]") {
  World world;
  const std::string id = world.intent("o1");
  CHECK(found(search(world, "metadata['order_id']:'o1'")).empty());
  world.wait(seconds{10});
  CHECK(found(search(world, "metadata['order_id']:'o1'")) == "o1");
  world.confirm(id);
  CHECK(found(search(world, "status:'succeeded'")).empty());
  CHECK(at(search(world, "metadata['order_id']:'o1'").body, "data.0.status") ==
        "requires_payment_method");
  world.wait(seconds{10});
  CHECK(found(search(world, "status:'succeeded'")) == "o1");
}

TEST_CASE("search: goes on from page to page", "[sim][stripe]") {
  World world;
  for (int i = 0; i < 7; ++i) world.intent("o" + std::to_string(i));
  world.wait(seconds{10});
  std::string text;
  std::string page;
  do {
    const Answer answer = search(world, "amount:4200", "&limit=3" + page);
    CHECK(at(answer.body, "object") == "search_result");
    CHECK(at(answer.body, "url") == "/v1/payment_intents/search");
    text += found(answer) + "|";
    const std::string next = at(answer.body, "next_page");
    page = next == "null" ? "" : "&page=" + next;
  } while (!page.empty());
  CHECK(text == "o6 o5 o4 +|o3 o2 o1 +|o0|");
  CHECK(outcome(search(world, "amount:4200", "&page=x")) == "400 invalid_request_error");
}

}  // namespace paysaga::sim::stripe
