#include "paysaga/engine/stripe/request_encoder.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "paysaga/engine/stripe/form.hpp"

namespace paysaga::engine::stripe {
namespace {

constexpr std::string_view intents_path = "/v1/payment_intents";
constexpr std::string_view refunds_path = "/v1/refunds";
constexpr std::string_view disputes_path = "/v1/disputes";
constexpr std::size_t description_bytes_max = 1'000;  // Stripe's limit counts characters.
constexpr std::int64_t list_limit = 100;              // The most that Stripe takes.

std::string target_of(std::string_view method, std::string_view path, std::string_view id = {},
                      std::string_view act = {}) {
  std::string target{method};
  target.append(" ").append(path);
  if (!id.empty()) target.append("/").append(percent_encode(id));
  if (!act.empty()) target.append("/").append(act);
  return target;
}

std::string lower(std::string_view text) {
  std::string lowered{text};
  std::ranges::transform(lowered, lowered.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lowered;
}

/// Cuts at a character's start, so that what is left is UTF-8 if `text` was.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

constexpr Permission intents_read{"PaymentIntents", "rak_payment_intent_read", false};
constexpr Permission intents_write{"PaymentIntents", "rak_payment_intent_write", true};
constexpr Permission charges_read{"Charges and Refunds", "rak_charge_read", false};
constexpr Permission charges_write{"Charges and Refunds", "rak_charge_write", true};
constexpr Permission disputes_read{"Disputes", "rak_dispute_read", false};
constexpr Permission events_read{"Events", "rak_event_read", false};

/// `target` with a slash at its end: an id follows, and behind that `act`.
struct EndpointRow {
  std::string_view name;
  std::string_view target;
  std::string_view act;
  Permission permission;
  std::optional<Permission> expanded = std::nullopt;  // Of what is asked for with it.
};
constexpr EndpointRow endpoint_rows[] = {
    {"create_intent", "POST /v1/payment_intents", "", intents_write},
    {"confirm_intent", "POST /v1/payment_intents/", "/confirm", intents_write},
    {"capture_intent", "POST /v1/payment_intents/", "/capture", intents_write},
    {"cancel_intent", "POST /v1/payment_intents/", "/cancel", intents_write},
    {"create_refund", "POST /v1/refunds", "", charges_write},
    {"read_intent", "GET /v1/payment_intents/", "", intents_read, charges_read},
    {"list_intents", "GET /v1/payment_intents", "", intents_read, charges_read},
    {"read_refund", "GET /v1/refunds/", "", charges_read},
    {"list_refunds", "GET /v1/refunds", "", charges_read},
    {"list_disputes", "GET /v1/disputes", "", disputes_read},
    {"list_events", "GET /v1/events", "", events_read},
};

}  // namespace

Request StripeEncoder::create(const Create& create) const {
  Form form;
  form.add("amount", create.amount.minor)
      .add("currency", lower(create.amount.currency.text()))
      .add("payment_method_types[]", "card")
      .add("capture_method", create.manual_capture ? "manual" : "automatic");
  if (create.customer.text().starts_with("cus_")) form.add("customer", create.customer.text());
  if (create.description && !create.description->empty()) {
    form.add("description", cut(*create.description, description_bytes_max));
  }
  form.add("metadata[order_id]", create.order.text())
      .add("metadata[attempt]", create.attempt)
      .add("metadata[ledger]", create.ledger);
  return {target_of("POST", intents_path), form.text()};
}

Request StripeEncoder::confirm(const IntentId& intent, const MethodId& method,
                               bool off_session) const {
  Form form;
  form.add("payment_method", method.text());
  if (off_session) form.add("off_session", "true");
  return {target_of("POST", intents_path, intent.text(), "confirm"), form.text()};
}

Request StripeEncoder::capture(const IntentId& intent, const Money& amount) const {
  Form form;
  form.add("amount_to_capture", amount.minor);
  return {target_of("POST", intents_path, intent.text(), "capture"), form.text()};
}

Request StripeEncoder::cancel(const IntentId& intent, std::string_view reason) const {
  Form form;
  form.add("cancellation_reason", cancellation_reason(reason));
  return {target_of("POST", intents_path, intent.text(), "cancel"), form.text()};
}

Request StripeEncoder::refund(const IntentId& intent, const RefundId& refund, int attempt,
                              const OrderId& order, std::string_view ledger,
                              const Money& amount) const {
  Form form;
  form.add("payment_intent", intent.text())
      .add("amount", amount.minor)
      .add("metadata[order_id]", order.text())
      .add("metadata[refund_id]", refund.text())
      .add("metadata[attempt]", attempt)
      .add("metadata[ledger]", ledger);
  return {target_of("POST", refunds_path), form.text()};
}

Request StripeEncoder::read_intent(const IntentId& intent, bool with_charge) const {
  std::string target = target_of("GET", intents_path, intent.text());
  Form query;
  if (with_charge) target.append("?").append(query.add("expand[]", "latest_charge").text());
  return {std::move(target), ""};
}

Request StripeEncoder::list_intents(Time from, Time to) const {
  Form query;
  query.add("created[gte]", std::chrono::floor<seconds>(from).time_since_epoch().count())
      .add("created[lte]", std::chrono::ceil<seconds>(to).time_since_epoch().count())
      .add("limit", list_limit);
  return {target_of("GET", intents_path) + "?" + query.text(), ""};
}

Request StripeEncoder::read_refund(const ProviderRefundId& refund) const {
  return {target_of("GET", refunds_path, refund.text()), ""};
}

Request StripeEncoder::list_refunds(const IntentId& intent) const {
  Form query;
  query.add("payment_intent", intent.text()).add("limit", list_limit);
  return {target_of("GET", refunds_path) + "?" + query.text(), ""};
}

Request StripeEncoder::list_disputes(const IntentId& intent) const {
  Form query;
  query.add("payment_intent", intent.text()).add("limit", list_limit);
  return {target_of("GET", disputes_path) + "?" + query.text(), ""};
}

std::string_view cancellation_reason(std::string_view reason) {
  struct Row {
    std::string_view ours;
    std::string_view theirs;
  };
  static constexpr Row rows[] = {
      {"duplicate", "duplicate"}, {"fraudulent", "fraudulent"}, {"fraud", "fraudulent"},
      {"expired", "abandoned"},   {"abandoned", "abandoned"},   {"refused", "abandoned"},
      {"provider", "abandoned"},
  };
  const auto* row = std::ranges::find(rows, reason, &Row::ours);
  return row != std::end(rows) ? row->theirs : "requested_by_customer";
}

std::size_t endpoint_index(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  const auto* row = std::ranges::find_if(endpoint_rows, [path](const EndpointRow& of) {
    if (!of.target.ends_with('/')) return path == of.target;
    return path.starts_with(of.target) && path.ends_with(of.act);
  });
  return static_cast<std::size_t>(row - std::begin(endpoint_rows));
}

std::string_view endpoint_of(std::string_view target) {
  return endpoint_names()[endpoint_index(target)];
}

std::span<const std::string_view> endpoint_names() {
  static constexpr auto names = [] {
    std::array<std::string_view, std::size(endpoint_rows) + 1> of;
    of.back() = "other";
    std::ranges::transform(endpoint_rows, of.begin(), &EndpointRow::name);
    return of;
  }();
  return names;
}

std::vector<EndpointNeed> endpoint_needs() {
  std::vector<EndpointNeed> needs;
  for (const EndpointRow& row : endpoint_rows) {
    EndpointNeed need{row.name, {row.permission}};
    if (row.expanded) need.permissions.push_back(*row.expanded);
    needs.push_back(std::move(need));
  }
  return needs;
}

}  // namespace paysaga::engine::stripe
