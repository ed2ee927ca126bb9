#include "apps/rebuild_source.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "paysaga/engine/kafka/settings.hpp"
#include "paysaga/engine/kafka/topic_desk.hpp"
#include "paysaga/engine/kafka/topics.hpp"
#include "paysaga/storage/local_log_view.hpp"

namespace paysaga::apps {
namespace {

using engine::kafka::TopicDesk;
using storage::LocalLogView;
using storage::LogBatch;
using storage::LogEntry;
using storage::Offset;
using storage::PartitionId;
using storage::SnapshotEntry;

constexpr std::size_t local_batch_entries = 512;
constexpr Offset kafka_batch_offsets = 20'000;

class LocalSource final : public RebuildSource {
 public:
  explicit LocalSource(std::unique_ptr<LocalLogView> log) : log_{std::move(log)} {}

  [[nodiscard]] Result<std::vector<PartitionId>> partitions() const override {
    std::vector<PartitionId> ids;
    for (const auto& lane : log_->lanes()) {
      if (lane.topic == journal()) ids.push_back(lane.partition);
    }
    return ids;
  }
  [[nodiscard]] Result<Offset> first(PartitionId partition) const override {
    for (const auto& lane : log_->lanes()) {
      if (lane.topic == journal() && lane.partition == partition) return lane.first;
    }
    return Offset{0};
  }
  [[nodiscard]] Result<LogBatch> journal(PartitionId partition, Offset from,
                                         Offset until) const override {
    auto batch = log_->read_journal(partition, from, local_batch_entries);
    if (!batch) return batch;
    std::erase_if(batch->entries, [&](const LogEntry& entry) { return entry.offset >= until; });
    batch->next = std::min(batch->next, until);
    return batch;
  }
  [[nodiscard]] Result<std::vector<SnapshotEntry>> snapshot(PartitionId) const override {
    return std::vector<SnapshotEntry>{};
  }

 private:
  [[nodiscard]] std::string journal() const { return log_->group() + "-journal"; }
  std::unique_ptr<LocalLogView> log_;
};

class KafkaSource final : public RebuildSource {
 public:
  KafkaSource(std::unique_ptr<TopicDesk> desk, std::string journal, std::string state)
      : desk_{std::move(desk)}, journal_{std::move(journal)}, state_{std::move(state)} {}

  [[nodiscard]] Result<std::vector<PartitionId>> partitions() const override {
    const auto lanes = desk_->lanes(journal_);
    if (!lanes) return tl::unexpected{lanes.error()};
    std::vector<PartitionId> ids;
    for (const TopicDesk::Lane& lane : *lanes) ids.push_back(lane.partition);
    return ids;
  }
  [[nodiscard]] Result<Offset> first(PartitionId partition) const override {
    const auto lane = desk_->lane(journal_, partition);
    if (!lane) return tl::unexpected{lane.error()};
    return lane->first;
  }
  [[nodiscard]] Result<LogBatch> journal(PartitionId partition, Offset from,
                                         Offset until) const override {
    LogBatch batch{{}, std::min(from + kafka_batch_offsets, until)};
    const auto read = desk_->read(journal_, partition, from, batch.next,
                                  [&](const LogEntry& entry) { batch.entries.push_back(entry); });
    if (!read) return tl::unexpected{read.error()};
    return batch;
  }
  [[nodiscard]] Result<std::vector<SnapshotEntry>> snapshot(PartitionId partition) const override {
    const auto lane = desk_->lane(state_, partition);
    if (!lane) return tl::unexpected{lane.error()};
    std::map<std::string, std::string> newest;
    const auto read =
        desk_->read(state_, partition, lane->first, lane->end, [&](const LogEntry& entry) {
          storage::take_newest(newest, {entry.record.key, entry.record.value});
        });
    if (!read) return tl::unexpected{read.error()};
    std::vector<SnapshotEntry> entries;
    entries.reserve(newest.size());
    for (auto& [key, value] : newest) entries.push_back({key, std::move(value)});
    return entries;
  }

 private:
  std::unique_ptr<TopicDesk> desk_;
  std::string journal_;
  std::string state_;
};

}  // namespace

Result<std::unique_ptr<RebuildSource>> open_rebuild_source(const config::Settings& settings) {
  if (settings.journal.kind == config::JournalKind::kafka) {
    auto desk = engine::kafka::open_desk(settings);
    if (!desk) return tl::unexpected{desk.error()};
    const auto options = engine::kafka::kafka_options(settings);
    return std::make_unique<KafkaSource>(std::move(*desk), engine::kafka::journal_topic(options),
                                         engine::kafka::state_topic(options));
  }
  auto log = LocalLogView::open(settings.node.data / "log");
  if (!log) return tl::unexpected{log.error()};
  return std::make_unique<LocalSource>(std::move(*log));
}

}  // namespace paysaga::apps
