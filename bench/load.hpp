#pragma once

#include <charconv>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "bench/measured_node.hpp"
#include "paysaga/engine/kafka/reader.hpp"
#include "paysaga/storage/record.hpp"

namespace paysaga::bench {

/// Payment events at a steady rate that waits for nobody: each counts from when it was due, so that
/// what comes late because the one before it was late is not left out of the figures.
class Load {
 public:
  struct Target {
    config::Settings inputs;  // Whose topics the events go to.
    std::string journal;      // Where decisions, or the floor's records, are read back.
    std::string output;       // Where what was published is read, as committed.
    bool floor = false;       // Records are known by their keys, not by what they say.
  };
  struct Times {
    std::vector<double> durable_ms;
    std::vector<double> published_ms;
    int overtaken = 0;  // Events without a record: a later one of the order came first.
    int lost = 0;       // Orders without an output.
  };

  Load(Target target, int rate, int seconds)
      : target_{std::move(target)},
        rate_{rate},
        block_{std::max(1, rate / 10)},
        orders_{rate * (seconds + warm_up_seconds) / events_an_order / block_ * block_} {
    const auto slots = static_cast<std::size_t>(orders_ * events_an_order);
    due_.resize(slots);
    durable_.assign(slots, nothing);
    published_.assign(slots, nothing);
  }

  Times run() {
    const auto log = open_topics(target_.inputs);
    engine::kafka::Reader reader{engine::kafka::kafka_options(target_.inputs)};
    const auto readings = read(reader);
    const std::vector<storage::Output> events = make();
    // Until the readers and the producer have their connections.
    const auto begun = Clock::now() + std::chrono::seconds{1};
    for (std::size_t n = 0; n < due_.size(); ++n) {
      due_[n] = begun + std::chrono::nanoseconds{1'000'000'000LL * static_cast<long>(n) / rate_};
    }
    for (std::size_t n = 0; n < events.size(); ++n) {
      std::this_thread::sleep_until(due_[n]);
      log->put(events[n], [](const Result<storage::Offset>& put) {
        ensure(put.has_value(), "an event is put");
      });
    }
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, std::chrono::seconds{30},
                      [this] { return published_count_ == static_cast<std::size_t>(orders_); });
    // What was overtaken has no record: there is nothing else to wait for.
    changed_.wait_for(lock, std::chrono::seconds{1},
                      [this] { return durable_count_ == due_.size(); });
    return times();
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr int events_an_order = 3;
  static constexpr int warm_up_seconds = 2;
  static constexpr double nothing = -1;

  /// Which order's which event is sent as the n-th: the events of one order are a tenth of a second
  /// apart, those of other orders between them.
  [[nodiscard]] std::pair<int, int> event_of(std::size_t n) const {
    const int at = static_cast<int>(n);
    const int block = at / (block_ * events_an_order);
    const int within = at % (block_ * events_an_order);
    return {block * block_ + within % block_, within / block_};
  }
  [[nodiscard]] std::size_t slot_of(int order, int event) const {
    const int block = order / block_;
    return static_cast<std::size_t>(block * block_ * events_an_order + event * block_ +
                                    order % block_);
  }

  [[nodiscard]] std::vector<storage::Output> make() const {
    const PaymentEvents events{target_.inputs};
    std::vector<storage::Output> made(due_.size());
    for (int order = 0; order < orders_; ++order) {
      auto of_order = events.of(order);
      for (int event = 0; event < events_an_order; ++event) {
        const std::size_t slot = slot_of(order, event);
        ensure(event_of(slot) == std::pair{order, event}, "a slot is one event's");
        made[slot] = std::move(of_order[static_cast<std::size_t>(event)]);
        if (target_.floor) made[slot].record.key = std::to_string(slot);
      }
    }
    return made;
  }

  /// The slot of an event by its id, "bench-payments:order-7:p:3".
  [[nodiscard]] std::size_t slot_of_id(std::string_view id) const {
    const std::string_view before = ":order-";
    const auto order_at = id.find(before) + before.size();
    int order = 0;
    int event = 0;
    std::from_chars(id.data() + order_at, id.data() + id.size(), order);
    std::from_chars(id.data() + id.rfind(':') + 1, id.data() + id.size(), event);
    return slot_of(order, event - 1);
  }
  static std::size_t number(std::string_view key) {
    std::size_t slot = 0;
    std::from_chars(key.data(), key.data() + key.size(), slot);
    return slot;
  }

  std::vector<std::unique_ptr<storage::Reading>> read(engine::kafka::Reader& reader) {
    std::vector<std::unique_ptr<storage::Reading>> readings;
    const auto partitions = static_cast<std::uint32_t>(target_.inputs.kafka.partitions);
    for (std::uint32_t i = 0; i < partitions; ++i) {
      for (const bool journal : {true, false}) {
        readings.push_back(reader.read(
            journal ? target_.journal : target_.output, storage::PartitionId{i}, 0,
            [this, journal](const Result<storage::LogBatch>& batch) {
              ensure(batch.has_value(), "what was written can be read");
              seen(*batch, journal);
            },
            false));
      }
    }
    return readings;
  }

  void seen(const storage::LogBatch& batch, bool journal) {
    const auto now = Clock::now();
    const std::lock_guard lock{mutex_};
    for (const storage::LogEntry& entry : batch.entries) {
      std::size_t slot = 0;
      if (target_.floor) {
        slot = number(entry.record.key);
      } else if (journal) {
        const auto header = storage::read_header(entry.record);
        ensure(header && *header, "a record of the journal has a header");
        if ((*header)->kind != storage::RecordKind::decision) continue;
        const auto decision = storage::decode_decision(entry.record.value);
        ensure(decision.has_value(), "a decision can be read");
        slot = slot_of_id(decision->input_id);
      } else {
        const auto event = storage::decode_event(entry.record.value);
        ensure(event.has_value(), "an event can be read");
        slot = slot_of_id(event->causation_id);
      }
      double& time = (journal ? durable_ : published_)[slot];
      if (time != nothing) continue;
      time = std::chrono::duration<double, std::milli>(now - due_[slot]).count();
      ++(journal ? durable_count_ : published_count_);
    }
    changed_.notify_all();
  }

  [[nodiscard]] Times times() const {
    Times times;
    times.overtaken = static_cast<int>(due_.size() - durable_count_);
    times.lost = orders_ - static_cast<int>(published_count_);
    const auto first = static_cast<std::size_t>(rate_ * warm_up_seconds);
    for (std::size_t slot = first; slot < due_.size(); ++slot) {
      if (durable_[slot] != nothing) times.durable_ms.push_back(durable_[slot]);
      if (published_[slot] != nothing) times.published_ms.push_back(published_[slot]);
    }
    return times;
  }

  Target target_;
  int rate_;
  int block_;  // Orders.
  int orders_;
  std::vector<Clock::time_point> due_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<double> durable_;
  std::vector<double> published_;
  std::size_t durable_count_ = 0;
  std::size_t published_count_ = 0;
};

}  // namespace paysaga::bench
