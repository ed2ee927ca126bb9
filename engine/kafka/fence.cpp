#include "paysaga/engine/kafka/fence.hpp"

#include <librdkafka/rdkafka.h>

namespace paysaga::engine::kafka {

void Fence::join() {
  const std::lock_guard lock{mutex_};
  joined_ = true;
}

void Fence::leave() {
  const std::lock_guard lock{mutex_};
  joined_ = false;
  now_ = {};
  partitions_.clear();
}

void Fence::assign(storage::OwnershipToken token,
                   std::shared_ptr<rd_kafka_consumer_group_metadata_s> metadata,
                   std::set<std::uint32_t> partitions) {
  const std::lock_guard lock{mutex_};
  now_ = {token, std::move(metadata)};
  partitions_ = std::move(partitions);
}

void Fence::revoke() {
  const std::lock_guard lock{mutex_};
  now_ = {};
  partitions_.clear();
}

bool Fence::assigned() const {
  const std::lock_guard lock{mutex_};
  return now_.metadata != nullptr;
}

Result<Permit> Fence::permit(std::span<const storage::Commit> positions) const {
  const std::lock_guard lock{mutex_};
  bool fenced = joined_;
  for (const storage::Commit& position : positions) {
    if (position.token == 0) continue;
    fenced = true;
    if (position.token == now_.token && partitions_.contains(index_of(position.partition))) {
      continue;
    }
    return fail(ErrorCode::unavailable, "the ownership of partition " +
                                            std::to_string(index_of(position.partition)) +
                                            " under which it began has ended");
  }
  if (!fenced) {
    return Permit{0, {rd_kafka_consumer_group_metadata_new(group_.c_str()), Release{}}};
  }
  if (now_.metadata == nullptr) {
    return fail(ErrorCode::unavailable, "this node has no partitions at the moment");
  }
  return now_;
}

bool Fence::holds(const Permit& permit) const {
  const std::lock_guard lock{mutex_};
  return permit.token == 0 ? !joined_ : permit.token == now_.token;
}

}  // namespace paysaga::engine::kafka
