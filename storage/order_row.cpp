#include "paysaga/storage/order_row.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <xxhash.h>

#include "paysaga/storage/bytes.hpp"
#include "paysaga/storage/codec_blank.hpp"
#include "paysaga/storage/envelope.hpp"

namespace paysaga::storage {
namespace {

constexpr std::uint8_t row_version = 1;
constexpr std::int64_t no_time = std::numeric_limits<std::int64_t>::min();
constexpr std::size_t front_bytes_typical = 256;

/// Unsigned arithmetic wraps; signed overflow would be undefined.
void add_wrapping(std::int64_t& sum, std::int64_t value, int sign) {
  const auto part = static_cast<std::uint64_t>(value);
  const auto whole = static_cast<std::uint64_t>(sum);
  sum = static_cast<std::int64_t>(sign > 0 ? whole + part : whole - part);
}

void add_wrapping(MoneyTotals& sum, const MoneyTotals& value, int sign) {
  add_wrapping(sum.authorized, value.authorized, sign);
  add_wrapping(sum.captured, value.captured, sign);
  add_wrapping(sum.refunding, value.refunding, sign);
  add_wrapping(sum.refunded, value.refunded, sign);
  add_wrapping(sum.disputed, value.disputed, sign);
  add_wrapping(sum.lost, value.lost, sign);
}

void write_currency(ByteWriter& bytes, const std::optional<Currency>& currency) {
  bytes.text(currency ? currency->text() : std::string_view{});
}

/// False if it is no currency.
bool read_currency(ByteReader& bytes, std::optional<Currency>& currency) {
  const std::string_view text = bytes.text();
  if (text.empty()) return true;
  const auto parsed = Currency::parse(text);
  if (parsed) currency = *parsed;
  return parsed.has_value();
}

void write_money(ByteWriter& bytes, const MoneyTotals& money) {
  bytes.i64(money.authorized);
  bytes.i64(money.captured);
  bytes.i64(money.refunding);
  bytes.i64(money.refunded);
  bytes.i64(money.disputed);
}

MoneyTotals read_money(ByteReader& bytes) {
  MoneyTotals money;
  money.authorized = bytes.i64();
  money.captured = bytes.i64();
  money.refunding = bytes.i64();
  money.refunded = bytes.i64();
  money.disputed = bytes.i64();
  return money;
}

bool read_status(ByteReader& bytes, order::Status& status) {
  const std::uint8_t number = bytes.u8();
  status = static_cast<order::Status>(number);
  return number <= static_cast<std::uint8_t>(shape::Last<order::Status>::value);
}

std::uint32_t front_size(std::string_view bytes) {
  return ByteReader{bytes}.u32();
}

constexpr std::size_t front_begin = 4;

}  // namespace

OrderSummary summarize(const Saga& saga, PartitionId partition, Offset offset) {
  OrderSummary summary{.order = saga.id};
  summary.partition = partition;
  summary.status = status_of(saga);
  summary.open = is_open(saga);
  summary.version = saga.version;
  summary.offset = offset;
  if (saga.payment) {
    summary.customer = saga.payment->customer;
    summary.amount = saga.payment->amount;
    summary.money = saga.payment->money;
  } else {
    summary.customer = saga.order.payment.customer;
    summary.amount = saga.order.payment.amount;
    summary.money = saga.order.payment.money;
  }
  summary.money_at_risk_minor = money_at_risk_minor(saga);
  if (saga.order.stuck) {
    summary.stuck_reason = saga.order.stuck->reason;
    summary.stuck_since = saga.order.stuck->since;
  }
  if (const auto waiting = waiting_for(saga)) {
    summary.waiting_on = waiting->on;
    summary.waiting_since = waiting->since;
  }
  summary.updated_at = saga.updated_at;
  summary.next_wake_at = next_wake_at(saga);
  return summary;
}

bool is_held(const OrderSummary& summary) {
  return summary.waiting_on == "operator";
}

std::vector<std::string> provider_ids_of(const Saga& saga) {
  std::vector<std::string> ids;
  if (!saga.payment) return ids;
  const payment::Payment& payment = *saga.payment;
  if (payment.intent) {
    ids.push_back(payment.intent->id.text());
    if (payment.intent->latest_charge) ids.push_back(payment.intent->latest_charge->text());
  }
  for (const payment::Refund& refund : payment.refunds) {
    if (refund.provider_id) ids.push_back(refund.provider_id->text());
  }
  for (const payment::Dispute& dispute : payment.disputes) ids.push_back(dispute.id.text());
  return ids;
}

std::uint64_t hash_of(const std::vector<std::string>& provider_ids) {
  std::string all;
  for (const std::string& id : provider_ids) {
    all += id;
    all += '\0';
  }
  return XXH3_64bits(all.data(), all.size());
}

std::string encode_row(const OrderRow& row, std::string_view state) {
  const OrderSummary& summary = row.summary;
  ByteWriter bytes{front_bytes_typical + state.size()};
  bytes.u32(0);  // The size; known at the end.
  bytes.raw(open_envelope(row_version));
  bytes.u8(static_cast<std::uint8_t>(summary.status));
  bytes.u8(summary.open ? 1 : 0);
  bytes.u32(index_of(summary.partition));
  bytes.u64(summary.version);
  bytes.i64(summary.offset);
  bytes.i64(micros_of(summary.updated_at));
  bytes.i64(summary.next_wake_at ? micros_of(*summary.next_wake_at) : no_time);
  bytes.i64(summary.money_at_risk_minor);
  write_money(bytes, summary.money);
  bytes.i64(summary.amount ? summary.amount->minor : 0);
  write_currency(bytes, summary.amount ? std::optional{summary.amount->currency} : std::nullopt);
  bytes.u64(row.provider_ids_hash);
  bytes.i64(micros_of(summary.stuck_since));
  bytes.i64(micros_of(summary.waiting_since));
  bytes.text(summary.stuck_reason);
  bytes.text(summary.waiting_on);
  bytes.text(summary.customer ? std::string_view{summary.customer->text()} : std::string_view{});
  // Behind all else, and only where there is something: rows of before end here.
  if (summary.money.lost != 0) bytes.i64(summary.money.lost);
  std::string out = bytes.take();
  close_envelope(out, front_begin);
  const auto size = static_cast<std::uint32_t>(out.size() - front_begin);
  for (std::size_t i = 0; i < front_begin; ++i) {
    out[i] = static_cast<char>((size >> (8 * i)) & 0xFFU);
  }
  out += state;
  return out;
}

Result<OrderRow> decode_row(const OrderId& order, std::string_view bytes) {
  const std::string name = "the row of order " + order.text();
  const std::uint32_t size = front_size(bytes);
  if (bytes.size() < front_begin + size) return fail(ErrorCode::corrupt, name + " is cut off");
  const auto body = read_envelope(bytes.substr(front_begin, size), row_version, name);
  if (!body) return tl::unexpected<Error>{body.error()};
  ByteReader reader{*body};
  OrderRow row{.summary = OrderSummary{.order = order}};
  OrderSummary& summary = row.summary;
  bool sound = read_status(reader, summary.status);
  summary.open = reader.u8() != 0;
  summary.partition = PartitionId{reader.u32()};
  summary.version = reader.u64();
  summary.offset = reader.i64();
  summary.updated_at = time_from_micros(reader.i64());
  const std::int64_t wake = reader.i64();
  if (wake != no_time) summary.next_wake_at = time_from_micros(wake);
  summary.money_at_risk_minor = reader.i64();
  summary.money = read_money(reader);
  const std::int64_t amount = reader.i64();
  std::optional<Currency> currency;
  sound = read_currency(reader, currency) && sound;
  if (currency) summary.amount = Money{amount, *currency};
  row.provider_ids_hash = reader.u64();
  summary.stuck_since = time_from_micros(reader.i64());
  summary.waiting_since = time_from_micros(reader.i64());
  summary.stuck_reason = reader.text();
  summary.waiting_on = reader.text();
  if (const std::string_view customer = reader.text(); !customer.empty()) {
    const auto parsed = CustomerId::parse(customer);
    sound = sound && parsed.has_value();
    if (parsed) summary.customer = *parsed;
  }
  if (!reader.at_end()) summary.money.lost = reader.i64();
  if (!sound || !reader.at_end()) return fail(ErrorCode::corrupt, name + " cannot be read");
  return row;
}

Result<std::string_view> state_of_row(const OrderId& order, std::string_view bytes) {
  const std::size_t begin = front_begin + front_size(bytes);
  if (bytes.size() < begin) {
    return fail(ErrorCode::corrupt, "the row of order " + order.text() + " is cut off");
  }
  return bytes.substr(begin);
}

void count(std::vector<StatusCount>& counts, const OrderSummary& summary, int sign) {
  StatusCount part{.status = summary.status, .currency = std::nullopt};
  if (summary.amount) part.currency = summary.amount->currency;
  const auto same = [&](const StatusCount& other) {
    return other.status == part.status && other.currency == part.currency;
  };
  auto found = std::find_if(counts.begin(), counts.end(), same);
  if (found == counts.end()) found = counts.insert(counts.end(), part);
  const auto step = static_cast<std::uint64_t>(sign);  // -1 wraps to what takes one away.
  found->orders += step;
  if (summary.open) found->open += step;
  if (!summary.stuck_reason.empty()) found->stuck += step;
  if (summary.amount) add_wrapping(found->amount_minor, summary.amount->minor, sign);
  add_wrapping(found->money, summary.money, sign);
  add_wrapping(found->money_at_risk_minor, summary.money_at_risk_minor, sign);
  if (found->orders == 0) counts.erase(found);
}

void add(std::vector<StatusCount>& sum, const std::vector<StatusCount>& part) {
  for (const StatusCount& count : part) {
    auto found = std::find_if(sum.begin(), sum.end(), [&](const StatusCount& other) {
      return other.status == count.status && other.currency == count.currency;
    });
    if (found == sum.end()) {
      sum.push_back(count);
      continue;
    }
    found->orders += count.orders;
    found->open += count.open;
    found->stuck += count.stuck;
    add_wrapping(found->amount_minor, count.amount_minor, 1);
    add_wrapping(found->money, count.money, 1);
    add_wrapping(found->money_at_risk_minor, count.money_at_risk_minor, 1);
  }
  std::sort(sum.begin(), sum.end(), [](const StatusCount& a, const StatusCount& b) {
    return std::pair{a.status, a.currency} < std::pair{b.status, b.currency};
  });
}

std::string encode_counts(const std::vector<StatusCount>& counts) {
  ByteWriter bytes{counts.size() * 96 + 16};
  bytes.raw(open_envelope(row_version));
  bytes.count(counts.size());
  for (const StatusCount& count : counts) {
    bytes.u8(static_cast<std::uint8_t>(count.status));
    write_currency(bytes, count.currency);
    bytes.u64(count.orders);
    bytes.u64(count.open);
    bytes.u64(count.stuck);
    bytes.i64(count.amount_minor);
    write_money(bytes, count.money);
    bytes.i64(count.money_at_risk_minor);
  }
  // As in a row: behind all else, and only where there is something.
  const bool lost = std::ranges::any_of(counts, [](const auto& c) { return c.money.lost != 0; });
  for (const StatusCount& count : counts) {
    if (lost) bytes.i64(count.money.lost);
  }
  std::string out = bytes.take();
  close_envelope(out);
  return out;
}

Result<std::vector<StatusCount>> decode_counts(std::string_view bytes) {
  const auto body = read_envelope(bytes, row_version, "the counts of a partition");
  if (!body) return tl::unexpected<Error>{body.error()};
  ByteReader reader{*body};
  std::vector<StatusCount> counts;
  constexpr std::size_t count_bytes_min = 77;
  bool sound = true;
  for (std::uint32_t left = reader.count(count_bytes_min); left > 0; --left) {
    StatusCount count{.status = order::Status::pending, .currency = std::nullopt};
    sound = read_status(reader, count.status) && sound;
    sound = read_currency(reader, count.currency) && sound;
    count.orders = reader.u64();
    count.open = reader.u64();
    count.stuck = reader.u64();
    count.amount_minor = reader.i64();
    count.money = read_money(reader);
    count.money_at_risk_minor = reader.i64();
    counts.push_back(count);
  }
  if (!reader.at_end()) {
    for (StatusCount& count : counts) count.money.lost = reader.i64();
  }
  if (!sound || !reader.at_end()) {
    return fail(ErrorCode::corrupt, "the counts of a partition cannot be read");
  }
  return counts;
}

std::string history_of(const DecisionView& decision) {
  std::string history = "[";
  auto outputs = decision.outputs();
  if (outputs.size() > decision.events) outputs.resize(decision.events);
  for (const RecordOutput& output : outputs) {
    if (history.size() > 1) history += ',';
    history += output.record.value;
  }
  return history + "]";
}

std::string encode_history(const DecisionView& decision) {
  ByteWriter bytes{decision.summary.size() + decision.history.size() + 256};
  bytes.raw(open_envelope(row_version));
  bytes.i64(micros_of(decision.decided_at));
  bytes.text(decision.input_id);
  bytes.text(decision.input_kind);
  bytes.text(decision.outcome);
  bytes.text(decision.summary);
  bytes.text(decision.history);
  std::string out = bytes.take();
  close_envelope(out);
  return out;
}

Result<HistoryRow> decode_history(Offset offset, std::string_view bytes) {
  const auto body = read_envelope(bytes, row_version, "a row of an order's history");
  if (!body) return tl::unexpected<Error>{body.error()};
  ByteReader reader{*body};
  HistoryRow row;
  row.offset = offset;
  row.decided_at = time_from_micros(reader.i64());
  row.input_id = reader.text();
  row.input_kind = reader.text();
  row.outcome = reader.text();
  row.summary = reader.text();
  row.events = reader.text();
  if (!reader.at_end()) return fail(ErrorCode::corrupt, "a row of an order's history is cut off");
  return row;
}

std::optional<DeadLetter> dead_letter_of(const AppliedRecord& record, PartitionId partition) {
  const DecisionView& decision = record.decision;
  const bool skipped = decision.action == Action::dequeue && decision.outcome == "skipped";
  if (decision.action != Action::dead_letter && !skipped) return std::nullopt;
  DeadLetter letter;
  if (const auto outputs = decision.outputs(); !outputs.empty()) {
    auto read = dead_letter_of(outputs.front().record);
    if (read) {
      letter = std::move(*read);
    } else {
      letter.original = outputs.front().record;
      letter.partition = partition;
    }
  }
  if (letter.cause.empty()) letter.cause = decision.summary;
  if (letter.at == Time{}) letter.at = decision.decided_at;
  if (letter.id.empty()) {
    letter.id = letter.offset >= 0 ? input_id_of(letter.topic, letter.partition, letter.offset)
                                   : input_id_of("journal", partition, record.offset);
  }
  return letter;
}

bool settles_dead_letter(const DecisionView& decision) {
  return decision.action == Action::redrive || decision.action == Action::discard;
}

void settle(DeadLetter& letter, const DecisionView& decision) {
  letter.state = decision.action == Action::redrive ? DeadLetter::State::redriven
                                                    : DeadLetter::State::discarded;
  letter.settled_at = decision.decided_at;
  letter.settled_why = decision.summary;
}

std::string to_text(const PageCursor& place) {
  return std::to_string(micros_of(place.at)) + '.' + place.id;
}

PageCursor place_of(const OrderSummary& order) {
  return {order.updated_at, order.order.text()};
}

PageCursor place_of(const DeadLetter& letter) {
  return {letter.at, letter.id};
}

Result<PageCursor> parse_page_cursor(std::string_view text) {
  std::int64_t micros = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), micros);
  if (error != std::errc{} || end == text.data() + text.size() || *end != '.') {
    return fail(ErrorCode::malformed,
                "'after' is no place in a list; take it from the page before");
  }
  const auto at = static_cast<std::size_t>(end - text.data());
  return PageCursor{time_from_micros(micros), std::string{text.substr(at + 1)}};
}

bool matches(const OrderQuery& query, const OrderSummary& summary) {
  if (query.status && summary.status != *query.status) return false;
  if (query.customer && summary.customer != query.customer) return false;
  if (query.stuck && summary.stuck_reason.empty()) return false;
  if (!query.stuck_reason.empty() && summary.stuck_reason != query.stuck_reason) return false;
  if (query.open && !summary.open) return false;
  if (query.held && !is_held(summary)) return false;
  if (query.partitions && !query.partitions->contains(summary.partition)) return false;
  return !query.older_than || summary.updated_at < *query.older_than;
}

}  // namespace paysaga::storage
