#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "paysaga/storage/log.hpp"

namespace paysaga::actors::trial {

/// Passes everything on to another log; a test overrides what it wants otherwise.
class LogAround : public storage::Log {
 public:
  explicit LogAround(std::unique_ptr<storage::Log> under) : under_{std::move(under)} {}

  [[nodiscard]] std::string identity() const override { return under_->identity(); }
  [[nodiscard]] std::uint32_t partition_count() const override { return under_->partition_count(); }
  [[nodiscard]] std::size_t record_bytes_max() const override { return under_->record_bytes_max(); }
  void join(storage::OwnershipListener& listener) override { under_->join(listener); }
  void leave() override { under_->leave(); }
  [[nodiscard]] bool membership_current() const override { return under_->membership_current(); }
  [[nodiscard]] std::unique_ptr<storage::JournalWriter> journal_writer(
      storage::PartitionId partition) override {
    return under_->journal_writer(partition);
  }
  [[nodiscard]] std::unique_ptr<storage::Reading> tail(storage::PartitionId partition,
                                                       storage::Offset from,
                                                       storage::OnBatch on_batch) override {
    return under_->tail(partition, from, std::move(on_batch));
  }
  [[nodiscard]] std::unique_ptr<storage::Reading> read_input(std::string_view topic,
                                                             storage::PartitionId partition,
                                                             storage::Offset from,
                                                             storage::OnBatch on_batch) override {
    return under_->read_input(topic, partition, from, std::move(on_batch));
  }
  void journal_range(storage::PartitionId partition,
                     Done<std::pair<storage::Offset, storage::Offset>> done) override {
    under_->journal_range(partition, std::move(done));
  }
  void topic_range(std::string_view topic, storage::PartitionId partition,
                   Done<std::pair<storage::Offset, storage::Offset>> done) override {
    under_->topic_range(topic, partition, std::move(done));
  }
  void put(storage::Output output, Done<storage::Offset> done) override {
    under_->put(std::move(output), std::move(done));
  }
  void committed_position(storage::Use use, storage::PartitionId partition,
                          Done<std::optional<storage::Commit>> done) override {
    under_->committed_position(use, partition, std::move(done));
  }
  void commit_inbound(std::vector<storage::InboundCommit> commits) override {
    under_->commit_inbound(std::move(commits));
  }
  void write_snapshot(storage::PartitionId partition, std::vector<storage::SnapshotEntry> entries,
                      storage::Commit position, Done<std::monostate> done) override {
    under_->write_snapshot(partition, std::move(entries), std::move(position), std::move(done));
  }
  void read_snapshot(
      storage::PartitionId partition,
      std::function<void(Result<std::vector<storage::SnapshotEntry>>)> on_entries) override {
    under_->read_snapshot(partition, std::move(on_entries));
  }
  void publish(std::vector<storage::Output> outputs, std::vector<storage::Commit> positions,
               bool atomic, Done<std::monostate> done) override {
    under_->publish(std::move(outputs), std::move(positions), atomic, std::move(done));
  }

 private:
  std::unique_ptr<storage::Log> under_;
};

}  // namespace paysaga::actors::trial
