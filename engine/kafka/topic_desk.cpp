#include "paysaga/engine/kafka/topic_desk.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "paysaga/engine/kafka/positions.hpp"
#include "paysaga/engine/kafka/reader.hpp"

namespace paysaga::engine::kafka {
namespace {

constexpr Duration offsets_timeout = seconds{10};
constexpr std::chrono::seconds read_timeout{30};  // Without anything new.
constexpr std::size_t entries_ahead = 1'000;

/// What a reading delivers, on its way to another thread.
class Delivered {
 public:
  void put(Result<storage::LogBatch> batch) {
    {
      const std::lock_guard lock{mutex_};
      batches_.push_back(std::move(batch));
    }
    came_.notify_one();
  }
  /// None: nothing came in time.
  std::vector<Result<storage::LogBatch>> take() {
    std::unique_lock lock{mutex_};
    came_.wait_for(lock, read_timeout, [&] { return !batches_.empty(); });
    return std::exchange(batches_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Result<storage::LogBatch>> batches_;
};

}  // namespace

class TopicDesk::Impl {
 public:
  Impl(KafkaOptions from, std::unique_ptr<Client> asking, std::unique_ptr<Client> measuring)
      : options{std::move(from)},
        client{std::move(asking)},
        written{std::move(measuring)},
        reader{options} {}
  KafkaOptions options;
  std::unique_ptr<Client> client;
  std::unique_ptr<Client> written;
  mutable Reader reader;
};

TopicDesk::TopicDesk(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
TopicDesk::~TopicDesk() = default;

Result<std::unique_ptr<TopicDesk>> TopicDesk::open(KafkaOptions options) {
  auto client = open_asking_client(options, Asking::committed);
  if (!client) return tl::unexpected{client.error()};
  auto written = open_asking_client(options, Asking::written);
  if (!written) return tl::unexpected{written.error()};
  if (auto cluster = cluster_of(**client, options); !cluster) {
    return tl::unexpected{cluster.error()};
  }
  return std::unique_ptr<TopicDesk>{new TopicDesk{
      std::make_unique<Impl>(std::move(options), std::move(*client), std::move(*written))}};
}

Result<std::vector<TopicState>> TopicDesk::list() const {
  auto topics = describe_topics(*impl_->client, impl_->options);
  if (!topics) return topics;
  for (TopicState& topic : *topics) {
    if (!topic.exists) continue;
    const auto places = lanes(topic.name);
    if (!places) return tl::unexpected{places.error()};
    for (const Lane& lane : *places) topic.entries += lane.end - lane.first;
  }
  return topics;
}

Result<std::vector<std::string>> TopicDesk::check() const {
  auto report = check_topics(*impl_->client, impl_->options, Strictness::all);
  if (!report) return tl::unexpected{report.error()};
  return std::move(report->faults);
}

Result<void> TopicDesk::create() const {
  return ensure_topics(*impl_->client, impl_->options);
}

Result<std::vector<TopicDesk::Lane>> TopicDesk::lanes(const std::string& topic) const {
  const auto partitions = partitions_of_topic(*impl_->client, topic);
  if (!partitions) return tl::unexpected{partitions.error()};
  std::vector<Lane> lanes;
  for (std::uint32_t index = 0; index < *partitions; ++index) {
    const storage::PartitionId partition{index};
    const auto range = offsets_of(*impl_->client, topic, partition, offsets_timeout);
    if (!range) return tl::unexpected{range.error()};
    lanes.push_back({partition, range->first, range->second});
  }
  return lanes;
}

Result<TopicDesk::Lane> TopicDesk::lane(const std::string& topic,
                                        storage::PartitionId partition) const {
  const auto range = offsets_of(*impl_->written, topic, partition, offsets_timeout);
  if (!range) return tl::unexpected{range.error()};
  return Lane{partition, range->first, range->second};
}

Result<std::optional<storage::Commit>> TopicDesk::position(storage::Use use,
                                                           storage::PartitionId partition) const {
  return read_position(*impl_->client, positions_topic(impl_->options, use), partition,
                       offsets_timeout);
}

Result<void> TopicDesk::commit(const storage::Commit& position) const {
  return commit_positions(*impl_->client, positions_topic(impl_->options, storage::Use::publisher),
                          {&position, 1});
}

Result<void> TopicDesk::read(const std::string& topic, storage::PartitionId partition,
                             storage::Offset from, storage::Offset end,
                             const std::function<void(const storage::LogEntry&)>& each) const {
  if (from >= end) return {};
  // Shared: the reading's last callback may still run when it is ended here.
  const auto delivered = std::make_shared<Delivered>();
  const auto reading = impl_->reader.read(
      topic, partition, from,
      [delivered](Result<storage::LogBatch> batch) { delivered->put(std::move(batch)); }, true);
  reading->credit(entries_ahead);
  for (storage::Offset next = from; next < end;) {
    const auto batches = delivered->take();
    if (batches.empty()) {
      return fail(ErrorCode::unavailable, topic + " partition " +
                                              std::to_string(index_of(partition)) +
                                              ": the broker delivers nothing more");
    }
    for (const auto& batch : batches) {
      if (!batch) return tl::unexpected{batch.error()};
      for (const storage::LogEntry& entry : batch->entries) {
        if (entry.offset < end) each(entry);
      }
      next = batch->next;
      reading->credit(batch->entries.size());
    }
  }
  return {};
}

}  // namespace paysaga::engine::kafka
