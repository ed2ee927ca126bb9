#include <algorithm>
#include <map>

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

TEST_CASE("list: charges, of all, of one payment or of one customer", "[sim][stripe]") {
  World world;
  std::vector<std::string> made;
  std::vector<std::string> intents;
  for (int i = 0; i < 5; ++i) {
    intents.push_back(at(
        world.create("o" + std::to_string(i), i % 2 == 0 ? "&customer=cus_even" : "").body, "id"));
    made.push_back(at(world.confirm(intents.back()).body, "latest_charge"));
    world.now += seconds{1};
  }
  struct Row {
    std::string query;
    std::string places;
  };
  const Row row = GENERATE_COPY(
      Row{"", "4 3 2 1 0"}, Row{"limit=2", "4 3 +"}, Row{"payment_intent=" + intents[2], "2"},
      Row{"customer=cus_even", "4 2 0"}, Row{"customer=cus_even&limit=1", "4 +"},
      Row{"customer=cus_even&starting_after=" + made[4], "2 0"}, Row{"customer=cus_odd", ""},
      Row{"customer=cus_even&starting_after=" + made[3], "400 resource_missing"},
      Row{"created=1700000003", "3"}, Row{"created[gt]=1700000003", "4"},
      Row{"payment_intent=pi_nobody", "404 resource_missing"},
      Row{"transfer_group=x", "400 parameter_unknown"});
  CAPTURE(row.query);
  CHECK(places(world.get("/v1/charges?" + row.query), made) == row.places);
}

TEST_CASE("list: the movements of money, with what they come from", "[sim][stripe]") {
  World world;
  const std::string visa = world.intent("o1", "pm_card_visa");
  world.intent("o2", "pm_card_bypassPending");
  const std::string refund = at(world.refund(visa, "&amount=1000").body, "id");
  const std::string list = world.get("/v1/balance_transactions?expand[]=data.source").body;
  CHECK(at(list, "data.0.type") == "refund");
  CHECK(at(list, "data.0.amount") == "-1000");
  CHECK(at(list, "data.0.source.id") == refund);
  CHECK(at(list, "data.1.status") == "available");
  CHECK(at(list, "data.2.status") == "pending");
  CHECK(at(list, "data.2.source.payment_intent") == visa);
  CHECK(at(list, "data.2.fee") == "121");
  CHECK(at(list, "data.2.net") == "4079");
  const std::string of_refund = world.get("/v1/balance_transactions?source=" + refund).body;
  CHECK(at(of_refund, "data.0.id") == at(list, "data.0.id"));
  CHECK(at(of_refund, "data.1.id") == "absent");
  CHECK(at(world.get("/v1/balance_transactions?type=charge&currency=eur").body, "data.1.fee") ==
        "121");
  world.wait(hours{48});
  const std::string id = at(list, "data.2.id");
  CHECK(at(world.get("/v1/balance_transactions/" + id).body, "status") == "available");
  CHECK(outcome(world.get("/v1/balance_transactions/txn_nobody")) == "404 resource_missing");
  const Answer charge =
      world.get("/v1/payment_intents/" + visa + "?expand[]=latest_charge.balance_transaction");
  CHECK(at(charge.body, "latest_charge.balance_transaction.id") == id);
}

TEST_CASE("list: what can be shown whole is, and no more", "[sim][stripe]") {
  struct Row {
    const char* path;
    const char* expand;
    const char* shown;
    const char* object;
  };
  const Row row = GENERATE(
      Row{"intent", "latest_charge", "latest_charge.object", "charge"},
      Row{"intent", "payment_method", "payment_method.object", "payment_method"},
      Row{"intent", "latest_charge.balance_transaction", "latest_charge.balance_transaction.object",
          "balance_transaction"},
      Row{"intent", "customer", "error.param", "expand"},
      Row{"intent", "latest_charge.payment_intent.latest_charge.payment_intent.latest_charge",
          "error.param", "expand"},
      Row{"charge", "payment_intent", "payment_intent.object", "payment_intent"},
      Row{"charge", "payment_intent.payment_method", "payment_intent.payment_method.object",
          "payment_method"},
      Row{"charge", "balance_transaction", "balance_transaction.object", "balance_transaction"},
      Row{"refund", "charge.balance_transaction", "charge.balance_transaction.type", "charge"},
      Row{"refund", "balance_transaction", "balance_transaction.type", "refund"},
      Row{"refund", "payment_intent.latest_charge", "payment_intent.latest_charge.object",
          "charge"});
  CAPTURE(row.path, row.expand);
  World world;
  const std::string intent = world.intent("o1", "pm_card_visa");
  std::map<std::string, std::string> paths;
  paths["intent"] = "/v1/payment_intents/" + intent;
  paths["charge"] = "/v1/charges/" + at(world.retrieve(intent).body, "latest_charge");
  paths["refund"] = "/v1/refunds/" + at(world.refund(intent).body, "id");
  const Answer answer = world.get(paths[row.path] + "?expand[]=" + row.expand);
  CHECK(at(answer.body, row.shown) == row.object);
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
