#include "paysaga/engine/stripe/key_guard.hpp"

#include <catch2/catch.hpp>

#include "paysaga/engine/stripe/redact.hpp"

namespace paysaga::engine::stripe {

TEST_CASE("base url: what is one and what is not", "[stripe]") {
  struct Row {
    std::string_view text;
    std::string_view authority;  // Empty: malformed.
    bool loopback;
  };
  const Row rows[] = {
      {"https://api.stripe.com", "api.stripe.com", false},
      {"HTTPS://API.Stripe.com/", "api.stripe.com", false},
      {"https://api.stripe.com:443", "api.stripe.com", false},
      {"https://api.stripe.com:8443", "api.stripe.com:8443", false},
      {"http://127.0.0.1:8420", "127.0.0.1:8420", true},
      {"http://127.8.0.1", "127.8.0.1", true},
      {"http://localhost:1", "localhost:1", true},
      {"http://[::1]:8420", "[::1]:8420", true},
      {"http://127.0.0.1.evil.example", "127.0.0.1.evil.example", false},
      {"http://localhost.evil.example", "localhost.evil.example", false},
      {"", "", false},
      {"api.stripe.com", "", false},
      {"ftp://api.stripe.com", "", false},
      {"https://", "", false},
      {"https://user@api.stripe.com", "", false},
      {"https://api.stripe.com/v1", "", false},
      {"https://api.stripe.com?x", "", false},
      {"https://api.stripe.com:", "", false},
      {"https://api.stripe.com:0", "", false},
      {"https://api.stripe.com:65536", "", false},
      {"https://api.stripe.com:80x", "", false},
      {"https://api.stripe.com/80", "", false},
      {"http://[::1", "", false},
      {"http://[::1]80", "", false},
      {"http://[]:80", "", false},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto url = BaseUrl::parse(row.text);
    REQUIRE(url.has_value() == !row.authority.empty());
    if (!url) continue;
    CHECK(url->authority() == row.authority);
    CHECK(url->is_loopback() == row.loopback);
  }
}

TEST_CASE("key guard: a key goes only where and when it is meant to", "[stripe]") {
  struct Row {
    std::string_view key;
    std::string_view url;
    bool livemode;
    std::string_view refused;  // A part of the error; empty: allowed.
  };
  const Row rows[] = {
      {"sk_live_SECRET", "https://api.stripe.com", true, ""},
      {"rk_live_SECRET", "https://api.stripe.com", true, ""},
      {"sk_test_SECRET", "https://api.stripe.com", false, ""},
      {"rk_test_SECRET", "https://api.stripe.com", false, ""},
      {"sk_test_SECRET", "http://127.0.0.1:8420", false, ""},
      {"sim_SECRET", "http://localhost:8420", false, ""},
      {"sk_test_SECRET", "https://proxy.example", false, ""},
      {"sk_live_SECRET", "https://api.stripe.com", false, "the mode is not live"},
      {"sk_test_SECRET", "https://api.stripe.com", true, "the mode is live"},
      {"sim_SECRET", "http://127.0.0.1:1", true, "the mode is live"},
      {"sk_live_SECRET", "http://127.0.0.1:8420", true, "https://api.stripe.com only"},
      {"rk_live_SECRET", "https://proxy.example", true, "https://api.stripe.com only"},
      {"sk_live_SECRET", "https://api.stripe.com.evil.example", true,
       "https://api.stripe.com only"},
      {"sk_live_SECRET", "http://api.stripe.com", true, "plain http"},
      {"sk_test_SECRET", "http://stripe.example", false, "plain http"},
      {"pk_test_SECRET", "https://api.stripe.com", false, "takes a secret key"},
      {"", "https://api.stripe.com", false, "empty or not printable"},
      {"sk_test_SECRET\r\nX: y", "https://api.stripe.com", false, "empty or not printable"},
  };
  for (const Row& row : rows) {
    INFO(row.key << " to " << row.url);
    const auto allowed = check_key(row.key, BaseUrl::parse(row.url).value(), row.livemode);
    REQUIRE(allowed.has_value() == row.refused.empty());
    if (allowed) continue;
    CHECK(allowed.error().detail.find(row.refused) != std::string::npos);
    CHECK(allowed.error().detail.find("SECRET") == std::string::npos);
    CHECK(allowed.error().detail.find('\n') == std::string::npos);
  }
}

TEST_CASE("redact: a text of others is one short line without secrets", "[stripe]") {
  struct Row {
    std::string_view text;
    std::string_view kept;
  };
  const Row rows[] = {
      {"Your card was declined.", "Your card was declined."},
      {"Invalid API Key provided: sk_test_abc123", "Invalid API Key provided: sk_test_***"},
      {"key=rk_live_9Z, whsec_x;", "key=rk_live_***, whsec_***;"},
      {"see pi_3K_secret_4f9 now", "see pi_3K_secret_*** now"},
      {"ek_live_1 pk_live_1 pi_3K", "ek_live_*** pk_live_1 pi_3K"},
      {"line\nbreak", "line break"},
  };
  for (const Row& row : rows) CHECK(redact(row.text) == row.kept);
  CHECK(redact("abc \xC3\xA9\xC3\xA9", 7) == "abc \xC3\xA9");
  CHECK(redact(std::string(9, 'a'), 4) == "aaaa");
}

}  // namespace paysaga::engine::stripe
