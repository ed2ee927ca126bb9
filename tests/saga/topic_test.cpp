#include "paysaga/saga/topic.hpp"

#include <catch2/catch.hpp>

namespace paysaga {

TEST_CASE("topic: every topic has its own name and is found by it", "[saga][topic]") {
  for (int i = 0; i < topic_count; ++i) {
    const auto topic = static_cast<Topic>(i);
    CAPTURE(i);
    REQUIRE(parse_topic(to_text(topic)).value() == topic);
  }
  CHECK_FALSE(parse_topic("payment_events").has_value());
  CHECK_FALSE(parse_topic("").has_value());
}

TEST_CASE("topic: an order hashes to the partition of Kafka's Java producer", "[saga][topic]") {
  // The signed hashes are the vectors of Kafka's own test of murmur2.
  struct Row {
    const char* id;
    std::int32_t hash;
  };
  const Row rows[] = {
      {"21", -973932308},
      {"foobar", -790332482},
      {"a-little-bit-long-string", -985981536},
      {"a-little-bit-longer-string", -1486304829},
      {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
      {"abc", 479470107},
  };
  for (const Row& row : rows) {
    const auto positive = static_cast<std::uint32_t>(row.hash) & 0x7fffffff;
    for (const std::uint32_t n : {1U, 4U, 24U, 1000U, 0x7fffffffU}) {
      CAPTURE(row.id, n);
      CHECK(partition_of(OrderId::of(row.id), n) == positive % n);
    }
  }
}

}  // namespace paysaga
