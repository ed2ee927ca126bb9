#include "paysaga/sim/stripe/form.hpp"

#include <catch2/catch.hpp>

namespace paysaga::sim::stripe {

TEST_CASE("form: names and values are decoded", "[sim][stripe]") {
  const auto form = Form::parse("amount=42&metadata%5Border_id%5D=a+b%26c&empty=&lonely&&x=1=2");
  REQUIRE(form);
  CHECK(form->value("amount") == "42");
  CHECK(form->value("metadata[order_id]") == "a b&c");
  CHECK_FALSE(form->value("empty"));
  CHECK(form->find("empty") == "");
  CHECK(form->find("lonely") == "");
  CHECK(form->value("x") == "1=2");
  CHECK_FALSE(form->find("absent"));
}

TEST_CASE("form: items of a list are the same with a number and without", "[sim][stripe]") {
  const auto form = Form::parse("expand[]=a&expand[0]=b&expand%5B12%5D=c&metadata[12a]=d");
  REQUIRE(form);
  CHECK(form->all("expand[]") == std::vector<std::string_view>{"a", "b", "c"});
  CHECK(form->value("metadata[12a]") == "d");
}

TEST_CASE("form: what cannot be read is refused", "[sim][stripe]") {
  for (const char* text : {"a=%4", "a=%zz", "a=%", "a=%ff%fe", "%c3%28=1", "=1"}) {
    CAPTURE(text);
    CHECK_FALSE(Form::parse(text));
  }
  std::string many;
  for (std::size_t i = 0; i <= Form::parameters_max; ++i) many += "a=1&";
  CHECK_FALSE(Form::parse(many));
}

TEST_CASE("form: the digest sees the parameters and not their order", "[sim][stripe]") {
  const auto digest = [](const char* text) { return Form::parse(text)->digest(); };
  CHECK(digest("a=1&b=2") == digest("b=2&a=1"));
  CHECK(digest("a=%31") == digest("a=1"));
  CHECK(digest("a=1&b=2") != digest("a=2&b=1"));
  CHECK(digest("a=1") != digest("a=1&a=1"));
  CHECK(digest("ab=c") != digest("a=bc"));
}

}  // namespace paysaga::sim::stripe
