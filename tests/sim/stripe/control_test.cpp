#include <set>

#include <catch2/catch.hpp>

#include "sim/stripe/world.hpp"

namespace paysaga::sim::stripe {

TEST_CASE("control: the clock is advanced by hand, and everything with it", "[sim][stripe]") {
  World world;
  const std::string id = at(world.create("o1", "&capture_method=manual", "k1").body, "id");
  world.confirm(id);
  CHECK(at(world.get("/_sim/clock").body, "now") == "1700000000");
  const Answer advanced = world.post("/_sim/clock", "advance=7d");
  CHECK(at(advanced.body, "now") == "1700604800");
  CHECK(at(advanced.body, "advanced") == "7d");
  CHECK(outcome(world.retrieve(id)) == "200 canceled");
  CHECK(at(world.retrieve(id).body, "canceled_at") == "1700604800");
  // The key of a week ago is forgotten: this is another intent.
  CHECK(at(world.create("o1", "&capture_method=manual", "k1").body, "id") != id);
  world.now += seconds{1};
  CHECK(at(world.get("/_sim/clock").body, "now") == "1700604801");
  for (const char* body : {"", "advance=soon", "advance=-1s", "advance=401d", "advance=1s&x=1"}) {
    CAPTURE(body);
    CHECK(world.post("/_sim/clock", body).status == 400);
  }
}

TEST_CASE("control: an advanced clock is still advanced after a restart", "[sim][stripe]") {
  World first;
  first.intent("o1");
  first.post("/_sim/clock", "advance=2h");
  const std::string id = first.intent("o2");
  World second;
  second.now = first.now;
  for (const Record& record : first.records) REQUIRE(second.model.replay(record));
  CHECK(second.get("/_sim/clock").body == first.get("/_sim/clock").body);
  CHECK(at(second.retrieve(id).body, "created") == "1700007200");
}

TEST_CASE("control: what falls due is known in the time of the caller", "[sim][stripe]") {
  World world;
  CHECK_FALSE(world.model.next_due());
  world.post("/_sim/clock", "advance=1h");
  world.refund(world.intent("o1", "pm_card_pendingRefund"));
  CHECK(world.model.next_due() == world.now + minutes{30});
  world.wait(minutes{30});
  CHECK_FALSE(world.model.next_due());
}

TEST_CASE("control: the behaviour of customers and banks is changed", "[sim][stripe]") {
  struct Row {
    const char* form;
    int status;
  };
  const Row row =
      GENERATE(Row{"customer_fails=0.5&hold=2d", 200}, Row{"refund_after=0s", 200},
               Row{"customer_fails=2", 400}, Row{"hold=soon", 400}, Row{"hold=-1s", 400},
               Row{"patience=1s", 400}, Row{"hold=1s&patience=1s", 400});
  CAPTURE(row.form);
  World world;
  const std::string before = world.get("/_sim/behaviour").body;
  const Answer answer = world.post("/_sim/behaviour", row.form);
  CHECK(answer.status == row.status);
  if (row.status == 400) CHECK(world.get("/_sim/behaviour").body == before);
  if (row.status == 200) CHECK(world.get("/_sim/behaviour").body == answer.body);
  Behaviour read;
  const Behaviour& now = world.model.account().behaviour();
  REQUIRE(read.change(*Form::parse(now.form())));
  CHECK(read == now);
}

TEST_CASE("control: the last requests are listed with what became of them", "[sim][stripe]") {
  World world;
  const std::string id = at(world.create("o1", "", "k1").body, "id");
  const Answer first = world.confirm(id, "pm_card_chargeDeclined", "k2");
  world.confirm(id, "pm_card_chargeDeclined", "k2");
  const Answer missing = world.retrieve("pi_nobody");
  CHECK(at(missing.body, "error.request_log_url").ends_with(missing.header("Request-Id")));
  const std::string log = world.get("/_sim/requests").body;
  const std::string declined{first.header("Request-Id")};
  CHECK(at(log, "data.0.endpoint") == "retrieve_intent");
  CHECK(at(log, "data.0.error") == "resource_missing");
  CHECK(at(log, "data.0.method") == "GET");
  CHECK(at(log, "data.1.status") == "402");
  CHECK(at(log, "data.1.replay_of") == declined);
  CHECK(at(log, "data.2.id") == declined);
  CHECK(at(log, "data.2.replay_of") == "null");
  CHECK(at(log, "data.2.error") == "card_declined");
  CHECK(at(log, "data.2.idempotency_key") == "k2");
  CHECK(at(log, "data.2.parameters") == "payment_method=pm_card_chargeDeclined");
  CHECK(at(log, "data.3.path") == "/v1/payment_intents");
  CHECK(at(world.get("/_sim/requests?id=" + declined).body, "data.1.id") == "absent");
  CHECK(at(world.get("/_sim/requests?limit=1").body, "data.1.id") == "absent");
  CHECK(at(world.get("/_sim/requests?endpoint=create_intent").body, "data.0.error") == "null");
}

TEST_CASE("control: every endpoint has a name of its own in books and log", "[sim][stripe]") {
  std::set<std::string_view> names;
  for (std::size_t kind = 0; kind < endpoint_kinds; ++kind) {
    names.insert(to_text(static_cast<Endpoint>(kind)));
  }
  CHECK(names.size() == endpoint_kinds);
  CHECK(to_text(Endpoint::list_endpoints) == "list_endpoints");
  CHECK(to_text(Endpoint::sim_answer) == "sim_answer");
}

}  // namespace paysaga::sim::stripe
