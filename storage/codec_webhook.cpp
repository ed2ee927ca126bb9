#include "paysaga/storage/codec_webhook.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "paysaga/storage/json_reader.hpp"

namespace paysaga::storage {
namespace {

struct Row {
  std::string_view type;
  News news;
};

// Charges tell nothing that their intents do not, but that somebody has refunded.
constexpr std::array rows = {
    Row{"payment_intent.requires_action", News::intent},
    Row{"payment_intent.processing", News::intent},
    Row{"payment_intent.amount_capturable_updated", News::intent},
    Row{"payment_intent.succeeded", News::intent},
    Row{"payment_intent.canceled", News::intent},
    Row{"payment_intent.payment_failed", News::decline},
    Row{"refund.created", News::refund},
    Row{"refund.updated", News::refund},
    Row{"refund.failed", News::refund},
    Row{"charge.refunded", News::refund},
    Row{"charge.refund.updated", News::refund},  // Versions before 2024-10-28 have only this one.
    Row{"charge.dispute.created", News::dispute},
    Row{"charge.dispute.updated", News::dispute},
    Row{"charge.dispute.funds_withdrawn", News::dispute},
    Row{"charge.dispute.funds_reinstated", News::dispute},
    Row{"charge.dispute.closed", News::dispute},
};

std::optional<News> news_of(std::string_view type) {
  const auto* row = std::ranges::find(rows, type, &Row::type);
  return row == rows.end() ? std::nullopt : std::optional{row->news};
}

std::string text_at(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  const auto text = value ? value->text() : std::nullopt;
  return text ? std::string{*text} : std::string{};
}

/// An id, or an object that was expanded and has it.
std::string id_at(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  if (!value) return {};
  return value->type() == JsonType::object ? text_at(*value, "id") : text_at(object, name);
}

void read_object(const JsonValue& object, WebhookEvent& event) {
  const bool is_intent = text_at(object, "object") == "payment_intent";
  auto intent =
      IntentId::parse(is_intent ? text_at(object, "id") : id_at(object, "payment_intent"));
  if (intent) event.intent = std::move(*intent);
  const auto metadata = object.find("metadata");
  if (!metadata) return;
  event.order = text_at(*metadata, "order_id");
  event.ledger = text_at(*metadata, "ledger");
}

/// Behind the closing quote of the text that begins at `at`.
std::size_t end_of_text(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return std::min(at + 1, json.size());
}

std::size_t skip_space(std::string_view json, std::size_t at) {
  return std::min(json.find_first_not_of(" \t\r\n", at), json.size());
}

}  // namespace

std::span<const std::string_view> webhook_types() {
  static constexpr auto types = [] {
    std::array<std::string_view, rows.size()> of;
    std::ranges::transform(rows, of.begin(), &Row::type);
    return of;
  }();
  return types;
}

Result<WebhookEvent> parse_webhook(std::string_view body) {
  const auto document = JsonDocument::parse(body);
  if (!document) return tl::unexpected{document.error()};
  const JsonValue root = document->root();
  const std::string type = text_at(root, "type");
  auto id = EventId::parse(text_at(root, "id"));
  const auto livemode = root.find("livemode");
  const auto data = root.find("data");
  const auto object = data ? data->find("object") : std::nullopt;
  if (text_at(root, "object") != "event" || !id || type.empty() || !livemode ||
      !livemode->boolean() || !object) {
    return fail(ErrorCode::malformed,
                "it is no event of Stripe: object, id, type, livemode and data.object make one");
  }
  const auto told = object->find("livemode");
  if (told && told->boolean() && told->boolean() != livemode->boolean()) {
    return fail(ErrorCode::malformed, "its livemode is not that of the object in it");
  }
  WebhookEvent event{.id = std::move(*id),
                     .type = type,
                     .livemode = *livemode->boolean(),
                     .account = text_at(root, "account"),
                     .news = news_of(type),
                     .intent = std::nullopt,
                     .order = {},
                     .ledger = {}};
  read_object(*object, event);
  return event;
}

LogRecord encode_webhook(const WebhookEvent& event, const OrderId& order, std::string_view body) {
  return LogRecord{order.text(),
                   {{"ce_id", event.id.text()},
                    {"ce_type", event.type},
                    {"ce_source", event.account.empty() ? "stripe" : event.account},
                    {"ce_subject", order.text()},
                    {"ce_specversion", "1.0"},
                    {"content-type", "application/json"}},
                   blank_client_secrets(body)};
}

std::string blank_client_secrets(std::string_view json) {
  constexpr std::string_view name = "\"client_secret\"";
  std::string out;
  out.reserve(json.size());
  std::size_t at = 0;
  while (at < json.size()) {
    if (json[at] != '"') {
      out += json[at++];
      continue;
    }
    const std::size_t end = end_of_text(json, at);
    const std::string_view text = json.substr(at, end - at);
    out += text;
    at = end;
    const std::size_t colon = skip_space(json, at);
    if (text != name || colon == json.size() || json[colon] != ':') continue;
    const std::size_t value = skip_space(json, colon + 1);
    if (value == json.size() || json[value] != '"') continue;
    out.append(json.substr(at, value - at)).append("\"\"");
    at = end_of_text(json, value);
  }
  return out;
}

}  // namespace paysaga::storage
