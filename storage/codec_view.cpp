#include "paysaga/storage/codec_view.hpp"

#include <algorithm>

#include "paysaga/storage/json_writer.hpp"
#include "paysaga/storage/order_row.hpp"

namespace paysaga::storage {
namespace {

template <class T>
void add_id(JsonWriter& json, std::string_view key, const std::optional<T>& id) {
  json.key(key);
  if (id) {
    json.text(id->text());
  } else {
    json.null();
  }
}

void add_time(JsonWriter& json, std::string_view key, const std::optional<Time>& time) {
  json.key(key);
  if (time) {
    json.time(*time);
  } else {
    json.null();
  }
}

void add_amount(JsonWriter& json, const std::optional<Money>& amount) {
  json.key("amount");
  if (amount) {
    json.money(*amount);
  } else {
    json.null();
  }
}

/// {reason, since} or null.
void add_stopped(JsonWriter& json, std::string_view key, std::string_view reason, Time since) {
  json.key(key);
  if (reason.empty()) return json.null();
  json.open_object();
  json.key("reason").text(reason);
  json.key("since").time(since);
  json.close_object();
}

void add_operation(JsonWriter& json, const Operation& operation) {
  json.open_object();
  json.key("operation").text(to_text(operation.kind));
  json.key("phase").text(to_text(operation.phase));
  json.key("attempt").integer(operation.attempt);
  json.key("try").integer(operation.try_number);
  if (operation.refund) json.key("refund_id").text(operation.refund->text());
  json.key("idempotency_key").text(operation.key.text());
  json.key("decided_at").time(operation.decided_at);
  add_time(json, "answered_at", operation.answered_at);
  json.key("sends").integer(operation.sends);
  json.key("reads").integer(operation.reads);
  json.key("next_at").time(operation.next_at);
  json.key("last_error").text(operation.last_error);
  json.key("request_id").text(operation.request_id);
  json.close_object();
}

void add_payment(JsonWriter& json, const Saga& saga) {
  json.key("payment");
  if (!saga.payment) {
    // A node without the payments role knows no more than the events told.
    if (saga.order.payment.status.empty()) return json.null();
    json.open_object();
    json.key("status").text(saga.order.payment.status);
    json.key("sequence").natural(saga.order.payment.sequence);
    json.close_object();
    return;
  }
  const payment::Payment& payment = *saga.payment;
  json.open_object();
  json.key("status").text(to_text(payment.status));
  json.key("attempt").integer(payment.attempt);
  add_id(json, "payment_intent_id",
         payment.intent ? std::optional{payment.intent->id} : std::nullopt);
  add_id(json, "charge_id", payment.intent ? payment.intent->latest_charge : std::nullopt);
  add_id(json, "payment_method", payment.method);
  json.key("seen");
  if (payment.intent) {
    json.open_object();
    json.key("status").text(to_text(payment.intent->status));
    add_time(json, "at", payment.seen_at);
    json.close_object();
  } else {
    json.null();
  }
  json.key("initiated_at").time(payment.initiated_at);
  json.key("expires_at").time(payment.expires_at);
  json.key("capture").text(payment.manual_capture ? "manual" : "automatic");
  const bool held =
      payment.money.authorized > 0 && payment.intent && payment.intent->capture_before;
  json.key("capture_before");
  held ? json.time(*payment.intent->capture_before) : json.null();
  json.key("sequence").natural(payment.sequence);
  json.key("metadata").open_object();
  for (const auto& [key, value] : payment.metadata) json.any_key(key).text(value);
  json.close_object();
  json.key("operations").open_array();
  for (const Operation& operation : payment.operations) add_operation(json, operation);
  json.close_array();
  json.close_object();
}

void add_refunds(JsonWriter& json, const Saga& saga) {
  json.key("refunds").open_array();
  if (saga.payment) {
    for (const payment::Refund& refund : saga.payment->refunds) {
      json.open_object();
      json.key("refund_id").text(refund.id.text());
      json.key("amount").money(Money{refund.amount_minor, saga.payment->amount.currency});
      json.key("status").text(to_text(refund.state));
      json.key("attempt").integer(refund.attempt);
      json.key("reason").text(refund.reason);
      json.key("compensation").boolean(refund.compensation);
      json.key("external").boolean(refund.external);
      add_id(json, "provider_refund_id", refund.provider_id);
      json.key("requested_at").time(refund.requested_at);
      add_time(json, "next_at", refund.next_at);
      json.key("last_error").text(refund.last_error);
      json.close_object();
    }
  }
  json.close_array();
}

void add_disputes(JsonWriter& json, const Saga& saga) {
  json.key("disputes").open_array();
  if (saga.payment) {
    for (const payment::Dispute& dispute : saga.payment->disputes) {
      json.open_object();
      json.key("dispute_id").text(dispute.id.text());
      json.key("amount").money(Money{dispute.amount_minor, saga.payment->amount.currency});
      json.key("status").text(to_text(dispute.state));
      json.key("funds").text(to_text(dispute.funds));
      json.key("reason").text(dispute.reason);
      json.key("opened_at").time(dispute.opened_at);
      add_time(json, "evidence_due_at", dispute.evidence_due_at);
      json.close_object();
    }
  }
  json.close_array();
}

void add_parked(JsonWriter& json, const Saga& saga) {
  json.key("parked").open_array();
  for (const Parked& parked : saga.parked) {
    json.open_object();
    json.key("command").text(paysaga::to_text(parked.input.command));
    json.key("command_id").text(parked.input.id.text());
    json.key("since").time(parked.since);
    json.key("until").time(parked.until);
    json.close_object();
  }
  json.close_array();
}

void add_hold(JsonWriter& json, const Saga& saga) {
  json.key("held");
  if (!saga.hold) return json.null();
  const Hold& hold = *saga.hold;
  json.open_object();
  json.key("reason").text(hold.reason);
  json.key("ticket");
  hold.ticket.empty() ? json.null() : json.text(hold.ticket);
  add_id(json, "command_id", hold.command);
  json.key("by").text(hold.command ? "operator" : "late_success");
  json.key("since").time(hold.since);
  json.close_object();
}

void add_waiting(JsonWriter& json, const Saga& saga) {
  json.key("waiting");
  const auto waiting = waiting_for(saga);
  if (!waiting) return json.null();
  json.open_object();
  json.key("for").text(waiting->on);
  json.key("text").text(waiting->text);
  json.key("since").time(waiting->since);
  add_time(json, "next_at", waiting->next_at);
  json.close_object();
}

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string status_label(order::Status status) {
  std::string text{to_text(status)};
  std::transform(text.begin(), text.end(), text.begin(), upper);
  return text;
}

Result<order::Status> parse_status_label(std::string_view text) {
  std::string name{text};
  std::transform(name.begin(), name.end(), name.begin(), lower);
  return order::parse_status(name);
}

std::string order_json(const Saga& saga, PartitionId partition,
                       const std::optional<Quarantined>& quarantined) {
  const order::PaymentView& told = saga.order.payment;
  std::string text;
  JsonWriter json{text};
  json.open_object();
  json.key("order_id").text(saga.id.text());
  json.key("status").text(status_label(status_of(saga)));
  json.key("open").boolean(is_open(saga));
  add_id(json, "customer_id", saga.payment ? std::optional{saga.payment->customer} : told.customer);
  add_amount(json, saga.payment ? std::optional{saga.payment->amount} : told.amount);
  write_money(json, saga.payment ? saga.payment->money : told.money);
  add_payment(json, saga);
  add_refunds(json, saga);
  add_disputes(json, saga);
  json.key("cancel_requested").boolean(saga.order.cancel_requested);
  const auto& stuck = saga.order.stuck;
  add_stopped(json, "stuck", stuck ? stuck->reason : "", stuck ? stuck->since : Time{});
  add_hold(json, saga);
  json.key("quarantined");
  if (quarantined) {
    json.open_object();
    json.key("reason").text(quarantined->reason);
    json.key("since").time(quarantined->since);
    json.key("queued").natural(quarantined->queued);
    json.close_object();
  } else {
    json.null();
  }
  add_parked(json, saga);
  add_waiting(json, saga);
  json.key("money_at_risk_minor").integer(money_at_risk_minor(saga));
  json.key("sequence").natural(saga.order.sequence);
  json.key("version").natural(saga.version);
  json.key("correlation_id").text(saga.correlation_id);
  json.key("partition").natural(index_of(partition));
  json.key("updated_at").time(saga.updated_at);
  json.close_object();
  return text;
}

std::string summary_json(const OrderSummary& summary) {
  std::string text;
  JsonWriter json{text};
  json.open_object();
  json.key("order_id").text(summary.order.text());
  json.key("status").text(status_label(summary.status));
  json.key("open").boolean(summary.open);
  add_id(json, "customer_id", summary.customer);
  add_amount(json, summary.amount);
  write_money(json, summary.money);
  add_stopped(json, "stuck", summary.stuck_reason, summary.stuck_since);
  json.key("held").boolean(is_held(summary));
  json.key("waiting");
  if (summary.waiting_on.empty()) {
    json.null();
  } else {
    json.open_object();
    json.key("for").text(summary.waiting_on);
    json.key("since").time(summary.waiting_since);
    add_time(json, "next_at", summary.next_wake_at);
    json.close_object();
  }
  json.key("money_at_risk_minor").integer(summary.money_at_risk_minor);
  json.key("version").natural(summary.version);
  json.key("partition").natural(index_of(summary.partition));
  json.key("updated_at").time(summary.updated_at);
  json.close_object();
  return text;
}

std::string history_json(const HistoryRow& row) {
  std::string text;
  JsonWriter json{text};
  json.open_object();
  json.key("at").time(row.decided_at);
  json.key("input").text(row.input_kind);
  json.key("input_id").text(row.input_id);
  json.key("outcome").text(row.outcome);
  json.key("summary").text(row.summary);
  json.key("journal_offset").integer(row.offset);
  json.key("events").raw(row.events.empty() ? "[]" : row.events);
  json.close_object();
  return text;
}

std::string dead_letter_json(const DeadLetter& letter) {
  std::string text;
  JsonWriter json{text};
  json.open_object();
  json.key("id").text(letter.id);
  json.key("topic").text(letter.topic);
  json.key("partition").natural(index_of(letter.partition));
  json.key("offset").integer(letter.offset);
  json.key("cause").text(letter.cause);
  json.key("at").time(letter.at);
  json.key("state").text(to_text(letter.state));
  if (letter.state != DeadLetter::State::waiting) {
    json.key("settled_at").time(letter.settled_at);
    json.key("settled_why").text(letter.settled_why);
  }
  json.key("key").text(letter.original.key);
  json.key("headers").open_object();
  for (const Header& header : letter.original.headers) json.any_key(header.name).text(header.value);
  json.close_object();
  json.key("value").text(letter.original.value);
  json.close_object();
  return text;
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

}  // namespace paysaga::storage
