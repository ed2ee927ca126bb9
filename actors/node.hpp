#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/actors/breaker.hpp"
#include "paysaga/actors/node_hold.hpp"
#include "paysaga/actors/ports.hpp"
#include "paysaga/actors/rates.hpp"
#include "paysaga/saga/saga.hpp"
#include "paysaga/storage/hash_chain.hpp"
#include "paysaga/storage/log.hpp"
#include "paysaga/storage/state_store.hpp"

namespace paysaga::actors {

/// What came of a submitted command. It is given after the decision was read back from the journal.
struct Submitted {
  enum class Kind {
    accepted,
    repeated,         // Decided before, under the same id: `code` is what was answered then.
    refused,          // COMMAND_REFUSED {code}.
    parked,           // Early; it waits for what it needs.
    quarantined,      // The order is stopped; the command is queued behind it.
    unknown_order,    // `park_early` was false and the order does not exist.
    overloaded,       // Too many in flight: nothing was decided. Try again.
    not_leading,      // This node does not lead the partition now: nothing was decided. Try again.
    outcome_unknown,  // It may or may not be in the journal: repeat with the same id.
  };
  Kind kind;
  std::string code;
  std::string detail;                // One sentence, for problem+json and CLI.
  std::shared_ptr<const Saga> saga;  // After it, where there is one.
};

struct Submission {
  OrderId order;
  CommandInput command;
  bool park_early = true;  // False (a single HTTP command): an unknown order is answered at once.
};

/// A partition as it is now.
struct PartitionInfo {
  storage::PartitionId partition{};
  std::string role;  // leading, restoring, following, catching_up, claiming, stopped.
  std::string why;   // Of `stopped`.
  storage::Offset epoch = -1;
  std::uint64_t jseq = 0;
  storage::Offset applied_next = 0;
  std::optional<storage::Offset> published_next;  // None: not known (yet) here.
  storage::Offset end = 0;
  std::size_t orders_active = 0;
  std::size_t in_flight = 0;  // Inputs not yet decided and decisions not yet read back.
  std::size_t credit_max = 0;
  std::uint64_t claims = 0;
  std::uint64_t step_downs = 0;
  std::optional<Time> oldest_due;  // The most overdue wake-up.

  /// Records that were applied and not published.
  [[nodiscard]] std::optional<std::int64_t> publish_lag() const {
    if (!published_next) return std::nullopt;
    return std::max<std::int64_t>(applied_next - *published_next, 0);
  }
};

/// An order actor as it is now.
struct ActorInfo {
  OrderId order;
  storage::PartitionId partition{};
  std::string status;
  std::uint64_t version = 0;            // Decided, also in flight.
  std::uint64_t version_committed = 0;  // Read back.
  std::size_t mailbox = 0;
  std::size_t decisions_in_flight = 0;
  std::vector<std::string> calls_in_flight;
  std::vector<std::string> operations;
  std::vector<std::string> parked;
  std::optional<Time> next_wake_at;
  std::optional<Time> active_since;
};

/// How this node calls its provider now. Rates and tokens are millionths of a call; 0: no limit.
struct ProviderInfo {
  struct Gate {
    std::string_view name;  // Of the endpoint, or "all".
    std::int64_t rate_max = 0;
    std::int64_t rate = 0;  // A second, as the provider's refusals have left it.
    std::int64_t tokens = 0;
    std::array<std::size_t, 3> waiting{};  // By Lane.
    bool open = false;                     // Its breaker.
    bool probing = false;
    std::string_view why;  // It opened; empty if it is closed.
    std::optional<Time> retry_at;
    std::uint64_t limited = 0;  // Calls that the provider put off since the node started.
    std::optional<Time> limited_at;
    Limit limited_why = Limit::none;
  };
  Gate all;
  std::vector<Gate> endpoints;
  std::vector<NodeHold> holds;  // A breaker that is forced is told of here.
  std::size_t in_flight = 0;
  std::size_t in_flight_max = 0;
  std::size_t waiting = 0;
};

struct NodeOptions {
  std::string node = "node-1";
  std::string version;  // Of the program, for the claim.
  std::string address;  // For the claim: where other nodes forward requests to.
  std::string group = "paysaga";
  std::string topic_prefix;
  std::string ledger;
  Roles roles = Roles::both;
  bool livemode = false;
  bool publish_atomic = true;
  Policy policy;
  storage::ChainKey chain_key;
  std::size_t credit_max = 4'096;         // In flight a partition.
  std::size_t publish_ahead_max = 4'096;  // Records a partition that are read and not published.
  std::size_t calls_in_flight_max = 256;  // At the provider.
  RateLimits rates;                       // Of calls to it.
  std::vector<NodeHold> holds;            // From the start on.
  int lowest_every = 16;                  // As PaymentOptions.
  Duration idle_after = seconds{2};       // Then an order actor is passivated.
  Duration append_timeout = seconds{10};
  Duration journal_retention = hours{7 * 24};
  std::size_t threads = 2;  // 0: the actors run only while the host calls `run_one`.
  /// Writes snapshots of the partitions that it leads, and fills from them what its store lacks. A
  /// log that keeps its journal for as long as a store needs it does without.
  bool snapshots = false;
  Duration snapshot_every = seconds{1};
  /// Applies the journals of the partitions that others lead, too: a takeover is short then.
  bool standby = false;
  /// Goes on without inputs that may be lost, instead of stopping.
  bool accept_input_loss = false;
  Duration tick = milliseconds{20};  // How often a partition looks at its timers.
  std::uint64_t seed = 0;            // Of jitter and nonces; 0: from the system.
};

/// The actors of one node: owns their system, joins the log's membership, leads what it is given.
/// CAF stands behind this page.
///
/// Threads:   every call from any thread; callbacks come from actor threads and must not block.
/// Lifetime:  the ports outlive it.
class Node {
 public:
  template <class T>
  using Done = std::function<void(T)>;

  Node(NodeOptions options, storage::Log& log, storage::StateStore& store,
       PaymentProvider& provider, const Clock& clock, Observer& observer);
  ~Node();  // Stops, if it was not.
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  void start();
  /// No new input; calls in flight get up to `grace`; everything appended is read back and applied,
  /// what is published is flushed. Then `done`, from an actor.
  void drain(Duration grace, std::function<void()> done);
  /// Drains, waits for it, leaves the log and ends the actors. A node without threads ends at once:
  /// its host drains it first.
  void stop(Duration grace = seconds{10});

  /// For a host that runs the actors itself (`threads` is 0), all of it on one thread at a time.
  /// How many actors have a message to handle.
  [[nodiscard]] std::size_t runnable() const;
  /// One of them, 0 .. runnable() - 1, handles its next message.
  void run_one(std::size_t which);
  /// Their timers go on by `passed`. Inputs see the Clock port, not this.
  void advance(Duration passed);

  void submit(Submission submission, Done<Submitted> done);
  /// Calls once when `until(saga)` holds of the committed state while this node leads it, or at
  /// `deadline` with the state as it is then (null if the order is unknown).
  void wait(OrderId order, std::function<bool(const Saga&)> until, Time deadline,
            Done<std::shared_ptr<const Saga>> done);
  void partitions(Done<std::vector<PartitionInfo>> done);
  void actors(std::size_t limit, Done<std::vector<ActorInfo>> done);
  void actor(OrderId order, Done<std::optional<ActorInfo>> done);
  /// Lifts a quarantine: decides the queue again, or first moves its head to the dead letters.
  void resume(OrderId order, std::string reason, Done<Result<std::monostate>> done);
  void skip(OrderId order, std::string reason, Done<Result<std::monostate>> done);
  /// Puts a dead letter again into its topic, in the order of its partition, or gives it up.
  /// Errors: malformed (the id), not_found, conflict (somebody is at it), unavailable, forbidden
  ///         (it does not wait, or died too often: not with `force`; or it was not kept whole).
  void redrive(std::string letter, std::string reason, bool force,
               Done<Result<std::monostate>> done);
  void discard(std::string letter, std::string reason, Done<Result<std::monostate>> done);
  void provider(Done<ProviderInfo> done);
  /// Asks the provider beside all orders, in the call's lane and within the rates. `done` comes
  /// from any thread: what is put off, or comes while the node shuts down, is NotSent; not after
  /// its end.
  void ask(ProviderCall call, Done<ProviderReply> done);
  /// Obeyed by every call that is started from now on, instead of those before.
  void hold(std::vector<NodeHold> holds);
  /// True while the membership gives the partition to this node, which may not lead it yet.
  [[nodiscard]] bool owns(storage::PartitionId partition) const;
  /// True while this node leads the partition, has caught up with its journal, and the membership
  /// has not given it to another node as far as is known.
  [[nodiscard]] bool leads(storage::PartitionId partition) const;
  /// True when this node takes part in the log's membership and leads all that it was given, which
  /// is at least one partition.
  [[nodiscard]] bool ready() const;
  /// True if nothing is in flight, no call runs and no wake-up is due within `horizon`.
  void idle(Duration horizon, Done<bool> done);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace paysaga::actors
