#include "paysaga/sim/stripe/books.hpp"

#include <numeric>
#include <utility>

#include "paysaga/sim/stripe/json.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::array<std::string_view, violation_kinds> violation_names{
    "double_charge",           "double_refund", "refund_over_charge",
    "key_reused_other_params", "capture_twice", "capture_over_authorized"};

constexpr std::array<std::string_view, refusal_kinds> refusal_names{
    "confirm_after_success", "confirm_after_cancel", "cancel_after_success",
    "cancel_after_cancel",   "refund_of_unpaid",     "refund_after_refund",
    "refund_of_disputed",    "capture_unauthorized", "cancel_while_processing"};

std::int64_t signed_of(std::uint64_t count) {
  return static_cast<std::int64_t>(count);
}

template <std::size_t n>
void append_counts(JsonWriter& json, std::string_view name,
                   const std::array<std::string_view, n>& names,
                   const std::array<std::uint64_t, n>& counts) {
  json.open(name, '{');
  for (std::size_t i = 0; i < n; ++i) json.number(names[i], signed_of(counts[i]));
  json.close('}');
}

}  // namespace

std::string_view to_text(Violation violation) {
  return violation_names.at(static_cast<std::size_t>(violation));
}

std::string_view to_text(Refusal refusal) {
  return refusal_names.at(static_cast<std::size_t>(refusal));
}

Index Books::open_order(const Metadata& metadata) {
  const std::string_view order_id = find(metadata, "order_id");
  if (order_id.empty()) return no_index;
  const std::string_view ledger = find(metadata, "ledger");
  std::string key{ledger};
  key += '\0';
  key += order_id;
  const auto [it, added] = order_index_.try_emplace(std::move(key), orders_.size());
  if (added) {
    OrderBook& book = orders_.emplace_back();
    book.ledger = ledger;
    book.order_id = order_id;
  }
  return it->second;
}

void Books::count_intent(Index order, Index intent) {
  ++intents_;
  if (order == no_index) {
    ++unnamed_;
    return;
  }
  OrderBook& book = orders_[order];
  book.intents.push_back(intent);
  if (++book.live_intents > 1) ++orphans_;
}

void Books::count_cancel(Index order) {
  ++canceled_;
  if (order == no_index) return;
  OrderBook& book = orders_[order];
  ensure(book.live_intents > 0, "a cancelled intent was live");
  if (book.live_intents-- > 1) --orphans_;
}

void Books::count_charge(Index order, const Money& amount, Time now) {
  Totals& totals = totals_[std::string{amount.currency.text()}];
  totals.charged_minor += amount.minor;
  ++totals.charges;
  if (order == no_index) return;
  if (++orders_[order].charges > 1) count(Violation::double_charge, order, now);
}

void Books::count_refund(const Money& amount) {
  Totals& totals = totals_[std::string{amount.currency.text()}];
  totals.refunded_minor += amount.minor;
  ++totals.refunds;
}

void Books::count_refund_failed(const Money& amount) {
  Totals& totals = totals_[std::string{amount.currency.text()}];
  totals.refunded_minor -= amount.minor;
  totals.refund_failed_minor += amount.minor;
}

void Books::count_dispute(const Money& amount) {
  totals_[std::string{amount.currency.text()}].disputed_minor += amount.minor;
}

void Books::count_dispute_won(const Money& amount) {
  totals_[std::string{amount.currency.text()}].dispute_won_minor += amount.minor;
}

void Books::count(Violation violation, Index order, Time now, std::string key) {
  ++violations_[static_cast<std::size_t>(violation)];
  if (sightings_.size() < sightings_max) {
    sightings_.push_back({violation, order, now, std::move(key)});
  }
}

void Books::count(Refusal refusal) {
  ++refusals_[static_cast<std::size_t>(refusal)];
}

std::uint64_t Books::violations(Violation violation) const {
  return violations_[static_cast<std::size_t>(violation)];
}

std::uint64_t Books::violations() const {
  return std::accumulate(violations_.begin(), violations_.end(), std::uint64_t{0});
}

std::uint64_t Books::refusals(Refusal refusal) const {
  return refusals_[static_cast<std::size_t>(refusal)];
}

void Books::append_summary(std::string& out) const {
  JsonWriter json{out};
  json.open("totals", '{');
  for (const auto& [currency, totals] : totals_) {
    json.open(currency, '{');
    json.number("charged", totals.charged_minor);
    json.number("refunded", totals.refunded_minor);
    json.number("refund_failed", totals.refund_failed_minor);
    json.number("disputed", totals.disputed_minor);
    json.number("dispute_won", totals.dispute_won_minor);
    json.number("charges", signed_of(totals.charges));
    json.number("refunds", signed_of(totals.refunds));
    json.close('}');
  }
  json.close('}');
  json.number("orders_total", signed_of(orders_.size()));
  json.number("intents_total", signed_of(intents_));
  json.number("intents_canceled", signed_of(canceled_));
  json.number("intents_without_order", signed_of(unnamed_));
  json.number("orphans", signed_of(orphans_));
  json.number("declines", signed_of(declines_));
  json.number("violations_total", signed_of(violations()));
  append_counts(json, "violations", violation_names, violations_);
  json.open("sightings", '[');
  for (const Sighting& sighting : sightings_) {
    json.open('{');
    json.text("violation", to_text(sighting.violation));
    if (sighting.order != no_index) {
      json.text("order_id", orders_[sighting.order].order_id);
      json.text("ledger", orders_[sighting.order].ledger);
    }
    if (!sighting.key.empty()) json.text("idempotency_key", sighting.key);
    json.text("at", paysaga::to_text(sighting.at));
    json.close('}');
  }
  json.close(']');
  append_counts(json, "refusals", refusal_names, refusals_);
  json.open("requests", '{');
  for (std::size_t i = 0; i < endpoint_kinds; ++i) {
    json.number(to_text(static_cast<Endpoint>(i)), signed_of(requests_[i]));
  }
  json.close('}');
  json.open("answers", '{');
  for (const auto& [status, count] : answers_) {
    json.number(std::to_string(status), signed_of(count));
  }
  json.close('}');
  json.number("replays", signed_of(replays_));
  json.number("keys_in_use", signed_of(keys_in_use_));
  json.open("faults", '{');
  for (std::size_t kind = 1; kind < fault_kinds; ++kind) {
    json.number(to_text(static_cast<Fault>(kind)), signed_of(faults_[kind]));
  }
  json.close('}');
}

}  // namespace paysaga::sim::stripe
