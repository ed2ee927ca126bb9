#include "paysaga/storage/codec_event.hpp"

#include <algorithm>

#include "paysaga/storage/json_reader.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::storage {
namespace {

constexpr std::size_t event_bytes_typical = 1'024;

/// People see an order's status as REFUND_PENDING, a payment's as captured.
std::string status_of(const Event& event) {
  std::string status = event.status;
  if (event.machine == Machine::order) {
    std::transform(status.begin(), status.end(), status.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  }
  return status;
}

void write_money(JsonWriter& json, const MoneyTotals& money) {
  json.key("money").open_object();
  json.key("authorized").integer(money.authorized);
  json.key("captured").integer(money.captured);
  json.key("refunding").integer(money.refunding);
  json.key("refunded").integer(money.refunded);
  json.key("disputed").integer(money.disputed);
  json.key("lost").integer(money.lost);
  json.close_object();
}

/// What the machine that speaks is now: {"payment":{"status":...}} or {"order":{"status":...}}.
void write_machine(JsonWriter& json, const Event& event) {
  json.key(to_text(event.machine)).open_object();
  json.key("status").text(status_of(event));
  if (event.attempt != 0) json.key("attempt").integer(event.attempt);
  if (event.intent) json.key("payment_intent_id").text(event.intent->text());
  if (event.expires_at) json.key("expires_at").time(*event.expires_at);
  if (event.cancel_requested) json.key("cancel_requested").boolean(true);
  json.close_object();
}

void write_refund(JsonWriter& json, const Event& event) {
  json.key("refund").open_object();
  json.key("refund_id").text(event.refund->refund.text());
  if (event.refund->amount_minor) {
    json.key("amount").open_object();
    json.key("minor").integer(*event.refund->amount_minor);
    if (event.amount) json.key("currency").text(event.amount->currency.text());
    json.close_object();
  }
  if (event.refund->compensation) json.key("compensation").boolean(true);
  json.close_object();
}

void write_dispute(JsonWriter& json, const Event& event) {
  const DisputePart& dispute = *event.dispute;
  json.key("dispute").open_object();
  json.key("dispute_id").text(dispute.dispute.text());
  json.key("amount").open_object();
  json.key("minor").integer(dispute.amount_minor);
  if (event.amount) json.key("currency").text(event.amount->currency.text());
  json.close_object();
  if (!dispute.reason.empty()) json.key("reason").text(dispute.reason);
  if (dispute.evidence_due_at) json.key("evidence_due_at").time(*dispute.evidence_due_at);
  json.close_object();
}

/// The event without hashes and without its closing brace.
std::string write_open(const Event& event) {
  std::string out;
  out.reserve(event_bytes_typical);
  JsonWriter json{out};
  json.open_object();
  json.key("event_id").text(event.id.text());
  json.key("event_type").text(to_text(event.type));
  json.key("schema_version").integer(event_schema_version);
  json.key("machine").text(to_text(event.machine));
  json.key("order_id").text(event.order.text());
  json.key("sequence").natural(event.sequence);
  json.key("occurred_at").time(event.occurred_at);
  json.key("correlation_id").text(event.correlation_id);
  json.key("causation_id").text(event.causation_id);
  if (event.command) json.key("command_id").text(event.command->text());
  if (event.customer) json.key("customer_id").text(event.customer->text());
  if (event.amount) json.key("amount").money(*event.amount);
  write_money(json, event.money);
  write_machine(json, event);
  if (event.refund) write_refund(json, event);
  if (event.dispute) write_dispute(json, event);
  if (event.reason) {
    json.key("reason").open_object();
    json.key("code").text(event.reason->code);
    json.key("message").text(event.reason->message);
    json.close_object();
  }
  if (!event.decline_class.empty()) json.key("decline_class").text(event.decline_class);
  if (event.final) json.key("final").boolean(true);
  json.key("livemode").boolean(event.livemode);
  return out;
}

Headers headers_of(const Event& event, const EventSource& source) {
  Headers headers;
  headers.reserve(10);
  headers.push_back({"ce_id", event.id.text()});
  headers.push_back({"ce_type", std::string{to_text(event.type)}});
  headers.push_back({"ce_source", std::string{source.source}});
  headers.push_back({"ce_subject", event.order.text()});
  headers.push_back({"ce_time", paysaga::to_text(event.occurred_at)});
  headers.push_back({"ce_specversion", "1.0"});
  headers.push_back({"content-type", "application/json"});
  headers.push_back({"correlation-id", event.correlation_id});
  headers.push_back({"causation-id", event.causation_id});
  if (!source.traceparent.empty()) {
    headers.push_back({"traceparent", std::string{source.traceparent}});
  }
  return headers;
}

/// Reads fields by name, in any order; the first fault stays.
class EventFields {
 public:
  explicit EventFields(JsonValue object) : object_{object} {}

  [[nodiscard]] const std::string& problem() const { return problem_; }
  void say(std::string_view name, std::string_view what) {
    if (problem_.empty()) problem_ = std::string{name} + ' ' + std::string{what};
  }
  std::optional<JsonValue> find(std::string_view name) {
    auto value = object_.find(name);
    if (value && value->type() == JsonType::null) return std::nullopt;
    return value;
  }
  std::optional<EventFields> object(std::string_view name) {
    const auto value = find(name);
    if (!value) return std::nullopt;
    if (value->type() != JsonType::object) say(name, "is no object");
    return EventFields{*value};
  }
  std::string text(std::string_view name) {
    const auto value = find(name);
    if (!value) return {};
    if (!value->text()) say(name, "is no text");
    return std::string{value->text().value_or("")};
  }
  std::optional<std::int64_t> integer(std::string_view name) {
    const auto value = find(name);
    if (!value) return std::nullopt;
    if (!value->integer()) say(name, "is no integer");
    return value->integer();
  }
  bool flag(std::string_view name) {
    const auto value = find(name);
    if (value && !value->boolean()) say(name, "is neither true nor false");
    return value && value->boolean().value_or(false);
  }
  std::optional<Time> time(std::string_view name) {
    return parsed<Time>(name, [](std::string_view text) { return parse_time(text); });
  }
  template <class IdOfKind>
  std::optional<IdOfKind> id(std::string_view name) {
    return parsed<IdOfKind>(name, [](std::string_view text) { return IdOfKind::parse(text); });
  }
  /// For parts that an event cannot be without.
  template <class T>
  std::optional<T> needed(std::string_view name, std::optional<T> value) {
    if (!value) say(name, "is missing");
    return value;
  }
  void adopt(const EventFields& part) {
    if (problem_.empty()) problem_ = part.problem();
  }

 private:
  template <class T, class Parse>
  std::optional<T> parsed(std::string_view name, Parse parse) {
    const auto value = find(name);
    if (!value) return std::nullopt;
    auto got = parse(value->text().value_or(""));
    if (got) return std::move(*got);
    say(name, "is malformed: " + got.error().detail);
    return std::nullopt;
  }
  JsonValue object_;
  std::string problem_;
};

std::optional<Money> read_amount(EventFields& fields) {
  auto part = fields.object("amount");
  if (!part) return std::nullopt;
  const auto minor = part->needed("amount.minor", part->integer("minor"));
  const auto currency = Currency::parse(part->text("currency"));
  if (!currency) part->say("amount.currency", currency.error().detail);
  fields.adopt(*part);
  if (!minor || !currency) return std::nullopt;
  return Money{*minor, *currency};
}

MoneyTotals read_money(EventFields& fields) {
  MoneyTotals money;
  auto part = fields.object("money");
  if (!part) return money;
  money.authorized = part->integer("authorized").value_or(0);
  money.captured = part->integer("captured").value_or(0);
  money.refunding = part->integer("refunding").value_or(0);
  money.refunded = part->integer("refunded").value_or(0);
  money.disputed = part->integer("disputed").value_or(0);
  money.lost = part->integer("lost").value_or(0);
  fields.adopt(*part);
  return money;
}

void read_machine(EventFields& fields, Event& event) {
  auto part = fields.object(to_text(event.machine));
  if (!part) return fields.say(to_text(event.machine), "is missing");
  event.status = part->text("status");
  if (event.machine == Machine::order) {
    std::transform(event.status.begin(), event.status.end(), event.status.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  }
  const std::int64_t attempt = part->integer("attempt").value_or(0);
  if (!std::in_range<int>(attempt)) part->say("attempt", "is out of range");
  event.attempt = static_cast<int>(attempt);
  event.intent = part->id<IntentId>("payment_intent_id");
  event.expires_at = part->time("expires_at");
  event.cancel_requested = part->flag("cancel_requested");
  fields.adopt(*part);
}

std::optional<RefundPart> read_refund(EventFields& fields) {
  auto part = fields.object("refund");
  if (!part) return std::nullopt;
  const auto refund = part->needed("refund.refund_id", part->id<RefundId>("refund_id"));
  std::optional<std::int64_t> minor;
  if (auto amount = part->object("amount")) {
    minor = amount->needed("refund.amount.minor", amount->integer("minor"));
    part->adopt(*amount);
  }
  const bool compensation = part->flag("compensation");
  fields.adopt(*part);
  if (!refund) return std::nullopt;
  return RefundPart{*refund, minor, compensation};
}

std::optional<DisputePart> read_dispute(EventFields& fields) {
  auto part = fields.object("dispute");
  if (!part) return std::nullopt;
  const auto dispute = part->needed("dispute.dispute_id", part->id<DisputeId>("dispute_id"));
  std::optional<std::int64_t> minor;
  if (auto amount = part->object("amount")) {
    minor = amount->integer("minor");
    part->adopt(*amount);
  }
  minor = part->needed("dispute.amount.minor", minor);
  std::string reason = part->text("reason");
  const auto due = part->time("evidence_due_at");
  fields.adopt(*part);
  if (!dispute || !minor) return std::nullopt;
  return DisputePart{*dispute, *minor, std::move(reason), due};
}

}  // namespace

std::vector<EncodedEvent> encode_events(Saga& next, std::span<const Event> events,
                                        const EventSource& source) {
  std::vector<EncodedEvent> encoded;
  encoded.reserve(events.size());
  for (const Event& event : events) {
    ensure(event.order == next.id, "a decision's events are of its own order");
    std::string value = write_open(event);
    std::string& head = event.machine == Machine::payment ? next.payment_hash : next.order_hash;
    ensure(head.empty() == (event.sequence == 1), "only an order's first event has none before it");
    head = seal(value, head, source.key);
    encoded.push_back({event.type, event.machine, event.sequence,
                       LogRecord{event.order.text(), headers_of(event, source), std::move(value)}});
  }
  return encoded;
}

std::string history_events(std::span<const EncodedEvent> events) {
  std::string out;
  JsonWriter json{out};
  json.open_array();
  for (const EncodedEvent& event : events) json.raw(event.record.value);
  json.close_array();
  return out;
}

Result<Event> decode_event(std::string_view value) {
  const auto document = JsonDocument::parse(value);
  if (!document) return tl::unexpected<Error>{document.error()};
  if (document->root().type() != JsonType::object) {
    return fail(ErrorCode::malformed, "an event is an object");
  }
  EventFields fields{document->root()};
  const std::string machine_text = fields.text("machine");
  const Machine machine =
      machine_text == to_text(Machine::order) ? Machine::order : Machine::payment;
  if (machine_text != to_text(machine)) fields.say("machine", "is neither payment nor order");
  const auto type = parse_event_type(fields.text("event_type"), machine);
  if (!type) fields.say("event_type", "is not known");
  const auto id = fields.needed("event_id", fields.id<EventId>("event_id"));
  const auto order = fields.needed("order_id", fields.id<OrderId>("order_id"));
  const auto at = fields.needed("occurred_at", fields.time("occurred_at"));
  const std::int64_t sequence = fields.integer("sequence").value_or(0);
  if (sequence < 1) fields.say("sequence", "is missing or below 1");
  if (!fields.problem().empty()) {
    return fail(ErrorCode::malformed, "the event: " + fields.problem());
  }
  Event event{.id = *id,
              .type = *type,
              .machine = machine,
              .sequence = static_cast<std::uint64_t>(sequence),
              .occurred_at = *at,
              .correlation_id = fields.text("correlation_id"),
              .causation_id = fields.text("causation_id"),
              .order = *order,
              .customer = fields.id<CustomerId>("customer_id"),
              .amount = read_amount(fields),
              .money = read_money(fields),
              .status = {},
              .intent = {},
              .refund = read_refund(fields),
              .reason = {},
              .decline_class = fields.text("decline_class"),
              .final = fields.flag("final"),
              .expires_at = {},
              .command = fields.id<EventId>("command_id"),
              .livemode = fields.flag("livemode"),
              .dispute = read_dispute(fields)};
  read_machine(fields, event);
  if (auto reason = fields.object("reason")) {
    event.reason = Reason{reason->text("code"), reason->text("message")};
    fields.adopt(*reason);
  }
  if (!fields.problem().empty()) {
    return fail(ErrorCode::malformed, "the event: " + fields.problem());
  }
  return event;
}

}  // namespace paysaga::storage
