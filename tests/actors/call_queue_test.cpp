#include "paysaga/actors/call_queue.hpp"

#include <catch2/catch.hpp>

namespace paysaga::actors {
namespace {

StartCall call_of(const std::string& id, Lane lane) {
  Call call{.id = id, .kind = CallKind::send, .lane = lane, .request = {}, .key = std::nullopt};
  return {{std::move(call), OrderId::parse("o1").value(), {}}, storage::PartitionId{0}};
}

std::string taken(CallQueue& queue, const std::function<bool(std::size_t)>& may) {
  std::string ids;
  while (const auto ready = queue.next(may)) ids += ready->start.call.call.id + " ";
  return ids;
}

bool any(std::size_t /*endpoint*/) {
  return true;
}

}  // namespace

TEST_CASE("call queue: customers, refunds, reconciliation; the oldest of a lane first",
          "[actors]") {
  CallQueue queue{3, 0};
  queue.put(2, call_of("read1", Lane::reconcile));
  queue.put(1, call_of("refund1", Lane::refund));
  queue.put(0, call_of("pay1", Lane::customer));
  queue.put(1, call_of("pay2", Lane::customer));
  queue.put(0, call_of("pay3", Lane::customer));
  CHECK(queue.size() == 5);
  CHECK(queue.ahead(Lane::customer) == 3);
  CHECK(queue.ahead(Lane::reconcile) == 5);
  CHECK(queue.ahead(1, Lane::refund) == 2);
  CHECK(taken(queue, any) == "pay1 pay2 pay3 refund1 read1 ");
  CHECK(queue.size() == 0);
}

TEST_CASE("call queue: an endpoint that may not be called holds up no other", "[actors]") {
  CallQueue queue{2, 0};
  queue.put(0, call_of("pay1", Lane::customer));
  queue.put(1, call_of("refund1", Lane::refund));
  CHECK(taken(queue, [](std::size_t endpoint) { return endpoint == 1; }) == "refund1 ");
  CHECK(taken(queue, any) == "pay1 ");
}

TEST_CASE("call queue: the lowest lane is never kept waiting for ever, unless it may", "[actors]") {
  for (const auto& [lowest_every, reads] : {std::pair{4, 5}, std::pair{0, 0}}) {
    CallQueue queue{1, lowest_every};
    for (int i = 0; i < 20; ++i) queue.put(0, call_of("read", Lane::reconcile));
    int read = 0;
    for (int i = 0; i < 20; ++i) {
      queue.put(0, call_of("pay", Lane::customer));  // They never pause.
      read += queue.next(any)->start.call.call.id == "read" ? 1 : 0;
    }
    CHECK(read == reads);
  }
}

}  // namespace paysaga::actors
