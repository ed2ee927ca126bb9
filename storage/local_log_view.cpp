#include "paysaga/storage/local_log_view.hpp"

#include "paysaga/storage/local_lane.hpp"
#include "paysaga/storage/local_log.hpp"

namespace paysaga::storage {

struct LocalLogView::Impl {
  std::unique_ptr<LocalDisk> disk;
  LocalIdentity identity;
  mutable LocalLanes lanes;
};

LocalLogView::LocalLogView(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
LocalLogView::~LocalLogView() = default;

Result<std::unique_ptr<LocalLogView>> LocalLogView::open(const std::string& dir) {
  auto disk = LocalDisk::open_read_only(dir);
  if (!disk) return tl::unexpected{std::move(disk.error())};
  auto impl = std::make_unique<Impl>();
  impl->disk = std::move(*disk);
  auto identity = read_identity(*impl->disk);
  if (!identity) return tl::unexpected{std::move(identity.error())};
  impl->identity = std::move(*identity);
  if (auto loaded = impl->lanes.load(*impl->disk); !loaded) {
    return tl::unexpected{std::move(loaded.error())};
  }
  return std::unique_ptr<LocalLogView>{new LocalLogView{std::move(impl)}};
}

const std::string& LocalLogView::identity() const {
  return impl_->identity.identity;
}
const std::string& LocalLogView::group() const {
  return impl_->identity.group;
}
std::uint32_t LocalLogView::partition_count() const {
  return impl_->identity.partition_count;
}

std::vector<LocalLogView::Lane> LocalLogView::lanes() const {
  std::vector<Lane> lanes;
  for (const LocalLane* lane : impl_->lanes.all()) {
    lanes.push_back({lane->topic, lane->partition, lane->first, lane->end});
  }
  return lanes;
}

Result<LogBatch> LocalLogView::read_topic(std::string_view topic, PartitionId partition,
                                          Offset from, std::size_t limit) const {
  const LocalLane* lane = impl_->lanes.find(topic, partition);
  const Offset first = lane == nullptr ? 0 : lane->first.load();
  const Offset end = lane == nullptr ? 0 : lane->end.load();
  if (from < first || from > end) {
    return fail(ErrorCode::out_of_range, std::string{topic} + " partition " +
                                             std::to_string(index_of(partition)) + " has offsets " +
                                             std::to_string(first) + " to " + std::to_string(end));
  }
  if (from == end || limit == 0) return LogBatch{{}, from};
  return read_lane(*impl_->disk, *lane, from, end, {limit, LaneLimit{}.bytes_max});
}

Result<LogBatch> LocalLogView::read_journal(PartitionId partition, Offset from,
                                            std::size_t limit) const {
  return read_topic(journal_topic(group()), partition, from, limit);
}

Result<std::optional<Commit>> LocalLogView::committed_position(Use use,
                                                               PartitionId partition) const {
  return read_commit(*impl_->disk, use, partition);
}

}  // namespace paysaga::storage
