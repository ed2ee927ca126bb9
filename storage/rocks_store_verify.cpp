#include <algorithm>
#include <map>

#include "paysaga/storage/codec_saga.hpp"
#include "paysaga/storage/keys.hpp"
#include "paysaga/storage/rocks_store_impl.hpp"

namespace paysaga::storage {
namespace {

std::string name_of(PartitionId partition) {
  return "partition " + std::to_string(index_of(partition));
}

/// Reads every row once, and asks for each what it says of others.
class Verifying {
 public:
  explicit Verifying(RocksStore::Impl& store) : store_{store}, db_{*store.db} {}

  [[nodiscard]] Result<StoreReport> run() {
    using Check = void (Verifying::*)(std::string_view, std::string_view);
    const std::pair<Family, Check> families[] = {
        {Family::orders, &Verifying::order},
        {Family::history, &Verifying::history},
        {Family::timers, &Verifying::timer},
        {Family::index, &Verifying::index},
        {Family::dead_letters, &Verifying::dead_letter},
        {Family::quarantine, &Verifying::quarantine},
    };
    for (const auto& [family, check] : families) {
      RocksScan scan = db_.scan(family, {}, {});
      for (; !scan.done(); scan.next()) (this->*check)(scan.key(), scan.value());
      if (auto status = scan.status(); !status) return tl::unexpected{status.error()};
    }
    for (std::uint32_t i = 0; i < store_.identity.partition_count; ++i) partition(PartitionId{i});
    for (const auto& [order, queue] : queues_) {
      if (queue.there != queue.told) {
        report_.add("the queue of order " + order + " has " + std::to_string(queue.there) +
                    " inputs, its quarantine says " + std::to_string(queue.told));
      }
    }
    return std::move(report_);
  }

 private:
  struct Queue {
    std::uint64_t there = 0;
    std::uint64_t told = 0;
  };

  /// Something that must be there; a value of none is not compared.
  void expect(Family family, const std::string& key, std::optional<std::string_view> value,
              const std::string& what) {
    const auto found = db_.get(family, key);
    if (!found) return report_.add(what + " cannot be read: " + found.error().detail);
    if (!*found) return report_.add(what + " is missing");
    if (value && **found != *value) report_.add(what + " says something else");
  }

  void order(std::string_view key, std::string_view value) {
    ++report_.orders;
    const std::string name = "order " + std::string{key};
    const auto id = OrderId::parse(key);
    if (!id) return report_.add("a row of the orders has no order's id");
    const auto row = decode_row(*id, value);
    if (!row) return report_.add(row.error().detail);
    const auto bytes = state_of_row(*id, value);
    if (!bytes) return report_.add(bytes.error().detail);
    const auto saga = decode_saga(*bytes);
    if (!saga) return report_.add(name + ": " + saga.error().detail);
    const OrderSummary& summary = row->summary;
    if (saga->id != *id) report_.add(name + " holds the state of order " + saga->id.text());
    if (summary != summarize(*saga, summary.partition, summary.offset)) {
      report_.add("the summary of " + name + " is not that of its state");
    }
    const std::vector<std::string> ids = provider_ids_of(*saga);
    if (hash_of(ids) != row->provider_ids_hash) {
      report_.add("the summary of " + name + " knows other ids of the provider than its state");
    }
    for (const std::string& of : ids) {
      expect(Family::index, keys::provider(of), key, "the index of " + of + " to " + name);
    }
    for (const std::string& place : places_of(summary)) {
      expect(Family::index, place, std::nullopt, "a place of " + name + " in the index");
    }
    if (summary.next_wake_at) {
      expect(Family::timers, keys::timer(summary.partition, *summary.next_wake_at, key), {},
             "the timer of " + name);
    }
    count(counts_[summary.partition], summary, 1);
    Offset& newest = newest_[summary.partition];
    newest = std::max(newest, summary.offset);
  }

  static std::vector<std::string> places_of(const OrderSummary& summary) {
    const std::string& order = summary.order.text();
    std::vector<std::string> places{keys::by_status(summary.status, summary.updated_at, order)};
    if (summary.customer) {
      places.push_back(keys::by_customer(summary.customer->text(), summary.updated_at, order));
    }
    if (!summary.stuck_reason.empty()) places.push_back(keys::stuck(summary.updated_at, order));
    return places;
  }

  void history(std::string_view key, std::string_view value) {
    ++report_.history;
    const std::string order{key.substr(0, key.find('\0'))};
    const auto offset = keys::split_offset(key);
    if (!offset) return report_.add("a row of the history has no offset");
    const auto row = decode_history(*offset, value);
    if (!row) report_.add("the history of order " + order + ": " + row.error().detail);
  }

  /// The summary of an order that an index names.
  std::optional<OrderSummary> summary_of(std::string_view order, const std::string& index) {
    const auto id = OrderId::parse(order);
    if (!id) {
      report_.add(index + " has a row that names no order");
      return std::nullopt;
    }
    auto row = store_.row(*id, nullptr);
    if (!row) return std::nullopt;  // Told of already.
    if (!*row) {
      report_.add(index + " names order " + id->text() + ", which is not there");
      return std::nullopt;
    }
    return std::move((*row)->summary);
  }

  void timer(std::string_view key, std::string_view) {
    ++report_.timers;
    const auto place = keys::split_timed(key, sizeof(std::uint32_t));
    const auto summary = summary_of(place ? place->order : std::string_view{}, "the timers");
    if (!summary) return;
    const auto& at = summary->next_wake_at;
    if (!at || keys::timer(summary->partition, *at, summary->order.text()) != key) {
      report_.add("order " + summary->order.text() + " has a timer that its state does not know");
    }
  }

  void index(std::string_view key, std::string_view value) {
    ++report_.index;
    if (key.starts_with('P')) {
      (void)summary_of(value, "the index of the provider's ids");
      return;
    }
    if (key.starts_with('D')) {
      return expect(Family::dead_letters, std::string{value}, std::nullopt,
                    "the dead letter " + std::string{key.substr(1)});
    }
    const std::size_t prefix_bytes = key.starts_with('C')   ? key.find('\0') + 1
                                     : key.starts_with('S') ? 2
                                                            : 1;
    const auto place = keys::split_timed(key, prefix_bytes);
    const auto summary = summary_of(place ? place->order : std::string_view{}, "an index");
    if (!summary) return;
    const auto places = places_of(*summary);
    if (std::ranges::find(places, key) != places.end()) return;
    report_.add("order " + summary->order.text() + " stands in an index where it is no more");
  }

  void dead_letter(std::string_view key, std::string_view value) {
    ++report_.dead_letters;
    const auto letter = decode_dead_letter(value);
    if (!letter) return report_.add(letter.error().detail);
    if (keys::dead_letter(letter->at, letter->id) != key) {
      return report_.add("the dead letter " + letter->id + " stands in another's place");
    }
    expect(Family::index, keys::dead_letter_id(letter->id), key,
           "the index of the dead letter " + letter->id);
  }

  void quarantine(std::string_view key, std::string_view value) {
    if (key.starts_with('E')) {
      ++report_.queued;
      ++queues_[std::string{key.substr(1, key.find('\0') - 1)}].there;
      return;
    }
    if (key.starts_with('O')) {
      return expect(Family::quarantine, std::string{value}, std::nullopt,
                    "the quarantine of order " + std::string{key.substr(1)});
    }
    ++report_.quarantined;
    const auto order = OrderId::parse(key.substr(keys::quarantine(PartitionId{}, {}).size()));
    if (!order) return report_.add("the quarantine names no order");
    const auto record = decode_quarantine(*order, value);
    if (!record) return report_.add(record.error().detail);
    queues_[order->text()].told = record->queued;
    expect(Family::quarantine, keys::quarantine_of(order->text()), key,
           "the way to the quarantine of order " + order->text());
  }

  void partition(PartitionId id) {
    RocksStore::Impl::Slot& slot = store_.slot(id);
    const std::lock_guard lock{slot.mutex};
    const auto head = store_.head(id, slot);
    if (!head) return report_.add(name_of(id) + ": " + head.error().detail);
    if ((*head)->restoring) {
      return report_.add(name_of(id) + " is being restored, or a restore was broken off");
    }
    std::vector<StatusCount> told;
    std::vector<StatusCount> there;
    add(told, (*head)->counts);
    add(there, counts_[id]);
    if (told != there) report_.add("the counts of " + name_of(id) + " are not those of its orders");
    if (newest_.contains(id) && newest_[id] >= (*head)->position.next) {
      report_.add(name_of(id) + " has an order from behind its position");
    }
  }

  RocksStore::Impl& store_;
  const RocksDb& db_;
  StoreReport report_;
  std::map<PartitionId, std::vector<StatusCount>> counts_;
  std::map<PartitionId, Offset> newest_;
  std::map<std::string, Queue> queues_;
};

}  // namespace

Result<StoreReport> RocksStore::verify() const {
  return Verifying{*impl_}.run();
}

}  // namespace paysaga::storage
