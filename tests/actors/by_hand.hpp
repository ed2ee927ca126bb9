#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/world.hpp"

namespace paysaga::actors::trial {

/// An order that rested so long has no actor any more.
inline constexpr Duration idle_after = seconds{2};

/// Stands still until a test moves it.
class HandClock final : public Clock {
 public:
  explicit HandClock(Time at) : now_{at} {}
  [[nodiscard]] Time now() const override { return now_; }
  void advance(Duration passed) { now_ += passed; }

 private:
  Time now_;
};

/// Lets the steps of a log happen when a test says so, in the order in which they were carried.
/// What is held is left out until it is asked for, or let go.
class HandCourier final : public storage::MemoryCourier {
 public:
  using Kind = storage::MemoryStep::Kind;

  void carry(const storage::MemoryStep& step, std::function<void()> happen) override;
  std::optional<storage::MemoryFault> fault(Kind kind, std::string_view node,
                                            storage::PartitionId partition) override;

  void hold(Kind kind) { held_.insert(kind); }
  void let_go(Kind kind) { held_.erase(kind); }
  [[nodiscard]] std::size_t waiting(Kind kind) const;
  /// Lets the first step of the kind happen, or a later one, held or not; false if none waits.
  bool happen(Kind kind, std::size_t skip = 0);
  /// Lets the first step that is not held happen; false if none waits.
  bool happen_next();

  /// What becomes of the next appends to journals, in turn; none: it succeeds.
  std::deque<std::optional<storage::MemoryFault>> append_faults;

 private:
  struct Step {
    Kind kind;
    std::function<void()> happen;
  };
  void happen_at(std::deque<Step>::iterator step);
  std::deque<Step> waiting_;
  std::set<Kind> held_;
};

class HandNode;

/// The log, the service and the time of nodes whose every step a test makes: on one thread, the
/// same in every run.
class HandWorld {
 public:
  explicit HandWorld(std::uint32_t partition_count = 1);

  [[nodiscard]] storage::MemoryStore new_store() const;
  /// Everything happens that can, but what is held; time stands still.
  void settle();
  /// Time passes and nobody notices: all nodes sleep.
  void sleep(Duration passed);
  /// Time passes, the timers of all nodes fire, everything happens that can.
  void pass(Duration passed);
  /// As long as it takes that everybody has looked at its timers.
  void tick() { pass(milliseconds{100}); }

  void put(const std::string& topic, storage::PartitionId partition, const std::string& value);
  void put(const std::string& topic, storage::PartitionId partition, storage::LogRecord record);
  [[nodiscard]] int decided(const std::string& input_id, storage::PartitionId partition = p0) const;
  /// The values that the topic should have by the journal, and those that it has.
  [[nodiscard]] std::vector<std::string> said(const std::string& topic,
                                              storage::PartitionId partition = p0) const;
  [[nodiscard]] std::vector<std::string> published(const std::string& topic,
                                                   storage::PartitionId partition = p0) const;

  HandClock clock;  // The log's.
  HandCourier courier;
  storage::MemoryWorld log;
  ScriptedProvider provider;
  std::uint32_t partition_count;
  bool snapshots = false;  // Of the nodes that are made from now on; so is the next.
  bool standby = false;
  bool publish_atomic = true;
  std::size_t publish_ahead_max = 4'096;

 private:
  friend class HandNode;
  std::unique_ptr<storage::MemoryLog> outside_;
  std::vector<HandNode*> nodes_;
};

/// A node whose actors run when the test lets them.
class HandNode {
 public:
  /// Its clock is ahead of the log's by `ahead`, or behind it.
  HandNode(HandWorld& of, storage::StateStore& with, Duration ahead = {},
           std::unique_ptr<storage::Log> end = nullptr);
  /// A node of these roles, in their group, with a provider of its own.
  HandNode(HandWorld& of, storage::StateStore& with, Roles roles, PaymentProvider& provider);
  ~HandNode();
  HandNode(const HandNode&) = delete;
  HandNode& operator=(const HandNode&) = delete;

  void lead();
  [[nodiscard]] Box<Submitted> ask(const std::string& json) const;
  /// Submits a command and lets everything happen; "accepted", or "nothing" if no answer came.
  [[nodiscard]] std::string say(const std::string& json) const;
  /// Each actor that can run now handles one message.
  void run_round() const;
  /// The one actor that can run handles one message.
  void run_only() const;
  [[nodiscard]] Saga saga(const std::string& order) const;
  [[nodiscard]] PartitionInfo partition() const;

  HandWorld& world;
  storage::StateStore& store;
  HandClock clock;
  Recorder seen;
  std::unique_ptr<storage::Log> log;
  std::unique_ptr<Node> node;

 private:
  void make_node(NodeOptions options, PaymentProvider& provider);
};

}  // namespace paysaga::actors::trial
