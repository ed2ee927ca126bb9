#include "paysaga/config/check.hpp"

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
  settings.node.roles = {Role::orders};
  settings.http.listen = {"10.0.0.1", 80};
  settings.journal.kind = JournalKind::kafka;
  settings.stripe.mode = StripeMode::live;
  settings.stripe.calls_max = 1;
  CHECK(check(settings).size() == 5);
}
