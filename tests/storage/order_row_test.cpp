#include "paysaga/storage/order_row.hpp"

#include <catch2/catch.hpp>

namespace paysaga::storage {

TEST_CASE("order row: what was lost is kept, and nothing is written where there is none",
          "[storage][codec]") {
  const OrderId id = OrderId::of("ord_7");
  OrderRow row{.summary = OrderSummary{.order = id}};
  const std::string without = encode_row(row, "state");
  CHECK(decode_row(id, without).value().summary.money.lost == 0);
  row.summary.money.lost = 700;
  const std::string with = encode_row(row, "state");
  CHECK(decode_row(id, with).value().summary.money.lost == 700);
  CHECK(with.size() == without.size() + 8);
}

TEST_CASE("order row: counts keep what was lost", "[storage][codec]") {
  std::vector<StatusCount> counts(2, {.status = order::Status::pending, .currency = {}});
  const std::string without = encode_counts(counts);
  counts[1].money.lost = 700;
  const auto read = decode_counts(encode_counts(counts));
  REQUIRE(read);
  CHECK(read->at(0).money.lost == 0);
  CHECK(read->at(1).money.lost == 700);
  CHECK(decode_counts(without).value().at(1).money.lost == 0);
}

}  // namespace paysaga::storage
