#include "paysaga/actors/wake_queue.hpp"

#include <catch2/catch.hpp>

namespace paysaga::actors {
namespace {

Time at(int second) {
  return time_from_micros(1'750'000'000'000'000) + seconds{second};
}

}  // namespace

TEST_CASE("wake queue: wakes in the order of times, none too early", "[actors]") {
  WakeQueue queue;
  queue.move_horizon(at(60));
  const OrderId first = OrderId::of("o1");
  const OrderId second = OrderId::of("o2");
  queue.push(at(20), second);
  queue.push(at(10), first);
  queue.push(at(20), first);
  CHECK(queue.first() == at(10));
  CHECK(queue.pop_due(at(9)) == std::nullopt);
  CHECK(queue.pop_due(at(10)) == first);
  CHECK(queue.pop_due(at(19)) == std::nullopt);
  CHECK(queue.pop_due(at(30)) == first);
  CHECK(queue.pop_due(at(30)) == second);
  CHECK(queue.pop_due(at(99)) == std::nullopt);
}

TEST_CASE("wake queue: what lies behind the horizon is left to the store", "[actors]") {
  WakeQueue queue;
  const OrderId order = OrderId::of("o1");
  queue.push(at(1), order);
  CHECK(queue.first() == std::nullopt);
  queue.move_horizon(at(60));
  queue.push(at(61), order);
  CHECK(queue.first() == std::nullopt);
  queue.push(at(60), order);
  CHECK(queue.first() == at(60));
  queue.clear();
  CHECK(queue.first() == std::nullopt);
  CHECK(queue.horizon() == Time::min());
}

}  // namespace paysaga::actors
