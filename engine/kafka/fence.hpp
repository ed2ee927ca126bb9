#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>

#include "paysaga/engine/kafka/client.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::engine::kafka {

/// What positions are moved with: the group metadata of one assignment. It was copied when that
/// assignment was received, so that the broker refuses it once there is a newer one (PROTOCOL R19).
struct Permit {
  storage::OwnershipToken token = 0;  // 0: no member, no fence.
  std::shared_ptr<rd_kafka_consumer_group_metadata_s> metadata;
};

/// The assignment that this node has now.
///
/// Threads:  any.
class Fence {
 public:
  explicit Fence(std::string group) : group_{std::move(group)} {}

  void join();
  void leave();
  /// `metadata` of a member, as it was when the partitions were received.
  void assign(storage::OwnershipToken token,
              std::shared_ptr<rd_kafka_consumer_group_metadata_s> metadata,
              std::set<std::uint32_t> partitions);
  void revoke();
  [[nodiscard]] bool assigned() const;

  /// Errors: unavailable, if one of the positions was reached under an ownership that has ended.
  /// Positions without a token are moved under the present one; without fence only by a node that
  /// takes no part in the group.
  [[nodiscard]] Result<Permit> permit(std::span<const storage::Commit> positions) const;
  /// The same for a later moment: false once the assignment of the permit has ended.
  [[nodiscard]] bool holds(const Permit& permit) const;

 private:
  std::string group_;
  mutable std::mutex mutex_;
  bool joined_ = false;
  Permit now_;
  std::set<std::uint32_t> partitions_;
};

}  // namespace paysaga::engine::kafka
