#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "paysaga/actors/node.hpp"
#include "paysaga/storage/codec_command.hpp"
#include "paysaga/storage/memory_log.hpp"
#include "paysaga/storage/memory_store.hpp"
#include "paysaga/storage/record.hpp"
#include "saga/payment/encoder.hpp"

namespace paysaga::actors::trial {

inline constexpr storage::PartitionId p0{0};
inline constexpr storage::PartitionId p1{1};
inline constexpr char ledger[] = "ledger0001";

/// Waits for what other threads bring about; stops the test if they do not in time.
void eventually(const std::string& what, const std::function<bool()>& holds);

/// Flows as time does and jumps when a test says so.
class TestClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override;
  void advance(Duration duration) { ahead_ += duration.count(); }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::atomic<std::int64_t> ahead_ = 0;
};

/// One answer that comes from another thread.
template <class T>
class Box {
 public:
  [[nodiscard]] std::function<void(T)> fill() const {
    return [state = state_](T value) {
      const std::lock_guard lock{state->mutex};
      ++state->times;
      state->value = std::move(value);
    };
  }
  [[nodiscard]] int times() const {
    const std::lock_guard lock{state_->mutex};
    return state_->times;
  }
  [[nodiscard]] T get(const std::string& what = "an answer") const {
    eventually(what, [this] { return times() > 0; });
    const std::lock_guard lock{state_->mutex};
    return *state_->value;
  }

 private:
  struct State {
    std::mutex mutex;
    std::optional<T> value;
    int times = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// A payment service that answers when the test says so, or at once and well (`obey`).
class ScriptedProvider final : public PaymentProvider {
 public:
  void call(ProviderCall call, Done done) override;
  [[nodiscard]] const RequestEncoder& encoder() const override { return encoder_; }

  void obey();
  [[nodiscard]] std::size_t calls() const;
  [[nodiscard]] ProviderCall at(std::size_t index) const;
  /// "create o1", the call ids left out.
  [[nodiscard]] std::vector<std::string> targets() const;
  void wait_for_calls(std::size_t count) const;
  void answer(std::size_t index, Answer answer);
  /// The answer of a service where everything succeeds.
  [[nodiscard]] static Answer good(const ProviderCall& call);

 private:
  struct Heard {
    ProviderCall call;
    Done done;
  };
  mutable std::mutex mutex_;
  std::vector<Heard> heard_;
  bool obeys_ = false;
  payment::trial::PlainEncoder encoder_;
};

class Recorder final : public Observer {
 public:
  void claimed(storage::PartitionId) override { ++claims; }
  void stepped_down(storage::PartitionId, std::string_view why) override { add("down", why); }
  void dead_lettered(std::string_view cause) override { add("dead", cause); }
  void moved() override { ++moves; }
  void quarantined(const OrderId&, std::string_view reason) override { add("stopped", reason); }
  void partition_failed(storage::PartitionId, const Error& error) override {
    add("failed", error.detail);
  }
  void snapshot_behind(storage::PartitionId, std::optional<Time> since) override {
    const std::lock_guard lock{mutex_};
    behind_ = since;
  }
  /// Since when the snapshot of the partition that was told of last lacks something.
  [[nodiscard]] std::optional<Time> behind() const {
    const std::lock_guard lock{mutex_};
    return behind_;
  }
  void input_decided(std::string_view, Outcome outcome) override {
    if (outcome == Outcome::ignored) ++repeated;
  }
  [[nodiscard]] std::vector<std::string> told(const std::string& of) const;
  std::atomic<int> repeated = 0;
  std::atomic<int> claims = 0;
  std::atomic<int> moves = 0;

 private:
  void add(const std::string& of, std::string_view what);
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> told_;
  std::optional<Time> behind_;
};

/// A decision that counts, as any reader of the journal finds it.
struct Counted {
  storage::Offset offset;
  storage::DecisionRecord decision;
};
/// Marks have no order, no kind of input and no outcome.
[[nodiscard]] std::vector<Counted> counted_in(const storage::MemoryWorld& log,
                                              storage::PartitionId partition);
/// A claim of another node, for the end of the journal.
[[nodiscard]] storage::LogRecord foreign_claim(std::uint32_t partition_count = 1);
/// Such a claim, and a decision under it that publishes something.
void append_as_another_node(storage::MemoryWorld& log);

/// The log, the service and the time that all nodes of a test share.
class World {
 public:
  explicit World(std::uint32_t partition_count = 1);

  [[nodiscard]] storage::MemoryStore new_store() const;
  [[nodiscard]] std::vector<Counted> counted(storage::PartitionId partition = p0) const;
  /// How often an input was decided.
  [[nodiscard]] int decided(const std::string& input_id, storage::PartitionId partition = p0) const;
  [[nodiscard]] int claims(storage::PartitionId partition = p0) const;
  /// What the journals say that the topic holds, in order; right if it is published once each.
  [[nodiscard]] std::vector<storage::LogRecord> said(const std::string& topic) const;
  [[nodiscard]] std::vector<storage::LogRecord> published(const std::string& topic) const;
  /// The topic holds exactly what the journal says, and it is not nothing.
  void check_published(const std::string& topic) const;
  /// Every order of the store is as its last counted record says.
  void check_fold(const storage::StateStore& store, storage::PartitionId partition = p0) const;
  void put(const std::string& topic, storage::PartitionId partition, storage::LogRecord record);

  TestClock clock;
  storage::MemoryWorld log;
  ScriptedProvider provider;
  std::uint32_t partition_count;

 private:
  std::unique_ptr<storage::MemoryLog> outside_;
};

/// While it lives nothing that any log calls back is heard: appends land, nobody knows.
class Hold {
 public:
  enum class From { now, behind_what_is_due };
  explicit Hold(World& world, From from = From::now);
  void wait_until_it_holds() const { holds_.wait(); }
  ~Hold();
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

 private:
  std::unique_ptr<storage::MemoryLog> log_;
  std::shared_ptr<std::promise<void>> release_ = std::make_shared<std::promise<void>>();
  std::future<void> holds_;
};

[[nodiscard]] NodeOptions calm_options();

/// A node with its end of the log.
class Member {
 public:
  Member(World& world, storage::StateStore& store, NodeOptions options = calm_options(),
         const std::string& name = "a");
  /// Starts it and waits until it leads every partition.
  void lead();
  /// Submits a command and waits for its answer.
  Submitted say(const std::string& json);
  Box<Submitted> ask(const std::string& json);
  [[nodiscard]] PartitionInfo partition(storage::PartitionId id = p0);
  [[nodiscard]] std::string status(const std::string& order);
  Box<Result<std::monostate>> resume(const std::string& order);
  Box<Result<std::monostate>> skip(const std::string& order);
  void wait_until_led(int claims);

  World& world;
  storage::StateStore& store;
  Recorder seen;
  std::unique_ptr<storage::MemoryLog> log;
  std::unique_ptr<Node> node;
};

[[nodiscard]] storage::ParsedCommand parsed(const std::string& json);
[[nodiscard]] std::string initiate(const std::string& id, const std::string& order);
[[nodiscard]] std::string confirm(const std::string& id, const std::string& order);
[[nodiscard]] std::string cancel(const std::string& id, const std::string& order);
[[nodiscard]] std::string text_of(Submitted::Kind kind);
/// An order that lives on the partition.
[[nodiscard]] std::string order_on(storage::PartitionId partition, std::uint32_t partition_count);

}  // namespace paysaga::actors::trial
