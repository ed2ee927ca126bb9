#pragma once

#include <deque>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "paysaga/actors/input_cursor.hpp"
#include "paysaga/actors/messages.hpp"
#include "paysaga/actors/order.hpp"
#include "paysaga/actors/partition_set.hpp"
#include "paysaga/actors/roster.hpp"
#include "paysaga/actors/wake_queue.hpp"
#include "paysaga/storage/acceptor.hpp"
#include "paysaga/storage/record.hpp"
#include "paysaga/storage/snapshot.hpp"

namespace paysaga::actors {

struct PartitionPorts {
  storage::Log& log;
  storage::StateStore& store;
  const Clock& clock;
  Observer& observer;
  PartitionSet& led;  // Those that the node leads.
};

/// The partition reader: routes inputs to orders, appends their decisions to the journal, reads
/// them back, applies them, and only then lets anybody act. One instance a partition and node, for
/// ever; whether it leads changes.
///
///     stopped --Gained--> catching_up --read to the end--> claiming --own claim read--> leading
///        ^                     ^                                                           |
///        +-------Lost----------+---------------- step down (PROTOCOL R8) ------------------+
///
/// A store that lacks what the journal no longer has is first filled from the snapshot (restoring).
///
/// The rules are PROTOCOL's; docs/architecture.md tells them as a story.
class Partition {
 public:
  Partition(PartitionActor::pointer self, storage::PartitionId id,
            std::shared_ptr<const OrderWorld> world, PartitionPorts ports, PaymentActor payment);

  // Leadership (partition_lead.cpp).
  void on(const Gained& gained);
  void on(const Lost& lost);
  void on(const Ranged& ranged);
  void on(Tailed& tailed);
  void on(const Appended& appended);
  void on(SnapshotLot& lot);  // partition_restore.cpp

  // Inputs and decisions (partition_decide.cpp, partition_input.cpp).
  void on(Submit& submit);
  void on(Answered& answered);
  void on(const Deferred& deferred);
  void on(Fetched& fetched);
  void on(const Looked& looked);       // partition_landmark.cpp
  void on(const InputRanged& ranged);  // partition_landmark.cpp
  void on(Decided& decided);
  void on(const Retired& retired);
  void on(Lift& lift);      // partition_quarantine.cpp
  void on(Settle& settle);  // partition_dead_letter.cpp

  // Time (partition_time.cpp).
  void on(const Tick&);
  void on(WaitFor& wait);
  void on(const Shutdown& shutdown);

  // Inspection (partition_inspect.cpp).
  void on(const InspectPartition& inspect);
  void on(const InspectActors& inspect);
  void on(const InspectActor& inspect);
  void on(const AskIdle& ask);
  void on(const PublishedUpTo& published) { published_next_ = published.next; }

 private:
  enum class Role { stopped, restoring, catching_up, claiming, leading };

  /// Where an input came from and who waits for its answer.
  struct Pending {
    OrderId order;
    Time received_at{};
    std::string kind;
    std::optional<CommandInput> command;  // Kept, as `event`: it may have to be queued after all.
    std::string event;                    // A payment event or webhook, as its topic had it.
    std::optional<std::size_t> topic;     // Of an inbound record, with its offset.
    storage::Offset offset = -1;
    std::uint64_t reading = 0;  // Of that topic.
    std::function<void(Submitted)> done;
    bool queued = false;  // The head of a quarantined order's queue.
  };
  /// A decision that was appended and not read back yet.
  struct InFlight {
    std::uint64_t jseq = 0;
    std::optional<OrderId> order;
    std::shared_ptr<const Saga> next;
    Submitted answer{};
    std::function<void(Submitted)> done;
    Time received_at{};
    Time appended_at{};
    bool queued = false;
    std::function<void()> on_applied;
    std::shared_ptr<const std::string> history;
  };
  /// What one batch of the journal says.
  struct ReadBack {
    std::vector<storage::AppliedRecord> applied;
    std::vector<InFlight> settled;
    std::deque<std::string> histories;  // What `applied` looks into.
    std::string_view lost;              // Why the partition is no longer led; empty: it is.
    bool own_claim = false;
  };
  /// An answer that waits until all that was appended before it has been read back.
  struct After {
    std::uint64_t jseq;
    std::function<void(Submitted)> done;
    Submitted answer;
  };
  /// An input that no order decides: it can never be read, or its order lives elsewhere.
  struct Stray {
    storage::LogEntry entry;
    std::variant<std::string, storage::PartitionId> becomes;  // Dead letter: why; or moved: where.
  };
  /// The position that the store, or a record in flight, has.
  struct Told {
    storage::Offset next = -1;
    std::optional<storage::Landmark> last;
    friend bool operator==(const Told&, const Told&) = default;
  };
  /// A second reading, of the landmark alone.
  struct Look {
    std::unique_ptr<storage::Reading> reading;
    std::uint64_t number = 0;
    storage::Landmark newest{};  // The landmark, once the former one is seen again.
    Time since{};                // It began, or the last one ended.
  };
  struct Inbound {
    Topic kind{};
    std::string topic;  // Its name in full.
    InputCursor cursor;
    Told told;
    std::optional<storage::Landmark> landmark;
    bool seeking = false;  // This life has not seen the landmark yet: reading begins there.
    Duration patience = seconds{1};
    Look look;
    std::unique_ptr<storage::Reading> reading;
    std::uint64_t reading_number = 0;
    std::uint64_t cursor_since = 0;  // The reading with which the cursor began anew.
    Time reading_since{};
    std::size_t owed = 0;  // Credit held back while too much was in flight.
    std::deque<Stray> strays;
  };

  // partition_lead.cpp
  void begin();
  void begin_if_stopped();
  /// Applies what another node decides, and has no effect.
  [[nodiscard]] bool following() const { return role_ == Role::catching_up && !owned_; }
  void follow_journal();
  void claim();
  void lead();
  void step_down(std::string_view why);
  void stop(std::string why);
  void stop_unread(const Error& error);
  void stop_unwritten(const Error& error);
  void drop_everything(std::string_view why);
  [[nodiscard]] bool apply(const storage::LogBatch& batch);
  [[nodiscard]] Result<std::monostate> take_record(const storage::LogEntry& entry,
                                                   const storage::Acceptance& accepted,
                                                   ReadBack& read);
  [[nodiscard]] static Result<storage::AppliedRecord> to_applied(
      const storage::LogEntry& entry, const storage::DecisionView& decision, const InFlight* own,
      ReadBack& read);
  void settle_read_back(std::vector<InFlight>& settled);

  // partition_restore.cpp
  void begin_restore();
  void read_snapshot();
  void read_snapshot_again(const std::string& why);

  // partition_decide.cpp
  void take(Pending pending, Input input, std::string_view bytes);
  void take_command(Pending pending);
  void take_decided(Decided& decided);
  void deliver(Pending pending, Input input);
  Roster::Active* activate(const OrderId& order);
  void finish_quietly(Pending pending, Submitted answer);
  [[nodiscard]] static storage::DecisionRecord to_record(Decided& decided, const Pending& pending);
  void append_decision(storage::DecisionRecord record, InFlight in_flight);
  void append_mark();
  void append(storage::RecordKind kind, std::string value, InFlight in_flight);
  void send_to_journal(storage::Headers headers, std::string value);
  [[nodiscard]] std::size_t in_flight() const { return tickets_.size() + in_flight_.size(); }

  // partition_input.cpp
  void read_inputs();
  void take_input(std::size_t topic, storage::LogEntry& entry);
  void keep_stray(std::size_t topic, Stray stray);
  void decide_strays(std::size_t topic);
  void decided_input(const Pending& pending);
  void dead_letter(std::size_t topic, const storage::LogEntry& entry, const std::string& cause);
  void move_input(std::size_t topic, storage::LogEntry& entry, storage::PartitionId to);
  [[nodiscard]] storage::RecordOutput dead_letter_output(const storage::DeadLetter& letter) const;

  // partition_landmark.cpp
  [[nodiscard]] static bool begins_with(const storage::LogBatch& batch,
                                        const storage::Landmark& landmark);
  void read_topic(std::size_t topic);
  void look_for_landmarks();
  void look_again(std::size_t topic);
  void end_look(Inbound& inbound);
  void ask_range(std::size_t topic, InputDoubt doubt);
  void go_on_at(std::size_t topic, storage::Offset first, const std::string& lost);
  [[nodiscard]] std::vector<storage::InputPosition> moved_positions();

  // partition_dead_letter.cpp
  void deliver_skipped(const storage::DeadLetter& letter, Settle settle);
  void append_settled(Settle settle, std::optional<storage::RecordOutput> again);

  // partition_quarantine.cpp
  void quarantine(const OrderId& order, const std::string& reason, Pending pending);
  [[nodiscard]] std::string queued_bytes(const Pending& pending) const;
  void queue_input(Pending pending);
  void skip_head(const OrderId& order, const std::string& queued, const std::string& reason);
  void decide_queue(const OrderId& order);
  void end_quarantine(const OrderId& order);
  [[nodiscard]] static Submitted stopped_order();

  // partition_time.cpp
  void wake_due();
  void move_horizon();
  void retire_rested();
  void pay_credit();
  void expire_waits();
  void check_waits(const OrderId& order, const std::shared_ptr<const Saga>& saga);
  void finish_if_drained();

  [[nodiscard]] Time now() const;
  [[nodiscard]] Moment moment() const { return {now(), clock_.now()}; }
  void heard_time(Time appended_at);
  /// From 0 up to less than `most`.
  [[nodiscard]] Duration jitter_below(Duration most);
  [[nodiscard]] std::shared_ptr<const Saga> committed(const OrderId& order) const;

  PartitionActor::pointer self_;
  storage::PartitionId id_;
  std::shared_ptr<const OrderWorld> world_;
  storage::Log& log_;
  storage::StateStore& store_;
  const Clock& clock_;
  Observer& observer_;
  PartitionSet& led_;
  PaymentActor payment_;
  std::mt19937_64 random_;

  Role role_ = Role::stopped;
  std::string why_ = "not owned";
  bool owned_ = false;
  storage::OwnershipToken token_ = 0;
  Life life_ = 0;
  bool draining_ = false;
  Shutdown shutdown_;

  std::optional<storage::Acceptor> acceptor_;
  std::unique_ptr<storage::Reading> tail_;
  std::unique_ptr<storage::JournalWriter> writer_;
  storage::Offset first_ = 0;  // Of the journal.
  storage::Offset end_ = 0;    // To be read to before claiming.
  std::optional<storage::SnapshotRestore> restore_;
  std::optional<Time> restore_at_;  // The snapshot is read again then.
  int restore_tries_ = 0;
  storage::Nonce nonce_{};
  storage::Offset epoch_ = -1;                 // The offset of our claim while we lead.
  std::optional<storage::RecordStamp> stamp_;  // Of our appends in this epoch.
  Time journal_time_{};                        // As it was at `journal_time_at_` of the clock.
  Time journal_time_at_{};
  Time claimed_at_{};
  Time claim_not_before_{};
  Time begin_again_at_{};  // A standby does, or an owner whose log will answer again.
  bool stop_passes_ = false;
  bool store_failed_ = false;
  int claims_lost_ = 0;  // In a row; spreads the next one.
  std::uint64_t claims_ = 0;
  std::uint64_t step_downs_ = 0;
  std::optional<storage::Offset> published_next_;  // None: the publisher has not said it yet.

  Roster roster_;
  WakeQueue wakes_;
  std::vector<Inbound> inbound_;
  std::unordered_map<Ticket, Pending> tickets_;
  Ticket last_ticket_ = 0;
  std::deque<InFlight> in_flight_;
  std::deque<After> after_;
  std::set<OrderId> quarantined_;
  std::set<OrderId> lifting_;                    // Those whose queue is being decided.
  std::set<std::string, std::less<>> settling_;  // Dead letters whose next state is in flight.
  std::unordered_multimap<OrderId, WaitFor> waits_;
  bool positions_moved_ = false;  // Without a record that tells it.
  Time positions_told_at_{};
};

[[nodiscard]] PartitionActor spawn_partition(caf::actor_system& system, storage::PartitionId id,
                                             std::shared_ptr<const OrderWorld> world,
                                             PartitionPorts ports, PaymentActor payment);

}  // namespace paysaga::actors
