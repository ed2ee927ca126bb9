#include "paysaga/engine/kafka/kafka_log.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "paysaga/engine/kafka/installation.hpp"
#include "paysaga/engine/kafka/journal_writer.hpp"
#include "paysaga/engine/kafka/membership.hpp"
#include "paysaga/engine/kafka/positions.hpp"
#include "paysaga/engine/kafka/publisher.hpp"
#include "paysaga/engine/kafka/reader.hpp"
#include "paysaga/engine/kafka/snapshots.hpp"
#include "paysaga/engine/kafka/topics.hpp"

namespace paysaga::engine::kafka {
namespace {

constexpr std::size_t questions_max = 10'000;
constexpr Duration question_timeout = seconds{5};
constexpr Duration flush_timeout = seconds{5};

using storage::Offset;
using storage::PartitionId;

Error joined(const std::vector<std::string>& faults) {
  std::string text;
  for (const std::string& fault : faults) text += (text.empty() ? "" : "; ") + fault;
  return {ErrorCode::conflict, text};
}

Result<void> check(const KafkaOptions& options) {
  if (options.brokers.empty()) return fail(ErrorCode::malformed, "no Kafka broker is given");
  if (options.group.empty()) return fail(ErrorCode::malformed, "a group has a name");
  if (options.node.empty()) return fail(ErrorCode::malformed, "a node has a name");
  if (options.partition_count == 0) return fail(ErrorCode::malformed, "a log has partitions");
  return {};
}

}  // namespace

struct KafkaLog::Impl {
  Impl(KafkaOptions given, std::string cluster_id, std::unique_ptr<Client> asking_client,
       std::unique_ptr<Client> measuring_client, std::size_t bytes)
      : options{std::move(given)},
        cluster{std::move(cluster_id)},
        message_bytes_max{bytes},
        asking{std::move(asking_client)},
        measuring{std::move(measuring_client)},
        fence{options.group},
        tails{options},
        inputs{options},
        snapshots{options, state_topic(options)},
        publisher{options, "publisher", journal_topic(options), bytes,
                  ports(journal_topic(options))},
        snapshotter{options, "snapshotter", state_topic(options), bytes,
                    ports(state_topic(options))},
        questions{questions_max},
        watch{1, options.topics_every, [this] { look_at_topics(); }} {}

  KafkaOptions options;
  std::string cluster;
  std::string installation;
  std::size_t message_bytes_max;
  std::shared_ptr<const Client> asking;     // Positions, as stable.
  std::unique_ptr<const Client> measuring;  // Offsets, of all that is written.
  Fence fence;
  std::atomic<bool> stopping{false};
  std::atomic<storage::OwnershipToken> tokens{0};
  TaskThread closer{questions_max};
  mutable std::mutex join_mutex;
  std::shared_ptr<Membership> membership;
  std::mutex producer_mutex;
  std::shared_ptr<Producer> producer;
  Reader tails;
  Reader inputs;
  Snapshots snapshots;
  Publisher publisher;
  Publisher snapshotter;
  TaskThread questions;  // Asks the broker what blocks.
  TaskThread watch;      // Looks whether somebody has changed the topics.

  /// A broker that does not answer is noticed elsewhere.
  void look_at_topics() {
    const std::shared_ptr<Membership> member = member_now();
    if (stopping || !options.faulty || member == nullptr || !member->current()) return;
    const auto report = check_topics(*measuring, options);
    if (report) say_faults(*report);
  }

  void say_faults(const TopicReport& report) const {
    if (!options.faulty) return;
    std::vector<std::string> all = report.faults;
    all.insert(all.end(), report.warnings.begin(), report.warnings.end());
    options.faulty(all);
  }

  Publisher::Ports ports(std::string topic) {
    return {fence, [this] { return shared_producer(); },
            [this, topic = std::move(topic)](std::span<const storage::Commit> positions) {
              const std::shared_ptr<Membership> member = member_now();
              const auto client = member ? member->client() : asking;
              return commit_positions(*client, topic, positions);
            }};
  }

  [[nodiscard]] std::shared_ptr<Membership> member_now() const {
    const std::lock_guard lock{join_mutex};
    return membership;
  }

  /// The producer of all that is put; another one once it has failed.
  std::shared_ptr<Producer> shared_producer() {
    const std::lock_guard lock{producer_mutex};
    if (producer != nullptr && !producer->failed()) return producer;
    if (producer != nullptr) {
      (void)closer.post([failed = std::move(producer)]() mutable { failed.reset(); });
    }
    auto opened = Producer::open(options, message_bytes_max, options.topics);
    producer = opened ? std::shared_ptr<Producer>{std::move(*opened)} : nullptr;
    return producer;
  }

  /// Errors: malformed.
  [[nodiscard]] Result<void> check_topic(std::string_view topic, PartitionId partition) const {
    if (std::ranges::find(options.topics, topic) == options.topics.end()) {
      return fail(ErrorCode::malformed,
                  "not a topic of this log: " + std::string{topic.substr(0, 80)});
    }
    if (index_of(partition) >= options.partition_count) {
      return fail(ErrorCode::malformed,
                  std::string{topic} + " has no partition " + std::to_string(index_of(partition)));
    }
    return {};
  }

  [[nodiscard]] Result<void> check_output(const storage::Output& output) const {
    if (auto known = check_topic(output.topic, output.partition); !known) return known;
    const std::size_t bytes = message_bytes(output.record);
    if (bytes <= message_bytes_max) return {};
    return fail(ErrorCode::malformed, output.topic + ": a message of " + std::to_string(bytes) +
                                          " bytes is larger than " +
                                          std::to_string(message_bytes_max));
  }

  template <class T>
  void ask(Done<T> done, std::function<Result<T>()> question) {
    const bool posted = questions.post([this, done, question = std::move(question)] {
      done(stopping ? fail(ErrorCode::unavailable, "the log is being closed") : question());
    });
    if (!posted) done(fail(ErrorCode::unavailable, "too many questions wait; try again"));
  }

  void ask_range(std::string topic, PartitionId partition, Done<std::pair<Offset, Offset>> done) {
    ask<std::pair<Offset, Offset>>(std::move(done), [this, topic = std::move(topic), partition] {
      return offsets_of(*measuring, topic, partition, question_timeout);
    });
  }

  void check_partition(PartitionId partition) const {
    ensure(index_of(partition) < options.partition_count, "a partition of this log");
  }
};

KafkaLog::KafkaLog(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}

KafkaLog::~KafkaLog() {
  leave();
  impl_->stopping = true;
  impl_->publisher.stop();
  impl_->snapshotter.stop();
  impl_->questions.stop();
  impl_->watch.stop();
  if (impl_->producer != nullptr) impl_->producer->flush(flush_timeout);
}

Result<std::unique_ptr<KafkaLog>> KafkaLog::open(KafkaOptions options) {
  if (auto valid = check(options); !valid) return tl::unexpected{valid.error()};
  auto asking = open_asking_client(options, Asking::committed);
  if (!asking) return tl::unexpected{asking.error()};
  auto measuring = open_asking_client(options, Asking::written);
  if (!measuring) return tl::unexpected{measuring.error()};
  auto cluster = cluster_of(**asking, options);
  if (!cluster) return tl::unexpected{cluster.error()};
  if (options.create_topics) {
    if (auto made = ensure_topics(**asking, options); !made) return tl::unexpected{made.error()};
  }
  const auto report = check_topics(**asking, options);
  if (!report) return tl::unexpected{report.error()};
  if (!report->faults.empty()) return tl::unexpected{joined(report->faults)};
  auto impl = std::make_unique<Impl>(std::move(options), std::move(*cluster), std::move(*asking),
                                     std::move(*measuring), report->message_bytes_max);
  impl->say_faults(*report);
  impl->publisher.warm_up();
  const auto producer = impl->shared_producer();
  if (producer == nullptr) return fail(ErrorCode::unavailable, "no producer could be started");
  auto installation = installation_of(*impl->measuring, impl->options, *producer, impl->inputs);
  if (!installation) return tl::unexpected{installation.error()};
  impl->installation = std::move(*installation);
  return std::unique_ptr<KafkaLog>{new KafkaLog{std::move(impl)}};
}

std::string KafkaLog::identity() const {
  return "kafka/" + impl_->cluster + '/' + impl_->options.group + '/' + impl_->installation;
}
std::uint32_t KafkaLog::partition_count() const {
  return impl_->options.partition_count;
}
std::size_t KafkaLog::record_bytes_max() const {
  return record_bytes_of(impl_->message_bytes_max);
}

void KafkaLog::join(storage::OwnershipListener& listener) {
  const std::lock_guard lock{impl_->join_mutex};
  ensure(impl_->membership == nullptr, "a log is joined once at a time");
  auto opened = Membership::open(impl_->options, listener, impl_->fence, impl_->tokens);
  ensure(opened.has_value(), "the options with which a group is joined have been checked");
  impl_->membership = std::move(*opened);
}

void KafkaLog::leave() {
  std::shared_ptr<Membership> membership;
  {
    const std::lock_guard lock{impl_->join_mutex};
    membership = std::move(impl_->membership);
  }
  // Whoever commits with it at this moment only keeps the client.
  if (membership != nullptr) membership->leave();
}

bool KafkaLog::membership_current() const {
  const auto member = impl_->member_now();
  return member != nullptr && member->current();
}

std::unique_ptr<storage::JournalWriter> KafkaLog::journal_writer(PartitionId partition) {
  impl_->check_partition(partition);
  const std::string topic = journal_topic(impl_->options);
  auto producer = Producer::open(impl_->options, impl_->message_bytes_max, {topic});
  return std::make_unique<KafkaJournalWriter>(
      topic, partition, producer ? std::move(*producer) : nullptr, impl_->closer);
}

std::unique_ptr<storage::Reading> KafkaLog::tail(PartitionId partition, Offset from,
                                                 storage::OnBatch on_batch) {
  impl_->check_partition(partition);
  return impl_->tails.read(journal_topic(impl_->options), partition, from, std::move(on_batch),
                           false);
}

std::unique_ptr<storage::Reading> KafkaLog::read_input(std::string_view topic,
                                                       PartitionId partition, Offset from,
                                                       storage::OnBatch on_batch) {
  ensure(impl_->check_topic(topic, partition).has_value(),
         "inputs are read from a topic and partition of this log");
  return impl_->inputs.read(std::string{topic}, partition, from, std::move(on_batch), true);
}

void KafkaLog::journal_range(PartitionId partition, Done<std::pair<Offset, Offset>> done) {
  impl_->check_partition(partition);
  impl_->ask_range(journal_topic(impl_->options), partition, std::move(done));
}

void KafkaLog::topic_range(std::string_view topic, PartitionId partition,
                           Done<std::pair<Offset, Offset>> done) {
  if (auto known = impl_->check_topic(topic, partition); !known) {
    return done(tl::unexpected{known.error()});
  }
  impl_->ask_range(std::string{topic}, partition, std::move(done));
}

void KafkaLog::put(storage::Output output, Done<Offset> done) {
  if (auto fits = impl_->check_output(output); !fits) return done(tl::unexpected{fits.error()});
  const auto producer = impl_->shared_producer();
  if (producer == nullptr) {
    return done(fail(ErrorCode::unavailable, "no producer could be started"));
  }
  producer->send(output.topic, output.partition, output.record, std::move(done));
}

void KafkaLog::publish(std::vector<storage::Output> outputs, std::vector<storage::Commit> positions,
                       bool atomic, Done<std::monostate> done) {
  for (const storage::Output& output : outputs) {
    if (auto fits = impl_->check_output(output); !fits) return done(tl::unexpected{fits.error()});
  }
  impl_->publisher.publish(std::move(outputs), std::move(positions), atomic, std::move(done));
}

void KafkaLog::committed_position(storage::Use use, PartitionId partition,
                                  Done<std::optional<storage::Commit>> done) {
  impl_->check_partition(partition);
  impl_->ask<std::optional<storage::Commit>>(std::move(done), [impl = impl_.get(), partition, use] {
    auto read = read_position(*impl->asking, positions_topic(impl->options, use), partition,
                              question_timeout);
    const bool published = use == storage::Use::publisher;
    if (read && *read) (published ? impl->publisher : impl->snapshotter).remember(**read);
    return read;
  });
}

void KafkaLog::commit_inbound(std::vector<storage::InboundCommit> commits) {
  const auto member = impl_->member_now();
  const auto client = member ? member->client() : impl_->asking;
  commit_loosely(*client, commits);
}

void KafkaLog::write_snapshot(PartitionId partition, std::vector<storage::SnapshotEntry> entries,
                              storage::Commit position, Done<std::monostate> done) {
  impl_->check_partition(partition);
  std::vector<storage::Output> outputs;
  outputs.reserve(entries.size());
  for (storage::SnapshotEntry& entry : entries) {
    outputs.push_back({state_topic(impl_->options),
                       partition,
                       {std::move(entry.key), {}, std::move(entry.value)}});
  }
  impl_->snapshotter.publish(std::move(outputs), {std::move(position)}, true, std::move(done));
}

void KafkaLog::read_snapshot(
    PartitionId partition,
    std::function<void(Result<std::vector<storage::SnapshotEntry>>)> on_entries) {
  impl_->check_partition(partition);
  impl_->ask_range(state_topic(impl_->options), partition,
                   [impl = impl_.get(), partition, on_entries](auto range) {
                     if (!range) return on_entries(tl::unexpected{std::move(range.error())});
                     impl->snapshots.read(partition, *range, on_entries);
                   });
}

}  // namespace paysaga::engine::kafka
