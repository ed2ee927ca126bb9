#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "paysaga/storage/acceptor.hpp"
#include "paysaga/storage/log.hpp"

// One suite for every adapter of Log: an adapter registers a factory, and each test runs on each.

namespace paysaga::storage::conformance {

/// A fresh log of 4 partitions and what a test may do to it from outside. What an adapter cannot do
/// yields false, and the test has nothing to check there.
class LogUnderTest {
 public:
  virtual ~LogUnderTest() = default;
  virtual Log& log() = 0;
  /// Ends the log as kill -9 would leave it, or closes it, and opens it again.
  virtual bool restart() { return false; }
  /// Removes everything that stands in the journal now.
  virtual bool trim_journal(PartitionId) { return false; }
  /// Changes bytes of an entry where it is kept.
  virtual bool damage_journal(PartitionId, Offset) { return false; }
  /// The next append's answer is lost, and the record too unless `landed`.
  virtual bool lose_answer(PartitionId, bool /*landed*/) { return false; }
  /// The next append's answer is lost; the record lands with the next `land_late`.
  virtual bool delay_append(PartitionId) { return false; }
  virtual void land_late() {}
};

struct Adapter {
  std::string name;
  std::function<std::unique_ptr<LogUnderTest>()> make;
};
/// All adapters linked into this test binary.
std::vector<Adapter>& adapters();
struct Registration {
  explicit Registration(Adapter adapter) { adapters().push_back(std::move(adapter)); }
};

constexpr std::chrono::seconds deadline{20};

/// A value that a callback brings; waiting for it ends at the deadline.
template <class T>
class Answer {
 public:
  [[nodiscard]] std::function<void(T)> callback() {
    return [state = state_](T value) {
      const std::lock_guard lock{state->mutex};
      state->values.push_back(std::move(value));
      state->came.notify_all();
    };
  }
  /// None if nothing came in time.
  [[nodiscard]] std::optional<T> wait() const {
    std::unique_lock lock{state_->mutex};
    state_->came.wait_for(lock, deadline, [this] { return !state_->values.empty(); });
    if (state_->values.empty()) return std::nullopt;
    return state_->values.front();
  }
  [[nodiscard]] std::size_t count() const {
    const std::lock_guard lock{state_->mutex};
    return state_->values.size();
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable came;
    std::vector<T> values;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// Gathers what a reading delivers.
class Gathered {
 public:
  [[nodiscard]] OnBatch callback();
  /// The first `count` entries, once they are there; fewer at the deadline or at an error.
  [[nodiscard]] std::vector<LogEntry> wait(std::size_t count) const;
  [[nodiscard]] std::optional<Error> wait_error() const;
  [[nodiscard]] std::vector<LogEntry> now() const;

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable came;
    std::vector<LogEntry> entries;
    std::optional<Error> error;
    Offset next = -1;
    bool gap = false;  // A batch did not go on where the one before it ended.
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

// The calls of a log, waited for.
AppendOutcome append(JournalWriter& writer, Headers headers, std::string value);
Result<Offset> put(Log& log, std::string topic, PartitionId partition, std::string value);
Result<std::monostate> publish(Log& log, std::vector<Output> outputs,
                               std::vector<Commit> positions);
std::pair<Offset, Offset> journal_range(Log& log, PartitionId partition);
std::vector<LogEntry> read_journal(Log& log, PartitionId partition, Offset from, std::size_t count);

/// A node in small: it claims, reads its claim back, and writes decisions under it.
class Leader {
 public:
  Leader(Log& log, PartitionId partition, std::uint8_t name);
  /// True if it read its claim back and no later one.
  bool claim();
  AppendOutcome decide(const std::string& order);
  AppendOutcome mark(Offset next);
  /// Stamps a decision that is never appended.
  void lose_one();
  [[nodiscard]] const Position& position() const { return acceptor_.position(); }
  [[nodiscard]] JournalWriter& writer() { return *writer_; }
  [[nodiscard]] RecordStamp& stamp() { return *stamp_; }

 private:
  void read_to_end(const std::function<void(const Acceptance&)>& on_record);

  Log& log_;
  PartitionId partition_;
  std::uint8_t name_;
  std::uint8_t claims_ = 0;
  std::unique_ptr<JournalWriter> writer_;
  Acceptor acceptor_{Position{}};
  std::optional<RecordStamp> stamp_;
};

/// What the accept rule says of each entry: "claim 0/0", "decision 0/1 ord_1", "void: ...", and for
/// an error its code, where it ends.
std::vector<std::string> judge(const Position& from, const std::vector<LogEntry>& entries);

}  // namespace paysaga::storage::conformance
