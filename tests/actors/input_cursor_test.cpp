#include "paysaga/actors/input_cursor.hpp"

#include <catch2/catch.hpp>

namespace paysaga::actors {

TEST_CASE("input cursor: its position is the first input that is not decided", "[actors]") {
  InputCursor cursor{10};
  CHECK(cursor.position() == 10);
  for (const storage::Offset offset : {10, 11, 13}) cursor.started({offset, 0});  // 12 is a gap.
  CHECK(cursor.next() == 14);
  CHECK(cursor.position() == 10);
  cursor.decided(11);
  CHECK(cursor.position() == 10);
  cursor.decided(10);
  CHECK(cursor.position() == 13);
  cursor.passed(20);
  CHECK(cursor.next() == 20);
  CHECK(cursor.position() == 13);
  cursor.decided(13);
  CHECK(cursor.position() == 20);
  cursor.passed(15);
  CHECK(cursor.position() == 20);
}

TEST_CASE("input cursor: its landmark is the last input below its position", "[actors]") {
  using storage::Landmark;
  const Landmark before{9, 90};
  const Landmark first{10, 100};
  const Landmark second{12, 120};
  InputCursor cursor{10, before};
  CHECK(cursor.landmark() == before);
  cursor.started(first);
  cursor.started(second);
  CHECK(cursor.landmark() == before);
  cursor.decided(second.offset);
  CHECK(cursor.landmark() == before);
  cursor.decided(first.offset);
  CHECK(cursor.landmark() == second);
  cursor.passed(30);  // What stands there is no input.
  CHECK(cursor.landmark() == second);
  CHECK_FALSE(InputCursor{10}.landmark().has_value());
}

}  // namespace paysaga::actors
