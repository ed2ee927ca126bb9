#include "apps/store_rebuild.hpp"

#include <deque>
#include <filesystem>

#include "apps/rebuild_source.hpp"
#include "paysaga/storage/acceptor.hpp"
#include "paysaga/storage/codec_saga.hpp"
#include "paysaga/storage/order_row.hpp"
#include "paysaga/storage/rocks_store.hpp"
#include "paysaga/storage/snapshot.hpp"

namespace paysaga::apps {
namespace {

using storage::PartitionId;
using storage::RocksStore;

constexpr std::size_t page_orders = 1'000;

/// What a batch of the journal says, as a node applies it.
struct Batch {
  std::vector<storage::AppliedRecord> records;
  std::deque<std::string> histories;  // What `records` looks into.

  [[nodiscard]] Result<void> take(const storage::LogEntry& entry,
                                  const storage::Acceptance& accepted) {
    const auto* counted = std::get_if<storage::Counted>(&accepted);
    if (counted == nullptr) return {};
    if (const auto* mark = std::get_if<storage::Mark>(&counted->value)) {
      records.push_back({entry.offset, entry.appended_at, {.inputs = mark->inputs}, nullptr});
    }
    const auto* decision = std::get_if<storage::DecisionView>(&counted->value);
    if (decision == nullptr) return {};
    storage::AppliedRecord record{entry.offset, entry.appended_at, *decision, nullptr};
    if (!decision->state.empty()) {
      auto saga = storage::decode_saga(decision->state);
      if (!saga) return tl::unexpected{saga.error()};
      record.saga = std::make_shared<const Saga>(std::move(*saga));
      record.decision.history = histories.emplace_back(storage::history_of(*decision));
    }
    records.push_back(std::move(record));
    return {};
  }
};

class Rebuild {
 public:
  Rebuild(const RebuildSource& source, const RocksStore& live, RocksStore& rebuilt)
      : source_{source}, live_{live}, rebuilt_{rebuilt} {}

  [[nodiscard]] Result<RebuildReport> run() {
    const auto partitions = source_.partitions();
    if (!partitions) return tl::unexpected{partitions.error()};
    for (const PartitionId partition : *partitions) {
      const auto position = live_.position(partition);
      if (!position) return tl::unexpected{position.error()};
      if (auto filled = fill(partition, *position); !filled) return tl::unexpected{filled.error()};
    }
    if (auto compared = compare(); !compared) return tl::unexpected{compared.error()};
    return std::move(report_);
  }

 private:
  static std::string name_of(PartitionId partition) {
    return "partition " + std::to_string(storage::index_of(partition));
  }

  /// Up to where the live store stands: from there on a node goes on by itself.
  Result<void> fill(PartitionId partition, const storage::Position& until) {
    const auto begun = fill_from_snapshot(partition, until);
    if (!begun) return tl::unexpected{begun.error()};
    storage::Acceptor acceptor{*begun};
    while (acceptor.position().next < until.next) {
      const auto batch = source_.journal(partition, acceptor.position().next, until.next);
      if (!batch) return tl::unexpected{batch.error()};
      Batch read;
      for (const storage::LogEntry& entry : batch->entries) {
        auto accepted = acceptor.accept(entry);
        if (!accepted) return tl::unexpected{accepted.error()};
        if (auto taken = read.take(entry, *accepted); !taken) return taken;
      }
      acceptor.skip_to(batch->next);
      report_.records += read.records.size();
      const auto applied = rebuilt_.apply(partition, read.records, acceptor.position());
      if (!applied) return applied;
    }
    if (acceptor.position() != until) {
      report_.differences.push_back("the store stands at another place in the journal of " +
                                    name_of(partition));
    }
    return {};
  }

  /// Where the journal goes on: behind the snapshot, if that is whole and not ahead of the live
  /// store.
  Result<storage::Position> fill_from_snapshot(PartitionId partition,
                                               const storage::Position& until) {
    const auto first = source_.first(partition);
    if (!first) return tl::unexpected{first.error()};
    const auto entries = source_.snapshot(partition);
    if (!entries) return tl::unexpected{entries.error()};
    storage::SnapshotRestore restore{rebuilt_, partition};
    if (auto begun = restore.begin(); !begun) return tl::unexpected{begun.error()};
    if (auto taken = restore.take(*entries); !taken) return tl::unexpected{taken.error()};
    const auto end = restore.finish(*first);
    if (!end) return tl::unexpected{end.error()};
    auto position = rebuilt_.position(partition);
    if (!position) return position;
    if (*end == storage::SnapshotRestore::End::restored && position->next <= until.next) {
      report_.restored += entries->size();
      return position;
    }
    if (*first > 0) {
      return fail(ErrorCode::out_of_range,
                  "the journal of " + name_of(partition) + " begins at " + std::to_string(*first) +
                      ", and no snapshot ends between there and " + std::to_string(until.next) +
                      ", where this store stands: nothing to compare it with can be rebuilt; if "
                      "the node was away, start it once, so that it catches up");
    }
    // The journal alone has everything.
    if (auto begun = restore.begin(); !begun) return tl::unexpected{begun.error()};
    if (const auto cleared = restore.finish(*first); !cleared) {
      return tl::unexpected{cleared.error()};
    }
    return storage::Position{};
  }

  Result<void> compare() {
    storage::OrderQuery query;
    query.limit = page_orders;
    do {
      const auto page = live_.list(query);
      if (!page) return tl::unexpected{page.error()};
      for (const storage::OrderSummary& order : page->orders) {
        if (auto compared = compare_order(order); !compared) return compared;
      }
      query.after = page->next;
    } while (!query.after.empty());
    const auto here = live_.counts();
    const auto there = rebuilt_.counts();
    if (!here) return tl::unexpected{here.error()};
    if (!there) return tl::unexpected{there.error()};
    if (*here != *there) report_.differences.emplace_back("the counts by status differ");
    return {};
  }

  Result<void> compare_order(const storage::OrderSummary& summary) {
    ++report_.orders;
    const std::string name = "order " + summary.order.text();
    const auto here = live_.load(summary.order);
    const auto there = rebuilt_.load(summary.order);
    if (!there) return tl::unexpected{there.error()};
    if (!here) {
      report_.differences.push_back(name + " cannot be read: " + here.error().detail);
    } else if (!*there) {
      report_.differences.push_back(name + " is not in the journal");
    } else if (!((*here)->saga == (*there)->saga) || (*here)->offset != (*there)->offset) {
      report_.differences.push_back(name + " is at version " +
                                    std::to_string((*here)->saga.version) + ", by the journal " +
                                    std::to_string((*there)->saga.version));
    }
    const auto stopped = live_.quarantine(summary.order);
    const auto stops = rebuilt_.quarantine(summary.order);
    if (!stopped || !stops || *stopped != *stops) {
      report_.differences.push_back(name + ": the quarantine differs");
    }
    return {};
  }

  const RebuildSource& source_;
  const RocksStore& live_;
  RocksStore& rebuilt_;
  RebuildReport report_;
};

}  // namespace

Result<RebuildReport> rebuild_store(const config::Settings& settings, const std::string& into) {
  std::error_code ignored;
  if (std::filesystem::exists(into, ignored)) {
    return fail(ErrorCode::conflict, into + " is there already; name a new directory");
  }
  storage::RocksStore::Options reading;
  reading.read_only = true;
  // First: the log goes on.
  const auto live = RocksStore::open((settings.node.data / "state").string(), reading);
  if (!live) return tl::unexpected{live.error()};
  const auto source = open_rebuild_source(settings);
  if (!source) return tl::unexpected{source.error()};
  const auto rebuilt = RocksStore::open(into, {.identity = (*live)->identity()});
  if (!rebuilt) return tl::unexpected{rebuilt.error()};
  auto report = Rebuild{**source, **live, **rebuilt}.run();
  if (auto flushed = (*rebuilt)->flush(); report && !flushed) {
    return tl::unexpected{flushed.error()};
  }
  return report;
}

}  // namespace paysaga::apps
