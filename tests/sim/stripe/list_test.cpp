#include <algorithm>

#include <catch2/catch.hpp>

#include "sim/stripe/world.hpp"

namespace paysaga::sim::stripe {
namespace {

/// The places, among `made`, of the objects of a list: "9 8 7", then "+" if there are more.
std::string places(const Answer& list, const std::vector<std::string>& made) {
  if (list.status != 200) return outcome(list);
  std::string text;
  for (int i = 0;; ++i) {
    const std::string id = at(list.body, "data." + std::to_string(i) + ".id");
    if (id == "absent") break;
    const auto found = std::find(made.begin(), made.end(), id);
    text += (text.empty() ? "" : " ") + std::to_string(found - made.begin());
  }
  return text + (at(list.body, "has_more") == "true" ? " +" : "");
}

}  // namespace

TEST_CASE("list: intents, newest first, by page, cursor and time", "[sim][stripe]") {
  World world;
  std::vector<std::string> made;  // One a second, from 1700000000 on.
  for (int i = 0; i < 12; ++i) {
    made.push_back(world.intent("o" + std::to_string(i)));
    world.now += seconds{1};
  }
  struct Row {
    std::string query;
    std::string places;
  };
  const Row row = GENERATE_COPY(
      Row{"", "11 10 9 8 7 6 5 4 3 2 +"}, Row{"limit=3", "11 10 9 +"},
      Row{"limit=100", "11 10 9 8 7 6 5 4 3 2 1 0"},
      Row{"limit=3&starting_after=" + made[9], "8 7 6 +"},
      Row{"limit=3&starting_after=" + made[2], "1 0"}, Row{"starting_after=" + made[0], ""},
      Row{"limit=3&ending_before=" + made[5], "8 7 6 +"},
      Row{"limit=3&ending_before=" + made[9], "11 10"}, Row{"ending_before=" + made[11], ""},
      Row{"created[gte]=1700000010", "11 10"}, Row{"created[gt]=1700000010", "11"},
      Row{"created[lte]=1700000001", "1 0"}, Row{"created[lt]=1700000001", "0"},
      Row{"created[gte]=1700000003&created[lte]=1700000006&limit=2", "6 5 +"},
      Row{"created[gte]=1700000003&created[lte]=1700000006&starting_after=" + made[5], "4 3"},
      Row{"created[gte]=1700000003&created[lte]=1700000006&ending_before=" + made[4], "6 5"},
      Row{"created[gte]=1800000000", ""}, Row{"limit=0", "400 parameter_invalid_integer"},
      Row{"limit=101", "400 parameter_invalid_integer"},
      Row{"created[gte]=soon", "400 parameter_invalid_integer"},
      Row{"created[since]=1", "400 parameter_unknown"},
      Row{"starting_after=pi_nobody", "400 resource_missing"},
      Row{"starting_after=" + made[1] + "&ending_before=" + made[2], "400 invalid_request_error"},
      Row{"metadata[order_id]=o1", "400 parameter_unknown"});
  CAPTURE(row.query);
  CHECK(places(world.get("/v1/payment_intents?" + row.query), made) == row.places);
}

TEST_CASE("list: refunds, of all or of one payment", "[sim][stripe]") {
  World world;
  const std::string one = world.intent("o1", "pm_card_visa");
  const std::string two = world.intent("o2", "pm_card_visa");
  std::vector<std::string> made;
  for (int i = 0; i < 6; ++i) {
    made.push_back(at(world.refund(i % 2 == 0 ? one : two, "&amount=10").body, "id"));
    world.now += seconds{1};
  }
  const std::string unpaid = world.intent("o3");
  const std::string charge = at(world.retrieve(two).body, "latest_charge");
  struct Row {
    std::string query;
    std::string places;
  };
  const Row row = GENERATE_COPY(
      Row{"", "5 4 3 2 1 0"}, Row{"payment_intent=" + one, "4 2 0"},
      Row{"charge=" + charge, "5 3 1"}, Row{"payment_intent=" + one + "&limit=1", "4 +"},
      Row{"payment_intent=" + one + "&starting_after=" + made[4], "2 0"},
      Row{"payment_intent=" + one + "&ending_before=" + made[0], "4 2"},
      Row{"payment_intent=" + one + "&created[gte]=1700000003", "4"},
      Row{"payment_intent=" + one + "&starting_after=" + made[1], "400 resource_missing"},
      Row{"created[lt]=1700000002&starting_after=" + made[1], "0"},
      Row{"payment_intent=" + unpaid, ""}, Row{"payment_intent=pi_nobody", "404 resource_missing"});
  CAPTURE(row.query);
  CHECK(places(world.get("/v1/refunds?" + row.query), made) == row.places);
}

TEST_CASE("list: says what it is", "[sim][stripe]") {
  World world;
  world.intent("o1", "pm_card_visa");
  const Answer list = world.get("/v1/payment_intents?expand[]=data.latest_charge");
  CHECK(at(list.body, "object") == "list");
  CHECK(at(list.body, "url") == "/v1/payment_intents");
  CHECK(at(list.body, "data.0.latest_charge.status") == "succeeded");
}

}  // namespace paysaga::sim::stripe
