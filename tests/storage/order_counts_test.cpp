#include "paysaga/storage/order_counts.hpp"

#include <catch2/catch.hpp>

#include "paysaga/storage/memory_store.hpp"
#include "storage/store_world.hpp"

namespace paysaga::storage {
namespace {

using order::Status;

Time at(int second) {
  return time_from_micros(std::int64_t{second} * 1'000'000);
}

/// "REFUND_FAILED EUR 2 orders, 2 stuck, 8400 captured, 8400 at risk, b since 10"
std::vector<std::string> show(const std::vector<OrderCount>& counts) {
  std::vector<std::string> rows;
  for (const OrderCount& count : counts) {
    std::string row = count.group + (count.group.empty() ? "" : " ");
    row += count.currency ? count.currency->text() : "-";
    row += " " + std::to_string(count.orders) + " orders, ";
    row += std::to_string(count.open) + " open, " + std::to_string(count.stuck) + " stuck, ";
    row += std::to_string(count.money.captured) + " captured, ";
    row += std::to_string(count.money_at_risk_minor) + " at risk";
    if (count.oldest) {
      row += ", " + count.oldest->order.text() + " since " +
             std::to_string(micros_of(count.oldest->since) / 1'000'000);
    }
    rows.push_back(row + (count.more ? ", and more" : ""));
  }
  return rows;
}

/// Partition 0 has the orders a to d and a quarantined one that is not known, partition 1 has e.
struct World {
  World() {
    ours.decide("a", make_saga("a", {.updated_at = at(50)}));
    ours.decide("b", make_saga("b", {.currency = "JPY", .updated_at = at(20)}));
    ours.decide("c", make_saga("c", {.status = Status::refund_failed,
                                     .captured = 4'200,
                                     .stuck = "compensation_stuck",
                                     .updated_at = at(10)}));
    ours.decide(
        "d",
        make_saga("d", {.status = Status::fulfilled, .captured = 4'200, .updated_at = at(30)}));
    ours.decide("q", nullptr, Action::quarantine);
    theirs.decide("e", make_saga("e", {.status = Status::refund_failed,
                                       .captured = 4'200,
                                       .stuck = "compensation_stuck",
                                       .updated_at = at(5)}));
    REQUIRE(ours.apply_to(store).has_value());
    REQUIRE(theirs.apply_to(store).has_value());
  }
  [[nodiscard]] std::vector<std::string> count(const PartitionSet& partitions, CountBy by,
                                               std::size_t most = counted_orders_max) const {
    const auto counts = count_orders(store, partitions, by, most);
    REQUIRE(counts.has_value());
    return show(*counts);
  }

  MemoryStore store{identity_of_tests()};
  Journal ours{PartitionId{0}};
  Journal theirs{PartitionId{1}};
};

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("order counts: of the partitions that are asked for, by each of the ways", "[storage]") {
  const World world;
  const PartitionSet one{PartitionId{0}};
  const PartitionSet both{PartitionId{0}, PartitionId{1}};
  CHECK(world.count(both, CountBy::status) ==
        Rows{"FULFILLED EUR 1 orders, 0 open, 0 stuck, 4200 captured, 0 at risk",
             "PAYMENT_PENDING EUR 1 orders, 1 open, 0 stuck, 0 captured, 0 at risk",
             "PAYMENT_PENDING JPY 1 orders, 1 open, 0 stuck, 0 captured, 0 at risk",
             "REFUND_FAILED EUR 2 orders, 0 open, 2 stuck, 8400 captured, 8400 at risk"});
  CHECK(world.count(one, CountBy::currency) ==
        Rows{"EUR 3 orders, 1 open, 1 stuck, 8400 captured, 4200 at risk",
             "JPY 1 orders, 1 open, 0 stuck, 0 captured, 0 at risk"});
  CHECK(world.count(both, CountBy::reason) ==
        Rows{"compensation_stuck EUR 2 orders, 0 open, 2 stuck, 8400 captured, 8400 at risk, "
             "e since 5",
             "quarantined - 1 orders, 1 open, 0 stuck, 0 captured, 0 at risk, q since 1"});
  CHECK(world.count(one, CountBy::waiting) ==
        Rows{"customer_method EUR 1 orders, 1 open, 0 stuck, 0 captured, 0 at risk, a since 50",
             "customer_method JPY 1 orders, 1 open, 0 stuck, 0 captured, 0 at risk, b since 20"});
  CHECK(world.count({}, CountBy::status) == Rows{});
}

TEST_CASE("order counts: a long walk ends, and says so", "[storage]") {
  const World world;
  const PartitionSet both{PartitionId{0}, PartitionId{1}};
  CHECK(world.count(both, CountBy::reason, 1) ==
        Rows{"compensation_stuck EUR 1 orders, 0 open, 1 stuck, 4200 captured, 4200 at risk, "
             "e since 5, and more",
             "quarantined - 1 orders, 1 open, 0 stuck, 0 captured, 0 at risk, q since 1"});
  CHECK(world.count(both, CountBy::waiting, 1) ==
        Rows{"customer_method JPY 1 orders, 1 open, 0 stuck, 0 captured, 0 at risk, b since 20, "
             "and more"});
}

TEST_CASE("order counts: what a node tells another is read back, or refused", "[storage]") {
  const World world;
  for (const CountBy by : {CountBy::status, CountBy::reason, CountBy::currency, CountBy::waiting}) {
    const auto counts =
        count_orders(world.store, {PartitionId{0}, PartitionId{1}}, by, counted_orders_max);
    REQUIRE(counts.has_value());
    for (const OrderCount& count : *counts) {
      const auto read = parse_count(count_json(count, by), by);
      REQUIRE(read.has_value());
      CHECK(*read == count);
    }
    CHECK(parse_count_by(to_text(by)).value() == by);
  }
  const std::string whole = count_json(OrderCount{.group = "PENDING"}, CountBy::status);
  for (const std::string_view lost :
       {"status", "currency", "orders", "captured", "oldest", "more"}) {
    std::string text = whole;
    text.replace(text.find('"' + std::string{lost} + '"') + 1, 1, "x");
    CAPTURE(text);
    CHECK_FALSE(parse_count(text, CountBy::status).has_value());
  }
  CHECK_FALSE(parse_count("[]", CountBy::status).has_value());
  CHECK_FALSE(parse_count_by("colour").has_value());
}

}  // namespace paysaga::storage
