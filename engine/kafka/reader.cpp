#include "paysaga/engine/kafka/reader.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include <librdkafka/rdkafka.h>

#include "paysaga/storage/log_gate.hpp"

namespace paysaga::engine::kafka {
namespace {

constexpr std::size_t batch_entries_max = 1'000;
constexpr std::size_t batch_bytes_max = 1u << 20;
constexpr std::chrono::milliseconds poll_every{200};  // For what nobody is woken for: logs, errors.

using Place = std::pair<std::string, std::int32_t>;

storage::LogEntry entry_of(rd_kafka_message_t& message) {
  storage::LogEntry entry{message.offset, {}, {}};
  rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  entry.appended_at = Time{milliseconds{rd_kafka_message_timestamp(&message, &kind)}};
  if (message.key != nullptr) {
    entry.record.key.assign(static_cast<const char*>(message.key), message.key_len);
  }
  if (message.payload != nullptr) {
    entry.record.value.assign(static_cast<const char*>(message.payload), message.len);
  }
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return entry;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  entry.record.headers.reserve(rd_kafka_header_cnt(headers));
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    entry.record.headers.push_back({name, std::string{static_cast<const char*>(value), size}});
  }
  return entry;
}

Properties reading_properties() {
  // 2.0.2 reads by the old consumer's calls without a group, by offsets that we give it. It must
  // not choose another offset by itself, skip what does not fit its checksum, or show what a
  // transaction has not committed. The end of a partition is told: only so a reader learns that
  // what follows its last entry are marks of transactions.
  return {{"auto.offset.reset", "error"},  {"isolation.level", "read_committed"},
          {"check.crcs", "true"},          {"enable.auto.commit", "false"},
          {"auto.commit.enable", "false"}, {"enable.auto.offset.store", "false"},
          {"enable.partition.eof", "true"}};
}

}  // namespace

struct Reader::Running {
  storage::LogGate gate;
  Place place;
  storage::OnBatch on_batch;
  bool limited = false;
  std::atomic<std::size_t> credit{0};
  // The thread's.
  storage::Offset next = 0;
  Held<rd_kafka_topic_t> topic;
  Held<rd_kafka_queue_t> queue;
};

/// One client, its thread, and what it reads.
class Reader::Lane {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Lane>> open(const KafkaOptions& options) {
    auto client = Client::open(options, Role::consumer, reading_properties(), {});
    if (!client) return tl::unexpected{client.error()};
    return std::unique_ptr<Lane>{new Lane{std::move(*client)}};
  }
  ~Lane() {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
    }
    wake();
    thread_.join();
  }

  /// False if this lane reads the partition already.
  bool begin(const std::shared_ptr<Running>& running) {
    {
      const std::lock_guard lock{mutex_};
      if (!places_.insert(running->place).second) return false;
      orders_.emplace_back(running, true);
    }
    wake();
    return true;
  }
  /// Its place is free at once: a reading that begins there comes behind this order.
  void end(const std::shared_ptr<Running>& running) {
    {
      const std::lock_guard lock{mutex_};
      places_.erase(running->place);
      orders_.emplace_back(running, false);
    }
    wake();
  }
  void wake() {
    {
      const std::lock_guard lock{wake_mutex_};
      woken_ = true;
    }
    wake_.notify_one();
  }

 private:
  using Order = std::pair<std::shared_ptr<Running>, bool>;  // True: begin.

  explicit Lane(std::unique_ptr<Client> client)
      : client_{std::move(client)}, thread_{[this] { run(); }} {}

  void run() {
    std::vector<Order> orders;
    for (bool last = false; !last;) {
      {
        const std::lock_guard lock{mutex_};
        orders.swap(orders_);
        last = stopping_;
      }
      for (const auto& [running, begins] : orders) begins ? start(running) : stop(*running);
      orders.clear();
      bool busy = false;
      // A callback may end any reading, but only this thread takes it out of the list.
      for (std::size_t i = 0; i < running_.size(); ++i) {
        if (serve(*running_[i])) busy = true;
      }
      (void)rd_kafka_poll(client_->handle(), 0);
      if (!busy && !last) wait();
    }
    while (!running_.empty()) stop(*running_.back());
  }

  void wait() {
    std::unique_lock lock{wake_mutex_};
    wake_.wait_for(lock, poll_every, [this] { return woken_; });
    woken_ = false;
  }

  void start(const std::shared_ptr<Running>& running) {
    if (running->gate.closed()) return;
    auto& topic = topics_[running->place.first];
    if (topic == nullptr) topic = client_->topic(running->place.first);
    running->queue.reset(rd_kafka_queue_new(client_->handle()));
    rd_kafka_queue_cb_event_enable(
        running->queue.get(), [](rd_kafka_t*, void* lane) { static_cast<Lane*>(lane)->wake(); },
        this);
    running_.push_back(running);
    if (rd_kafka_consume_start_queue(topic.get(), running->place.second, running->next,
                                     running->queue.get()) == 0) {
      return;
    }
    const auto code = rd_kafka_last_error();
    fail_reading(*running, to_error(code, name_of(*running) + " cannot be read"));
  }

  void stop(Running& running) {
    const auto found = std::ranges::find_if(
        running_, [&](const auto& candidate) { return candidate.get() == &running; });
    if (found == running_.end()) return;
    const std::shared_ptr<Running> held = std::move(*found);
    running_.erase(found);
    (void)rd_kafka_consume_stop(topics_[held->place.first].get(), held->place.second);
    rd_kafka_queue_cb_event_enable(held->queue.get(), nullptr, nullptr);
    held->queue.reset();
  }

  static std::string name_of(const Running& running) {
    return running.place.first + " partition " + std::to_string(running.place.second);
  }

  static void fail_reading(Running& running, Error error) {
    running.gate.pass([&] { running.on_batch(tl::unexpected{std::move(error)}); });
    running.gate.close();
  }

  /// Delivers one batch of what was fetched; true if there may be more.
  bool serve(Running& running) {
    if (running.gate.closed()) return false;
    std::size_t entries_max = batch_entries_max;
    if (running.limited) entries_max = std::min(entries_max, running.credit.load());
    storage::LogBatch batch{{}, running.next};
    std::size_t bytes = 0;
    std::optional<Error> error;
    bool empty = entries_max == 0;
    while (!empty && !error && batch.entries.size() < entries_max && bytes < batch_bytes_max) {
      const Held<rd_kafka_message_t> message{rd_kafka_consume_queue(running.queue.get(), 0)};
      empty = message == nullptr;
      if (empty) break;
      bytes += message->len;
      error = take(*message, running, batch);
    }
    hand_over(running, std::move(batch));
    if (error) fail_reading(running, std::move(*error));
    return !empty;
  }

  /// Adds one message to the batch; an error ends the reading behind it.
  std::optional<Error> take(rd_kafka_message_t& message, const Running& running,
                            storage::LogBatch& batch) {
    if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      batch.next = std::max(batch.next, message.offset);
    } else if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (message.offset < batch.next) return std::nullopt;  // It was there before.
      batch.entries.push_back(entry_of(message));
      batch.next = message.offset + 1;
    } else {
      return to_error(message.err, name_of(running) + " at offset " + std::to_string(batch.next));
    }
    return std::nullopt;
  }

  static void hand_over(Running& running, storage::LogBatch batch) {
    if (batch.entries.empty() && batch.next == running.next) return;
    running.next = batch.next;
    const std::size_t count = batch.entries.size();
    // Used up before the delivery, within which new credit may come.
    if (running.limited) running.credit.fetch_sub(count);
    running.gate.pass([&] { running.on_batch(std::move(batch)); });
  }

  std::unique_ptr<Client> client_;
  std::map<std::string, Held<rd_kafka_topic_t>> topics_;
  std::vector<std::shared_ptr<Running>> running_;  // The thread's.
  std::mutex mutex_;
  std::set<Place> places_;
  std::vector<Order> orders_;
  bool stopping_ = false;
  std::mutex wake_mutex_;  // Also taken within librdkafka's locks: nothing is called under it.
  std::condition_variable wake_;
  bool woken_ = false;
  std::thread thread_;
};

class Reader::Handle final : public storage::Reading {
 public:
  Handle(Lane* lane, std::shared_ptr<Running> running)
      : lane_{lane}, running_{std::move(running)} {}
  ~Handle() override {
    running_->gate.close();
    if (lane_ != nullptr) lane_->end(running_);
  }
  void credit(std::size_t entries) override {
    if (!running_->limited || entries == 0) return;
    running_->credit.fetch_add(entries);
    if (lane_ != nullptr) lane_->wake();
  }

 private:
  Lane* lane_;  // None if there is no client.
  std::shared_ptr<Running> running_;
};

Reader::Reader(KafkaOptions options) : options_{std::move(options)} {}
Reader::~Reader() = default;

std::unique_ptr<storage::Reading> Reader::read(const std::string& topic,
                                               storage::PartitionId partition, storage::Offset from,
                                               storage::OnBatch on_batch, bool limited) {
  auto running = std::make_shared<Running>();
  running->place = {topic, static_cast<std::int32_t>(index_of(partition))};
  running->on_batch = std::move(on_batch);
  running->limited = limited;
  running->next = from;
  const std::lock_guard lock{mutex_};
  for (const auto& lane : lanes_) {
    if (lane->begin(running)) return std::make_unique<Handle>(lane.get(), std::move(running));
  }
  auto opened = Lane::open(options_);
  if (!opened) {
    running->on_batch(tl::unexpected{opened.error()});
    return std::make_unique<Handle>(nullptr, std::move(running));
  }
  lanes_.push_back(std::move(*opened));
  ensure(lanes_.back()->begin(running), "a fresh lane reads nothing");
  return std::make_unique<Handle>(lanes_.back().get(), std::move(running));
}

}  // namespace paysaga::engine::kafka
