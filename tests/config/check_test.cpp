#include "paysaga/config/check.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace paysaga;
using namespace paysaga::config;

TEST_CASE("check: a key is sent only where it belongs", "[config]") {
  struct Row {
    StripeMode mode;
    std::string key;
    std::string base_url;
    std::string conflict;  // Empty: sound.
  };
  const Row rows[] = {
      {StripeMode::simulator, "", "", ""},
      {StripeMode::simulator, "sk_test_1", "http://127.0.0.1:8420", ""},
      {StripeMode::simulator, "sk_live_1", "", "stripe.key"},
      {StripeMode::simulator, "", "https://api.stripe.com", "stripe.base_url"},
      {StripeMode::test, "sk_test_1", "", ""},
      {StripeMode::test, "rk_test_1", "https://api.stripe.com", ""},
      {StripeMode::test, "sk_test_1", "http://localhost:9", ""},
      {StripeMode::test, "", "", "stripe.key"},
      {StripeMode::test, "sk_live_1", "", "stripe.key"},
      {StripeMode::test, "whsec_1", "", "stripe.key"},
      {StripeMode::test, "sk_test_1", "http://api.stripe.com", "stripe.base_url"},
      {StripeMode::test, "sk_test_1", "https://api.stripe.com.example", "stripe.base_url"},
      {StripeMode::test, "sk_test_1", "https://127.0.0.1.example", "stripe.base_url"},
      {StripeMode::live, "sk_live_1", "", ""},
      {StripeMode::live, "rk_live_1", "https://api.stripe.com", ""},
      {StripeMode::live, "", "", "stripe.key"},
      {StripeMode::live, "sk_test_1", "", "stripe.key"},
      {StripeMode::live, "sk_live_1", "http://127.0.0.1:8420", "stripe.base_url"},
      {StripeMode::live, "sk_live_1", "https://stripe.example", "stripe.base_url"},
  };
  for (const Row& row : rows) {
    INFO("mode " << static_cast<int>(row.mode) << " key " << row.key << " url " << row.base_url);
    Settings settings;
    settings.stripe.mode = row.mode;
    settings.stripe.key = Secret{row.key};
    if (!row.base_url.empty()) settings.stripe.base_url = Url::parse(row.base_url).value();
    complete(settings);
    const auto conflicts = check(settings);
    if (row.conflict.empty()) {
      CHECK(conflicts.empty());
    } else {
      REQUIRE(conflicts.size() == 1);
      CHECK(conflicts[0].name == row.conflict);
      CHECK(conflicts[0].what.find(row.key.empty() ? "sk_" : row.key) == std::string::npos);
    }
  }
}

TEST_CASE("complete: outside of the simulator the base URL is Stripe's", "[config]") {
  Settings settings;
  complete(settings);
  CHECK_FALSE(settings.stripe.base_url);
  settings.stripe.mode = StripeMode::live;
  complete(settings);
  CHECK(to_text(settings.stripe.base_url.value()) == "https://api.stripe.com");
}

TEST_CASE("check: all conflicts are named", "[config]") {
  Settings settings;
  settings.node.roles = {};
  settings.http.listen = {"10.0.0.1", 80};
  settings.journal.kind = JournalKind::kafka;
  settings.stripe.mode = StripeMode::live;
  settings.stripe.calls_max = 1;
  CHECK(check(settings).size() == 5);
}

TEST_CASE("check: one role needs other nodes, and those a shared log", "[config]") {
  struct Row {
    std::vector<Role> roles;
    JournalKind kind;
    bool sound;
  };
  const Row rows[] = {
      {{Role::payments, Role::orders}, JournalKind::local, true},
      {{Role::orders, Role::payments}, JournalKind::local, true},
      {{Role::payments, Role::orders}, JournalKind::kafka, true},
      {{Role::payments}, JournalKind::local, false},
      {{Role::orders}, JournalKind::local, false},
      {{Role::payments}, JournalKind::kafka, true},
      {{Role::orders}, JournalKind::kafka, true},
      {{}, JournalKind::local, false},
      {{}, JournalKind::kafka, false},
  };
  for (const Row& row : rows) {
    INFO(row.roles.size() << " roles, journal " << static_cast<int>(row.kind));
    Settings settings;
    settings.node.roles = row.roles;
    settings.journal.kind = row.kind;
    const auto conflicts = check(settings);
    const bool refused = std::ranges::any_of(
        conflicts, [](const Conflict& conflict) { return conflict.name == "node.roles"; });
    CHECK(refused != row.sound);
  }
}

TEST_CASE("check: groups of one role have names of their own", "[config]") {
  CHECK(default_group(roles_of({Role::payments, Role::orders})) == Settings{}.kafka.group);
  CHECK(default_group(roles_of({Role::payments})) == "paysaga-payments");
  CHECK(default_group(roles_of({Role::orders})) == "paysaga-orders");
}

TEST_CASE("check: a node without payments needs no key", "[config]") {
  Settings settings;
  settings.journal.kind = JournalKind::kafka;
  settings.stripe.mode = StripeMode::live;
  const auto lacks_key = [&] {
    return std::ranges::any_of(check(settings),
                               [](const Conflict& c) { return c.name == "stripe.key"; });
  };
  CHECK(lacks_key());
  settings.node.roles = {Role::payments};
  CHECK(lacks_key());
  settings.node.roles = {Role::orders};
  CHECK_FALSE(lacks_key());
}
