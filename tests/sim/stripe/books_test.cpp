#include <catch2/catch.hpp>

#include "sim/stripe/world.hpp"

namespace paysaga::sim::stripe {

TEST_CASE("books: totals by currency, orders with their money", "[sim][stripe]") {
  World world;
  const std::string one = world.intent("o1", "pm_card_visa");
  world.intent("o2", "pm_card_chargeDeclined");
  world.refund(one, "&amount=1200&metadata[refund_id]=r1");
  world.post("/v1/payment_intents",
             "amount=5000&currency=jpy&confirm=true&payment_method=pm_card_visa&"
             "payment_method_types[]=card&metadata[order_id]=o3");

  const std::string books = world.get("/_sim/books").body;
  CHECK(at(books, "totals.EUR.charged") == "4200");
  CHECK(at(books, "totals.EUR.refunded") == "1200");
  CHECK(at(books, "totals.EUR.charges") == "1");
  CHECK(at(books, "totals.JPY.charged") == "5000");
  CHECK(at(books, "orders_total") == "3");
  CHECK(at(books, "declines") == "1");
  CHECK(at(books, "orders.0.order_id") == "o1");
  CHECK(at(books, "orders.0.ledger") == "l");
  CHECK(at(books, "orders.0.charged") == "4200");
  CHECK(at(books, "orders.0.refunded") == "1200");
  CHECK(at(books, "orders.0.intents.0.id") == one);
  CHECK(at(books, "orders.1.charged") == "0");
  CHECK(at(books, "orders.2.ledger") == "");
  CHECK(at(books, "requests.create_intent") == "3");
  CHECK(at(books, "answers.402") == "1");
  CHECK(at(books, "violations_total") == "0");

  const std::string order = world.get("/_sim/books?order=o1").body;
  CHECK(at(order, "orders.0.intents.0.refunds.0.refund_id") == "r1");
  CHECK(at(order, "orders.1") == "absent");
  CHECK(at(world.get("/_sim/books?summary=1").body, "orders") == "absent");
  CHECK(at(world.get("/_sim/books?order=nobody").body, "orders.0") == "absent");
}

TEST_CASE("books: a second charge for one order is a violation", "[sim][stripe]") {
  World world;
  world.intent("o1", "pm_card_visa");
  const std::string second = world.intent("o1");
  CHECK(world.model.books().orphans() == 1);
  CHECK(world.violations(Violation::double_charge) == 0);
  world.confirm(second);
  CHECK(world.violations(Violation::double_charge) == 1);
  const std::string books = world.get("/_sim/books?summary=1").body;
  CHECK(at(books, "sightings.0.violation") == "double_charge");
  CHECK(at(books, "sightings.0.order_id") == "o1");
  CHECK(at(books, "violations_total") == "1");
}

TEST_CASE("books: other orders, ledgers and cancelled intents are no violation", "[sim][stripe]") {
  World world;
  world.intent("o1", "pm_card_visa");
  world.intent("o2", "pm_card_visa");
  world.post("/v1/payment_intents",
             "amount=4200&currency=eur&payment_method_types[]=card&confirm=true&"
             "payment_method=pm_card_visa&metadata[order_id]=o1&metadata[ledger]=other");
  const std::string first = world.intent("o3");
  world.cancel(first);
  world.intent("o3", "pm_card_visa");
  CHECK(world.model.books().violations() == 0);
  CHECK(world.model.books().orphans() == 0);
  // Without an order in the metadata nobody can tell one charge from a second.
  for (int i = 0; i < 2; ++i) {
    world.post("/v1/payment_intents",
               "amount=4200&currency=eur&payment_method_types[]=card&confirm=true&"
               "payment_method=pm_card_visa");
  }
  CHECK(world.model.books().violations() == 0);
  CHECK(at(world.get("/_sim/books?summary=1").body, "intents_without_order") == "2");
}

TEST_CASE("books: an orphan that is cancelled is none", "[sim][stripe]") {
  World world;
  const std::string orphan = world.intent("o1");
  world.intent("o1", "pm_card_visa");
  CHECK(world.model.books().orphans() == 1);
  world.cancel(orphan);
  CHECK(world.model.books().orphans() == 0);
}

TEST_CASE("books: refusals are counted by name", "[sim][stripe]") {
  World world;
  const std::string paid = world.intent("o1", "pm_card_visa");
  world.confirm(paid);
  world.cancel(paid);
  const std::string gone = world.intent("o2");
  world.cancel(gone);
  world.confirm(gone);
  world.cancel(gone);
  const std::string books = world.get("/_sim/books?summary=1").body;
  for (const char* name : {"confirm_after_success", "cancel_after_success", "confirm_after_cancel",
                           "cancel_after_cancel"}) {
    CAPTURE(name);
    CHECK(at(books, "refusals." + std::string{name}) == "1");
  }
  CHECK(at(books, "violations_total") == "0");
}

}  // namespace paysaga::sim::stripe
