#include <catch2/catch.hpp>

#include "kafka/log_under_test.hpp"

namespace paysaga::engine::kafka {
TEST_CASE("zz probe") {
  KafkaUnderTest under_test;
  auto got = storage::conformance::publish(under_test.log(), {}, {{storage::PartitionId{0}, 17, "1 17 3 2 ab"}});
  INFO((got ? std::string("ok") : got.error().detail));
  CHECK(got);
}
}
