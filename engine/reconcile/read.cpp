// What the two sides say, out of their JSON.

#include <algorithm>

#include "paysaga/engine/reconcile/compare.hpp"
#include "paysaga/storage/json_reader.hpp"

namespace paysaga::engine::reconcile {
namespace {

using storage::JsonCursor;
using storage::JsonDocument;
using storage::JsonType;
using storage::JsonValue;

std::string text_at(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  const auto text = value ? value->text() : std::nullopt;
  return text ? std::string{*text} : std::string{};
}

std::int64_t integer_at(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? value->integer().value_or(0) : 0;
}

bool flag_at(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  return value && value->boolean().value_or(false);
}

/// An id, or an object that was expanded and has it.
std::string id_at(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  if (!value) return {};
  return value->type() == JsonType::object ? text_at(*value, "id") : text_at(object, name);
}

std::optional<Money> money_of(const JsonValue& object) {
  const auto minor = object.find("amount");
  const auto currency = Currency::parse(text_at(object, "currency"));
  if (!minor || !minor->integer() || !currency) return std::nullopt;
  return Money{*minor->integer(), *currency};
}

/// What every object of Stripe that is compared must have.
struct Named {
  std::string id;
  Money amount;
};
Result<Named> named(const JsonValue& object, std::string_view what) {
  const auto amount = money_of(object);
  std::string id = text_at(object, "id");
  if (!id.empty() && amount) return Named{std::move(id), *amount};
  return fail(ErrorCode::malformed, std::string{what} + " without id, amount or currency");
}

std::string mark_of(const JsonValue& object, std::string_view name) {
  const auto metadata = object.find("metadata");
  return metadata ? text_at(*metadata, name) : std::string{};
}

}  // namespace

Result<SeenIntent> read_seen_intent(std::string_view json) {
  const auto document = JsonDocument::parse(json);
  if (!document) return tl::unexpected{document.error()};
  const JsonValue root = document->root();
  const auto of = named(root, "a payment intent");
  if (!of) return tl::unexpected{of.error()};
  SeenIntent intent{.id = of->id,
                    .status = parse_intent_status(text_at(root, "status")),
                    .amount = of->amount,
                    .captured_minor = integer_at(root, "amount_received"),
                    .order = mark_of(root, "order_id"),
                    .ledger = mark_of(root, "ledger")};
  const auto charge = root.find("latest_charge");
  if (charge && charge->type() == JsonType::object) {
    intent.refunded_minor = integer_at(*charge, "amount_refunded");
    intent.disputed = flag_at(*charge, "disputed");
  }
  return intent;
}

Result<SeenRefund> read_seen_refund(std::string_view json) {
  const auto document = JsonDocument::parse(json);
  if (!document) return tl::unexpected{document.error()};
  const JsonValue root = document->root();
  const auto of = named(root, "a refund");
  if (!of) return tl::unexpected{of.error()};
  return SeenRefund{.id = of->id,
                    .intent = id_at(root, "payment_intent"),
                    .status = parse_refund_status(text_at(root, "status")),
                    .amount = of->amount,
                    .order = mark_of(root, "order_id"),
                    .ledger = mark_of(root, "ledger")};
}

Result<KnownOrder> read_known_order(std::string_view json) {
  const auto document = JsonDocument::parse(json);
  if (!document) return tl::unexpected{document.error()};
  const JsonValue root = document->root();
  KnownOrder order{.order = text_at(root, "order_id")};
  if (order.order.empty()) return fail(ErrorCode::malformed, "an order without its id");
  if (const auto amount = root.find("amount"); amount && amount->type() == JsonType::object) {
    const auto currency = Currency::parse(text_at(*amount, "currency"));
    if (currency) order.amount = Money{integer_at(*amount, "minor"), *currency};
  }
  if (const auto money = root.find("money")) {
    order.captured_minor = integer_at(*money, "captured");
    order.refunding_minor = integer_at(*money, "refunding");
    order.refunded_minor = integer_at(*money, "refunded");
  }
  if (const auto payment = root.find("payment"); payment && payment->type() == JsonType::object) {
    order.payment_status = text_at(*payment, "status");
    order.intent = text_at(*payment, "payment_intent_id");
    const auto operations = payment->find("operations");
    for (JsonCursor at{operations.value_or(root)}; operations && !at.done(); at.next()) {
      const std::string phase = text_at(at.value(), "phase");
      order.moving = order.moving || phase == "intended" || phase == "unknown";
    }
  }
  if (const auto refunds = root.find("refunds")) {
    for (JsonCursor at{*refunds}; !at.done(); at.next()) {
      std::string id = text_at(at.value(), "provider_refund_id");
      if (!id.empty()) order.refunds.push_back(std::move(id));
    }
  }
  if (const auto disputes = root.find("disputes")) order.disputed = !JsonCursor{*disputes}.done();
  return order;
}

}  // namespace paysaga::engine::reconcile
