#include "paysaga/saga/planted.hpp"

#include <catch2/catch.hpp>

namespace paysaga {

TEST_CASE("planted: every bug has its own name and is found by it", "[saga][planted]") {
  for (const PlantedBug bug : planted_bugs) {
    CAPTURE(to_text(bug));
    CHECK(bug != PlantedBug::none);
    CHECK(parse_planted_bug(to_text(bug)).value() == bug);
  }
  CHECK(planted_bugs.size() == static_cast<std::size_t>(PlantedBug::sweep_skips_page));
  CHECK(parse_planted_bug("none").value() == PlantedBug::none);
  CHECK(parse_planted_bug("no_such_bug").error().code == ErrorCode::malformed);
  CHECK_FALSE(parse_planted_bug("").has_value());
}

#ifdef PAYSAGA_PLANTED
TEST_CASE("planted: a process has the bug that it was given, and no other", "[saga][planted]") {
  for (const PlantedBug bug : planted_bugs) CHECK_FALSE(planted(bug));
  plant(PlantedBug::epoch_unchecked);
  CHECK(planted(PlantedBug::epoch_unchecked));
  CHECK_FALSE(planted(PlantedBug::jseq_unchecked));
  plant(PlantedBug::none);
  CHECK_FALSE(planted(PlantedBug::epoch_unchecked));
}
#else
TEST_CASE("planted: a build that is not for it has no bug, by its compiler", "[saga][planted]") {
  static_assert(!planted(PlantedBug::none));
  static_assert(!planted(PlantedBug::act_before_read_back));
  static_assert(!planted(PlantedBug::publisher_skips_after_failure));
  SUCCEED();
}
#endif

}  // namespace paysaga
