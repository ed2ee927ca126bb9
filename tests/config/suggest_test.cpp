#include "paysaga/config/suggest.hpp"

#include <array>

#include <catch2/catch.hpp>

using namespace paysaga::config;

TEST_CASE("suggest: the nearest candidate, or none if none is near", "[config]") {
  constexpr std::array<std::string_view, 4> verbs{"list", "show", "timeline", "why"};
  CHECK(suggest("lsit", verbs) == "list");
  CHECK(suggest("shwo", verbs) == "show");
  CHECK(suggest("timline", verbs) == "timeline");
  CHECK(suggest("show", verbs) == "show");
  CHECK_FALSE(suggest("reconcile", verbs));
  CHECK_FALSE(suggest(std::string(10'000, 'x'), verbs));
  CHECK_FALSE(suggest("list", {}));
}
