#include "paysaga/engine/stripe/webhook_signature.hpp"

#include <catch2/catch.hpp>

namespace paysaga::engine::stripe {
namespace {

constexpr std::string_view body = R"({"id":"evt_1","object":"event"})";
const Time signed_at = time_from_micros(1'700'000'000'000'000);
const std::vector<WebhookSecret> secrets{{"new", "whsec_new"}, {"old", "whsec_old"}};
// By Python's hmac.
const std::string by_new = "v1=c15330950069e52feb112c7c495d04bcd2bef3e2784ee078587728d546bb99b6";
const std::string by_old = "v1=9119b75c4afa8bb5f71433cb34179a57aa261c58b80b417f1f537251b0cd38a8";

}  // namespace

TEST_CASE("webhook signature: one that fits names its secret", "[engine]") {
  struct Row {
    const char* what;
    std::string header;
    const char* secret;
  };
  for (const Row& row :
       {Row{"the new secret", "t=1700000000," + by_new, "new"},
        Row{"the old one", "t=1700000000," + by_old, "old"},
        Row{"while a secret is rolled", "t=1700000000," + by_old + "," + by_new, "new"},
        Row{"any order, other schemes passed over", "v0=abc," + by_old + ",t=1700000000,v9=x",
            "old"},
        Row{"beside one that does not fit", "t=1700000000,v1=00," + by_new, "new"}}) {
    INFO(row.what);
    const auto checked = check_signature(body, row.header, secrets, signed_at);
    REQUIRE(checked.has_value());
    CHECK(*checked == row.secret);
  }
  CHECK(sign_webhook(body, "whsec_new", signed_at) == "t=1700000000," + by_new);
}

TEST_CASE("webhook signature: what does not hold is said", "[engine]") {
  struct Row {
    const char* what;
    std::string header;
    std::string_view of;
    Duration later;
    ErrorCode code;
    const char* words;
  };
  const std::string good = "t=1700000000," + by_new;
  const std::string upper = "t=1700000000,v1=" + std::string(64, 'A');
  for (const Row& row :
       {Row{"no header", "", body, {}, ErrorCode::malformed, "is missing"},
        Row{"no time", by_new, body, {}, ErrorCode::malformed, "no time"},
        Row{"a time that is no number", "t=now," + by_new, body, {}, ErrorCode::malformed, "time"},
        Row{"two times", "t=1,t=2," + by_new, body, {}, ErrorCode::malformed, "single time"},
        Row{"no v1", "t=1700000000,v0=00", body, {}, ErrorCode::malformed, "scheme v1"},
        Row{"no pairs", "nonsense", body, {}, ErrorCode::malformed, "name=value"},
        Row{"too long", std::string(5'000, 'x'), body, {}, ErrorCode::malformed, "too long"},
        Row{"other bytes",
            good,
            R"({"id":"evt_2","object":"event"})",
            {},
            ErrorCode::forbidden,
            "no signature fits"},
        Row{"a space more",
            good,
            R"({"id":"evt_1","object":"event"} )",
            {},
            ErrorCode::forbidden,
            "no signature fits"},
        Row{"another time",
            "t=1700000001," + by_new,
            body,
            {},
            ErrorCode::forbidden,
            "no signature fits"},
        Row{"another signature", upper, body, {}, ErrorCode::forbidden, "no signature fits"},
        Row{"an empty one",
            "t=1700000000,v1=",
            body,
            {},
            ErrorCode::forbidden,
            "no signature fits"},
        Row{"301 s later", good, body, seconds{301}, ErrorCode::forbidden, "is 301 s old"},
        Row{"301 s earlier", good, body, -seconds{301}, ErrorCode::forbidden, "is 301 s ahead"}}) {
    INFO(row.what);
    const auto checked = check_signature(row.of, row.header, secrets, signed_at + row.later);
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().code == row.code);
    CHECK(checked.error().detail.find(row.words) != std::string::npos);
    CHECK(checked.error().detail.find("whsec_") == std::string::npos);
  }
  for (const Duration later : {-seconds{300}, seconds{300}}) {
    CHECK(check_signature(body, good, secrets, signed_at + later).has_value());
  }
  CHECK_FALSE(check_signature(body, good, {}, signed_at).has_value());
  // An empty secret is none, even if somebody signs with it.
  const std::vector<WebhookSecret> empty{{"empty", ""}};
  CHECK_FALSE(check_signature(body, sign_webhook(body, "", signed_at), empty, signed_at));
}

}  // namespace paysaga::engine::stripe
