#include "paysaga/storage/codec_input.hpp"

#include <string>
#include <utility>

#include "paysaga/storage/codec_blank.hpp"
#include "paysaga/storage/codec_command.hpp"
#include "paysaga/storage/codec_text.hpp"
#include "paysaga/storage/codec_webhook.hpp"
#include "paysaga/storage/json_reader.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::storage {
namespace {

constexpr std::size_t traceparent_bytes = 55;
constexpr std::size_t reason_bytes_max = 64;

/// Empty if there is none.
std::string_view header(const LogRecord& record, std::string_view name) {
  for (const Header& one : record.headers) {
    if (one.name == name) return one.value;
  }
  return {};
}

std::string_view traceparent_of(const LogRecord& record) {
  const std::string_view value = header(record, "traceparent");
  return value.size() == traceparent_bytes ? value : std::string_view{};
}

/// A command; what its body leaves out of these two its headers may say.
Result<ParsedCommand> read_command(const LogRecord& record) {
  auto parsed = parse_command(record.value);
  if (!parsed) return parsed;
  const std::string_view correlation = header(record, "correlation-id");
  CommandParts parts{.body = record.value};
  if (parsed->input.correlation_id.empty()) parts.correlation_id = correlation;
  if (parsed->input.traceparent.empty()) parts.traceparent = header(record, "traceparent");
  if (parts.correlation_id.empty() && parts.traceparent.empty()) return parsed;
  auto completed = parse_command(parts);
  return completed ? completed : parsed;  // Headers that cannot be read are passed over.
}

bool is_event(std::string_view value) {
  const auto document = JsonDocument::parse(value);
  return document && document->root().type() == JsonType::object &&
         document->root().find("event_type");
}

/// It goes on into commands and events of ours.
bool has_correlation_id(const Event& event) {
  return ForeignId<struct CorrelationKind>::parse(event.correlation_id).has_value();
}

/// An event that other nodes told, for a node of that mode.
Result<Event> decode_told(const LogRecord& record, bool livemode) {
  auto event = decode_event(record.value);
  if (event && event->livemode != livemode) {
    return fail(ErrorCode::malformed,
                livemode ? "the event: livemode is false, but this node is live"
                         : "the event: livemode is true, but stripe.mode is not \"live\" here");
  }
  return event;
}

/// What is wrong with it as an event of a payment; empty if nothing is.
std::string_view fault_of(const Event& event) {
  const MoneyTotals& money = event.money;
  if (!has_correlation_id(event)) return "correlation_id is missing or malformed";
  if (event.machine != Machine::payment) return "it is of the order machine";
  if (!shape::parse_enum<payment::Status>(event.status)) return "no payment has this status";
  if (!event.customer) return "customer_id is missing";
  if (!event.amount || event.amount->minor <= 0) return "amount is missing or not positive";
  if (money.authorized < 0 || money.captured < 0 || money.refunding < 0 || money.refunded < 0 ||
      money.disputed < 0 || money.lost < 0) {
    return "a total of money is negative";
  }
  const bool captured = event.status == to_text(payment::Status::captured);
  if (captured != (money.captured > 0)) return "its status and money.captured do not fit";
  return {};
}

/// A command in the words of an event: what the order machine of other nodes asks for.
Result<Input> parse_refund_event(const LogRecord& record, bool livemode) {
  auto event = decode_told(record, livemode);
  if (!event) return tl::unexpected{event.error()};
  if (event->type != EventType::payment_refund_initiated || !event->refund) {
    return fail(ErrorCode::malformed, "the event: it is no PAYMENT_REFUND_INITIATED of a refund");
  }
  if (!has_correlation_id(*event)) {
    return fail(ErrorCode::malformed, "the event: correlation_id is missing or malformed");
  }
  const RefundPart& refund = *event->refund;
  std::string reason = event->reason ? std::move(event->reason->code) : std::string{};
  if (reason.size() > reason_bytes_max || find_card_number(reason)) {
    return fail(ErrorCode::malformed, "the event: reason.code is no code");
  }
  Command command = command::RefundRequest{refund.refund, refund.amount_minor, std::move(reason),
                                           refund.compensation, std::nullopt};
  const std::uint64_t body_hash = body_hash_of(command);
  return Input{std::move(event->order),
               CommandInput{std::move(event->id), body_hash, std::move(command),
                            std::move(event->correlation_id), std::string{traceparent_of(record)}}};
}

Result<Input> to_input(Event event, std::string_view traceparent) {
  if (const std::string_view fault = fault_of(event); !fault.empty()) {
    return fail(ErrorCode::malformed, "the event: " + std::string{fault});
  }
  OrderId order = event.order;
  return Input{std::move(order), PaymentEventInput{std::move(event), std::string{traceparent}}};
}

/// The order's id is the record's key: it stands in the body only where the object is ours.
Result<Input> parse_news(const LogRecord& record, bool livemode) {
  auto event = parse_webhook(record.value);
  if (!event) return tl::unexpected{event.error()};
  auto order = OrderId::parse(record.key);
  if (!order) return fail(ErrorCode::malformed, "the webhook: its key is no order's id");
  if (event->livemode != livemode) {
    return fail(ErrorCode::malformed, "the webhook: its livemode is not that of this node");
  }
  if (!event->news || !event->intent) {
    return fail(ErrorCode::malformed, "the webhook: nothing follows from " + event->type);
  }
  return Input{std::move(*order), WebhookInput{std::move(event->id), std::move(event->type),
                                               *event->news, std::move(*event->intent)}};
}

}  // namespace

Result<Input> parse_input(Topic topic, const LogRecord& record, Roles roles, bool livemode) {
  if (topic == Topic::payment_webhook_received) return parse_news(record, livemode);
  if (roles == Roles::orders && topic != Topic::order_commands) {
    auto event = decode_told(record, livemode);
    if (!event) return tl::unexpected{event.error()};
    return to_input(std::move(*event), traceparent_of(record));
  }
  if (roles == Roles::payments && topic == Topic::payment_refund_initiated &&
      is_event(record.value)) {
    return parse_refund_event(record, livemode);
  }
  auto command = read_command(record);
  if (!command) return tl::unexpected{command.error()};
  return Input{std::move(command->order), std::move(command->input)};
}

Result<Input> parse_queued(const OrderId& order, std::string_view value) {
  if (auto event = parse_webhook(value)) {
    return parse_news({order.text(), {}, std::string{value}}, event->livemode);
  }
  auto event = decode_event(value);
  if (!event) return tl::unexpected{event.error()};
  if (event->order != order) {
    return fail(ErrorCode::corrupt, "a queued event is of another order");
  }
  return to_input(std::move(*event), {});
}

LogRecord encode_cancel(const OrderId& order, const CancelForOthers& cancel,
                        const EventSource& source) {
  LogRecord record{order.text(),
                   {{"ce_id", cancel.id.text()},
                    {"ce_type", "payment.cancel"},
                    {"ce_source", std::string{source.source}},
                    {"ce_subject", order.text()},
                    {"ce_specversion", "1.0"},
                    {"content-type", "application/json"},
                    {"correlation-id", cancel.correlation_id}},
                   {}};
  if (!source.traceparent.empty()) {
    record.headers.push_back({"traceparent", std::string{source.traceparent}});
  }
  JsonWriter json{record.value};
  json.open_object();
  json.key("command").text("payment.cancel");
  json.key("command_id").text(cancel.id.text());
  json.key("order_id").text(order.text());
  json.key("reason").text(cancel.ask.reason);
  json.key("final").boolean(cancel.ask.final);
  json.key("correlation_id").text(cancel.correlation_id);
  if (!source.traceparent.empty()) json.key("traceparent").text(source.traceparent);
  json.close_object();
  return record;
}

}  // namespace paysaga::storage
