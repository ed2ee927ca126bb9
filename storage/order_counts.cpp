#include "paysaga/storage/order_counts.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "paysaga/storage/codec_blank.hpp"
#include "paysaga/storage/codec_view.hpp"
#include "paysaga/storage/json_reader.hpp"
#include "paysaga/storage/json_writer.hpp"
#include "paysaga/storage/order_row.hpp"

namespace paysaga::storage {
namespace {

constexpr std::array<std::pair<CountBy, std::string_view>, 4> ways = {
    {{CountBy::status, "status"},
     {CountBy::reason, "reason"},
     {CountBy::currency, "currency"},
     {CountBy::waiting, "waiting"}}};

constexpr std::size_t page_max = 1'000;

/// Rows by group and currency, as they grow.
class Counting {
 public:
  void add_order(std::string group, const OrderSummary& order, Time since) {
    std::vector<StatusCount> one;
    count(one, order, 1);
    OrderCount part = part_of(std::move(group), one.front());
    part.oldest = OrderCount::Oldest{order.order, since};
    add(rows_, part);
  }
  void add_status(std::string group, const StatusCount& count) {
    add(rows_, part_of(std::move(group), count));
  }
  /// Not all was looked at, so no row is sure to be whole.
  void mark_more() {
    for (OrderCount& row : rows_) row.more = true;
  }
  [[nodiscard]] std::vector<OrderCount> take() { return std::move(rows_); }

 private:
  static OrderCount part_of(std::string group, const StatusCount& count) {
    OrderCount part{.group = std::move(group), .currency = count.currency};
    part.orders = count.orders;
    part.open = count.open;
    part.stuck = count.stuck;
    part.amount_minor = count.amount_minor;
    part.money = count.money;
    part.money_at_risk_minor = count.money_at_risk_minor;
    return part;
  }
  std::vector<OrderCount> rows_;
};

Result<void> count_statuses(const StateStore& store, const PartitionSet& partitions, CountBy by,
                            Counting& counting) {
  for (const PartitionId partition : partitions) {
    const auto counts = store.counts(partition);
    if (!counts) return tl::unexpected<Error>{counts.error()};
    for (const StatusCount& count : *counts) {
      counting.add_status(by == CountBy::status ? status_label(count.status) : "", count);
    }
  }
  return {};
}

/// Gives each order of a list to `take`, until that one has enough. True: that was all.
template <class Take>
Result<bool> walk(const StateStore& store, OrderQuery query, std::size_t looked_at_max,
                  const Take& take) {
  query.limit = std::min(page_max, looked_at_max);
  for (std::size_t seen = 0; seen < looked_at_max; seen += query.limit) {
    const auto page = store.list(query);
    if (!page) return tl::unexpected<Error>{page.error()};
    for (const OrderSummary& order : page->orders) {
      if (!take(order)) return true;
    }
    if (page->next.empty()) return true;
    query.after = page->next;
  }
  return false;
}

Result<void> count_stuck(const StateStore& store, const PartitionSet& partitions,
                         std::size_t looked_at_max, Counting& counting) {
  OrderQuery query;
  query.partitions = partitions;
  query.stuck = true;
  query.oldest_first = true;
  const auto all = walk(store, query, looked_at_max, [&](const OrderSummary& order) {
    counting.add_order(order.stuck_reason, order, order.stuck_since);
    return true;
  });
  if (!all) return tl::unexpected<Error>{all.error()};
  if (!*all) counting.mark_more();
  for (const PartitionId partition : partitions) {
    const auto quarantined = store.quarantined(partition);
    if (!quarantined) return tl::unexpected<Error>{quarantined.error()};
    for (const Quarantined& one : *quarantined) {
      const auto known = store.summary(one.order);
      if (!known) return tl::unexpected<Error>{known.error()};
      // Its first input may have stopped it.
      const OrderSummary order = *known ? **known : OrderSummary{.order = one.order};
      counting.add_order("quarantined", order, one.since);
    }
  }
  return {};
}

/// Open orders of ended statuses have changed lately: that is why they are open. The others have
/// waited the longer the longer ago they changed.
bool is_oldest_first(order::Status status) {
  return order::is_open(status);
}

Result<void> count_waiting(const StateStore& store, const PartitionSet& partitions,
                           std::size_t looked_at_max, Counting& counting) {
  std::array<std::uint64_t, static_cast<std::size_t>(shape::Last<order::Status>::value) + 1> open{};
  for (const PartitionId partition : partitions) {
    const auto counts = store.counts(partition);
    if (!counts) return tl::unexpected<Error>{counts.error()};
    for (const StatusCount& count : *counts) {
      open[static_cast<std::size_t>(count.status)] += count.open;
    }
  }
  bool more = false;
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (open[i] == 0) continue;
    OrderQuery query;
    query.status = static_cast<order::Status>(i);
    query.partitions = partitions;
    query.oldest_first = is_oldest_first(*query.status);
    std::uint64_t left = open[i];
    const auto all = walk(store, query, looked_at_max, [&](const OrderSummary& order) {
      if (!order.open) return true;
      counting.add_order(order.waiting_on, order, order.waiting_since);
      return --left > 0;
    });
    if (!all) return tl::unexpected<Error>{all.error()};
    more = more || !*all;
  }
  if (more) counting.mark_more();
  return {};
}

std::optional<std::int64_t> integer_at(const JsonValue& json, std::string_view name) {
  const auto value = json.find(name);
  return value ? value->integer() : std::nullopt;
}

/// False if one is missing.
bool read_numbers(const JsonValue& json, OrderCount& count) {
  const auto money = json.find("money");
  if (!money) return false;
  bool sound = true;
  const auto take = [&sound](const JsonValue& from, std::string_view name, auto& member) {
    const auto number = integer_at(from, name);
    sound = sound && number;
    member = static_cast<std::remove_reference_t<decltype(member)>>(number.value_or(0));
  };
  take(json, "orders", count.orders);
  take(json, "open", count.open);
  take(json, "stuck", count.stuck);
  take(json, "amount_minor", count.amount_minor);
  take(json, "money_at_risk_minor", count.money_at_risk_minor);
  take(*money, "authorized", count.money.authorized);
  take(*money, "captured", count.money.captured);
  take(*money, "refunding", count.money.refunding);
  take(*money, "refunded", count.money.refunded);
  take(*money, "disputed", count.money.disputed);
  take(*money, "lost", count.money.lost);
  return sound;
}

/// False if it is there and cannot be read.
bool read_oldest(const JsonValue& json, OrderCount& count) {
  const auto oldest = json.find("oldest");
  if (!oldest || oldest->type() == JsonType::null) return oldest.has_value();
  const auto order = oldest->find("order_id");
  const auto since = oldest->find("since");
  auto id = OrderId::parse(order ? order->text().value_or("") : "");
  const auto time = parse_time(since ? since->text().value_or("") : "");
  if (!id || !time) return false;
  count.oldest = OrderCount::Oldest{std::move(*id), *time};
  return true;
}

}  // namespace

std::string_view to_text(CountBy by) {
  for (const auto& [way, name] : ways) {
    if (way == by) return name;
  }
  ensure(false, "every way of counting has its name");
  return {};
}

Result<CountBy> parse_count_by(std::string_view text) {
  for (const auto& [way, name] : ways) {
    if (name == text) return way;
  }
  return fail(ErrorCode::malformed, "orders are counted by status, reason, currency or waiting");
}

Result<std::vector<OrderCount>> count_orders(const StateStore& store,
                                             const PartitionSet& partitions, CountBy by,
                                             std::size_t looked_at_max) {
  ensure(looked_at_max > 0, "something is looked at");
  Counting counting;
  Result<void> counted;
  if (by == CountBy::status || by == CountBy::currency) {
    counted = count_statuses(store, partitions, by, counting);
  } else if (by == CountBy::reason) {
    counted = count_stuck(store, partitions, looked_at_max, counting);
  } else {
    counted = count_waiting(store, partitions, looked_at_max, counting);
  }
  if (!counted) return tl::unexpected<Error>{counted.error()};
  return counting.take();
}

void add(std::vector<OrderCount>& sum, const OrderCount& part) {
  const auto place = [](const OrderCount& count) { return std::tie(count.group, count.currency); };
  auto found = std::ranges::lower_bound(sum, place(part), {}, place);
  if (found == sum.end() || place(*found) != place(part)) {
    sum.insert(found, part);
    return;
  }
  std::vector<StatusCount> both;
  for (const OrderCount* one : {&std::as_const(*found), &part}) {
    add(both, {StatusCount{{},
                           one->currency,
                           one->orders,
                           one->open,
                           one->stuck,
                           one->amount_minor,
                           one->money,
                           one->money_at_risk_minor}});
  }
  const StatusCount& total = both.front();
  found->orders = total.orders;
  found->open = total.open;
  found->stuck = total.stuck;
  found->amount_minor = total.amount_minor;
  found->money = total.money;
  found->money_at_risk_minor = total.money_at_risk_minor;
  found->more = found->more || part.more;
  if (part.oldest && (!found->oldest || part.oldest->since < found->oldest->since)) {
    found->oldest = part.oldest;
  }
}

std::string count_json(const OrderCount& count, CountBy by) {
  std::string text;
  JsonWriter json{text};
  json.open_object();
  if (by != CountBy::currency) json.key(to_text(by)).text(count.group);
  json.key("currency");
  count.currency ? json.text(count.currency->text()) : json.null();
  json.key("orders").natural(count.orders);
  json.key("open").natural(count.open);
  json.key("stuck").natural(count.stuck);
  json.key("amount_minor").integer(count.amount_minor);
  write_money(json, count.money);
  json.key("money_at_risk_minor").integer(count.money_at_risk_minor);
  json.key("oldest");
  if (count.oldest) {
    json.open_object();
    json.key("order_id").text(count.oldest->order.text());
    json.key("since").time(count.oldest->since);
    json.close_object();
  } else {
    json.null();
  }
  json.key("more").boolean(count.more);
  json.close_object();
  return text;
}

Result<OrderCount> parse_count(std::string_view json, CountBy by) {
  const auto document = JsonDocument::parse(json);
  if (!document) return tl::unexpected<Error>{document.error()};
  const JsonValue root = document->root();
  OrderCount count;
  const auto group = root.find(to_text(by));
  const auto currency = root.find("currency");
  const auto more = root.find("more");
  bool sound = read_numbers(root, count) && read_oldest(root, count) && currency && more;
  if (by != CountBy::currency) {
    sound = sound && group && group->text();
    if (sound) count.group = *group->text();
  }
  if (sound && currency->type() != JsonType::null) {
    const auto parsed = Currency::parse(currency->text().value_or(""));
    sound = parsed.has_value();
    if (parsed) count.currency = *parsed;
  }
  if (!sound) return fail(ErrorCode::malformed, "this is no count of orders");
  count.more = more->boolean().value_or(false);
  return count;
}

}  // namespace paysaga::storage
