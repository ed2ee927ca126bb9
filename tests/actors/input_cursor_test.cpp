#include "paysaga/actors/input_cursor.hpp"

#include <catch2/catch.hpp>

namespace paysaga::actors {

TEST_CASE("input cursor: its position is the first input that is not decided", "[actors]") {
  InputCursor cursor{10};
  CHECK(cursor.position() == 10);
  for (const storage::Offset offset : {10, 11, 13}) cursor.started(offset);  // 12 is a gap.
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

}  // namespace paysaga::actors
