#include "paysaga/engine/http/routes.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "paysaga/engine/http/api.hpp"
#include "paysaga/engine/http/order_state.hpp"
#include "paysaga/storage/json_reader.hpp"

namespace paysaga::engine::http {
namespace {

/// "post /v1/orders payment_initiate".
using Described = std::set<std::string>;

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& letter : result) letter = static_cast<char>(std::tolower(letter));
  return result;
}

}  // namespace

TEST_CASE("openapi: every route is described, and nothing else is", "[engine][http]") {
  Described served;
  for (const Route& route : routes()) {
    served.insert(lower(route.method) + " " + std::string{route.pattern} + " " +
                  std::string{route.name});
  }
  CHECK(served.size() == routes().size());

  const auto document = storage::JsonDocument::parse(openapi_json());
  REQUIRE(document);
  const auto paths = document->root().find("paths");
  REQUIRE(paths);
  Described described;
  for (storage::JsonCursor path{*paths}; !path.done(); path.next()) {
    for (storage::JsonCursor method{path.value()}; !method.done(); method.next()) {
      const auto id = method.value().find("operationId");
      REQUIRE(id);
      described.insert(std::string{method.key()} + " " + std::string{path.key()} + " " +
                       std::string{id->text().value_or("")});
    }
  }
  CHECK(described == served);
}

TEST_CASE("openapi: every reference leads somewhere", "[engine][http]") {
  const auto document = storage::JsonDocument::parse(openapi_json());
  REQUIRE(document);
  const std::string_view text = openapi_json();
  std::size_t found = 0;
  constexpr std::string_view mark = "\"$ref\": \"#/";
  for (std::size_t at = text.find(mark); at != std::string_view::npos;
       at = text.find(mark, at + 1)) {
    const std::size_t from = at + mark.size();
    std::string_view path = text.substr(from, text.find('"', from) - from);
    CAPTURE(path);
    auto value = document->root();
    while (!path.empty()) {
      const std::size_t end = std::min(path.find('/'), path.size());
      const auto next = value.find(path.substr(0, end));
      REQUIRE(next);
      value = *next;
      path.remove_prefix(std::min(end + 1, path.size()));
    }
    ++found;
  }
  CHECK(found > 100);
}

TEST_CASE("routes: names of operations are told apart", "[engine][http]") {
  std::set<std::string_view> names;
  for (const Route& route : routes()) CHECK(names.insert(route.name).second);
}

TEST_CASE("order state: what an order allows in each status", "[engine][http]") {
  using order::Status;
  using Pay = payment::Status;
  struct Row {
    Status status;
    Pay payment;
    bool cancel_requested;
    std::string allowed;
    bool settled;
  };
  const std::string unpaid = "payment.cancel order.cancel order.rejected ";
  const std::vector<Row> rows = {
      {Status::payment_pending, Pay::ready, false, "payment.confirm " + unpaid, true},
      {Status::payment_pending, Pay::ready, true, unpaid, true},
      {Status::payment_pending, Pay::cancelled, false, "payment.initiate " + unpaid, true},
      {Status::payment_processing, Pay::creating, false, "payment.confirm " + unpaid, false},
      {Status::payment_processing, Pay::confirming, false, unpaid, false},
      {Status::payment_processing, Pay::action_required, false, unpaid, true},
      {Status::payment_failed, Pay::declined, false, "payment.confirm " + unpaid, true},
      {Status::pending, Pay::captured, false,
       "order.cancel order.rejected order.delivery_failed order.fulfilled refund.request ", true},
      {Status::fulfilled, Pay::captured, false, "refund.request ", true},
      {Status::refund_pending, Pay::captured, true, "refund.request ", false},
      {Status::partially_refunded, Pay::captured, false, "refund.request ", true},
      {Status::refunded, Pay::captured, false, "", true},
      {Status::cancelled, Pay::cancelled, false, "", true},
      {Status::expired, Pay::cancelled, false, "", true},
  };
  for (const Row& row : rows) {
    Saga saga = new_saga(OrderId::of("ord_1"));
    saga.order.status = row.status;
    saga.order.cancel_requested = row.cancel_requested;
    saga.order.payment.sequence = 1;  // It has heard of its payment.
    saga.payment = payment::Payment{.status = row.payment,
                                    .amount = Money{4200, Currency::parse("EUR").value()},
                                    .customer = CustomerId::of("cus_1")};
    saga.payment->money.captured = row.payment == Pay::captured ? 4200 : 0;
    std::string allowed;
    for (const std::string_view action : allowed_actions(saga)) allowed.append(action).append(" ");
    CAPTURE(status_text(saga));
    CHECK(allowed == row.allowed);
    CHECK(is_settled(saga) == row.settled);
  }
}

TEST_CASE("order state: a node of one role offers the commands of its machine", "[engine][http]") {
  const auto allowed = [](const Saga& saga) {
    std::string text;
    for (const std::string_view action : allowed_actions(saga)) text.append(action).append(" ");
    return text;
  };
  Saga payments = new_saga(OrderId::of("ord_1"));
  payments.payment = payment::Payment{.status = payment::Status::captured,
                                      .amount = Money{4200, Currency::parse("EUR").value()},
                                      .customer = CustomerId::of("cus_1")};
  payments.payment->money.captured = 4200;
  CHECK(allowed(payments) == "refund.request ");
  CHECK(is_settled(payments));
  Saga orders = new_saga(OrderId::of("ord_1"));
  orders.order.status = order::Status::pending;
  orders.order.payment.sequence = 3;
  orders.order.payment.money.captured = 4200;
  CHECK(allowed(orders) == "order.cancel order.rejected order.delivery_failed order.fulfilled ");
}

TEST_CASE("order state: a refund that is being asked for is not settled", "[engine][http]") {
  Saga saga = new_saga(OrderId::of("ord_1"));
  saga.order.status = order::Status::fulfilled;
  saga.payment = payment::Payment{.status = payment::Status::captured,
                                  .amount = Money{4200, Currency::parse("EUR").value()},
                                  .customer = CustomerId::of("cus_1")};
  saga.payment->refunds.push_back({.id = RefundId::of("r1"), .amount_minor = 100});
  CHECK_FALSE(is_settled(saga));
  saga.payment->refunds.front().state = payment::RefundState::pending;
  CHECK(is_settled(saga));
}

TEST_CASE("message: Prefer and media types are read leniently", "[engine][http]") {
  CHECK(preferred_wait("wait=5") == 5);
  CHECK(preferred_wait("respond-async, Wait = 10 ") == 10);
  CHECK(preferred_wait("wait=-1") == std::nullopt);
  CHECK(preferred_wait("wait=soon") == std::nullopt);
  CHECK(preferred_wait("wait=99999999999999") == std::nullopt);
  CHECK(preferred_wait("") == std::nullopt);
  CHECK(is_media_type("Application/JSON ; charset=utf-8", "application/json"));
  CHECK_FALSE(is_media_type("application/jsonl", "application/json"));
}

}  // namespace paysaga::engine::http
