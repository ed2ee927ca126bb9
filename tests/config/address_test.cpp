#include "paysaga/config/address.hpp"

#include <catch2/catch.hpp>

using namespace paysaga::config;

TEST_CASE("address: what is well formed reads back as written", "[config]") {
  for (const std::string text : {"127.0.0.1:7480", "localhost:0", "[::1]:80"}) {
    CHECK(to_text(ListenAddress::parse(text).value()) == text);
  }
  for (const std::string text :
       {"https://api.stripe.com", "http://127.0.0.1:8420", "https://[::1]:8443"}) {
    CHECK(to_text(Url::parse(text).value()) == text);
  }
  CHECK(to_text(Url{false, "x", 80}) == "http://x");
  CHECK(to_text(Url::parse("https://API.stripe.com:443/").value()) == "https://api.stripe.com");
}

TEST_CASE("address: what is not is refused", "[config]") {
  for (const char* text : {"", ":80", "host", "host:", "host:x", "a b:1", "[::1:80", "[::1]80",
                           "host:70000", "host:-1", "user@host:1"}) {
    INFO(text);
    CHECK_FALSE(ListenAddress::parse(text));
  }
  for (const char* text : {"", "api.stripe.com", "ftp://x", "https://", "https://x/v1",
                           "https://x?y", "https://u:p@x", "http://x:0"}) {
    INFO(text);
    CHECK_FALSE(Url::parse(text));
  }
}

TEST_CASE("address: loopback is only this machine", "[config]") {
  CHECK(is_loopback("127.0.0.1"));
  CHECK(is_loopback("127.8.9.1"));
  CHECK(is_loopback("localhost"));
  CHECK(is_loopback("::1"));
  CHECK_FALSE(is_loopback("0.0.0.0"));
  CHECK_FALSE(is_loopback("127.0.0.1.example"));
  CHECK_FALSE(is_loopback("::"));
}
