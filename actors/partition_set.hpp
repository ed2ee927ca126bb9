#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>

#include "paysaga/storage/log.hpp"

namespace paysaga::actors {

/// Some of a node's partitions: those that it owns, or those that it leads.
///
/// Threads:   any.
class PartitionSet {
 public:
  explicit PartitionSet(std::uint32_t partition_count)
      : count_{partition_count}, members_{std::make_unique<std::atomic<bool>[]>(partition_count)} {}

  void insert(storage::PartitionId id) { members_[storage::index_of(id)] = true; }
  void erase(storage::PartitionId id) { members_[storage::index_of(id)] = false; }
  [[nodiscard]] bool contains(storage::PartitionId id) const {
    return members_[storage::index_of(id)];
  }
  [[nodiscard]] bool empty() const {
    return std::none_of(members_.get(), members_.get() + count_,
                        [](const std::atomic<bool>& member) { return member.load(); });
  }
  [[nodiscard]] bool includes(const PartitionSet& other) const {
    for (std::uint32_t i = 0; i < count_; ++i) {
      if (other.members_[i] && !members_[i]) return false;
    }
    return true;
  }

 private:
  std::uint32_t count_;
  std::unique_ptr<std::atomic<bool>[]> members_;
};

}  // namespace paysaga::actors
