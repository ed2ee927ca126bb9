#pragma once

// The whole protocol of the actors, on one page. Structs hold values; what is shared is const.
//
//   node       - Gained, Lost, Shutdown ------> partition
//   gateway    - Submit, WaitFor, ... --------> partition
//   log        - Tailed, Appended, Fetched ---> partition
//   log        - Tailed ----------------------> publisher, snapshotter
//   partition  - Deliver, Committed, Wake ----> order
//   order      - Decided, Retired ------------> partition
//   order      - StartCall -------------------> payment
//   payment    - Answered, Deferred ----------> partition

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <caf/all.hpp>

#include "paysaga/actors/mailbox.hpp"
#include "paysaga/actors/node.hpp"
#include "paysaga/actors/ports.hpp"
#include "paysaga/saga/saga.hpp"
#include "paysaga/storage/log.hpp"
#include "paysaga/storage/record.hpp"

namespace paysaga::actors {

/// The kind of an input that is a payment event; a command's is its name.
inline constexpr std::string_view payment_event_kind = "payment.event";
inline constexpr std::string_view webhook_kind = "webhook";

/// Names one input on its way through an order actor. 0: the order's own (a wake-up).
using Ticket = std::uint64_t;
/// Rises when a partition begins anew; what comes back from an older life is dropped.
using Life = std::uint64_t;

/// When a message was sent: in the journal's time, which decisions go by, and by the node's clock,
/// which calls go by. A node may sleep between the two ends of a message.
struct Moment {
  Time journal;
  Time clock;
};

// ---- partition -> order
struct Deliver {
  Ticket ticket;
  Input input;
  Moment now;
  std::uint64_t jitter;
};
struct Committed {  // The decision of this version was read back, counted and applied.
  std::uint64_t version;
  Moment now;
};
struct Wake {
  Moment now;
  std::uint64_t jitter;
};
struct Retire {  // Say Retired if nothing is in flight.
  Ticket ticket;
};

// ---- order -> partition
struct Decided {
  OrderId order;
  Life life;
  Ticket ticket;
  Outcome outcome;
  std::string code;
  std::string kind;      // "payment.initiate", "answer", "wake", "payment.event".
  std::string input_id;  // Command, call or event id.
  std::string summary;
  Time decided_at;
  std::shared_ptr<const Saga> next;            // Null if nothing is to be journalled.
  std::string state;                           // Encoded `next`.
  std::shared_ptr<const std::string> history;  // The events as the order's history keeps them.
  std::vector<storage::RecordOutput> outputs;
  std::uint32_t events = 0;
};
struct Retired {
  OrderId order;
  Life life;
  Ticket ticket;  // Of the question. An older one, or one to a former actor, has another.
};

// ---- order -> payment -> partition
struct StartCall {
  ProviderCall call;  // Its `send_until` is by the node's clock.
  storage::PartitionId partition;
  /// Set if no order asks: it gets the answer instead of the partition.
  PaymentProvider::Done done{};
};
struct Answered {
  OrderId order;
  std::string call_id;
  ProviderReply reply;
};
struct Deferred {  // The provider is not called at present: nothing was tried, nothing is decided.
  OrderId order;
  std::string call_id;
  Duration after;
};
/// The provider's callback, back in the payment actor's own thread of messages.
struct Replied {
  std::uint64_t number;
  ProviderReply reply;
};

/// To itself: a token may be there now.
struct LookAtQueue {
  Time at{};
};

// ---- node -> payment
struct SetHolds {  // All of them, instead of those before.
  std::vector<NodeHold> holds;
};
struct InspectProvider {
  std::function<void(ProviderInfo)> done;
};

// ---- log -> partition, publisher
struct Tailed {
  Life life;
  storage::PartitionId partition;
  Result<storage::LogBatch> batch;
};
struct Appended {
  Life life;
  storage::AppendOutcome outcome;  // Only what is not plainly appended.
};
struct Fetched {
  Life life;
  std::size_t topic;      // Index of the inbound topic.
  std::uint64_t reading;  // Of that topic's readings, one after another.
  Result<storage::LogBatch> batch;
};
struct Looked {
  Life life;
  std::size_t topic;
  std::uint64_t number;  // Of that topic's looks.
  Result<storage::LogBatch> batch;
};
/// What is wrong with an inbound topic where it was left.
enum class InputDoubt : std::uint8_t {
  unreadable,  // No such offset.
  strange,     // Its landmark is another record.
  unseen,      // Its landmark does not come.
};
struct InputRanged {  // Where a topic in doubt begins and ends.
  Life life;
  std::size_t topic;
  InputDoubt doubt;
  Result<std::pair<storage::Offset, storage::Offset>> range;
};
struct Ranged {
  Life life;
  storage::PartitionId partition;
  Result<std::pair<storage::Offset, storage::Offset>> range;
};

/// Of a snapshot that is read; an empty one ends it.
struct SnapshotLot {
  Life life;
  storage::PartitionId partition;
  Result<std::vector<storage::SnapshotEntry>> entries;
};

// ---- node -> partition, publisher, snapshotter
struct Gained {
  storage::PartitionId partition;
  storage::OwnershipToken token;
};
struct Lost {
  storage::PartitionId partition;
  storage::OwnershipToken token;
};
struct Tick {};
struct Shutdown {
  std::function<void()> done;
  Time deadline;
};

// ---- gateway -> partition
struct Submit {
  Submission submission;
  std::function<void(Submitted)> done;
};
struct WaitFor {
  OrderId order;
  std::function<bool(const Saga&)> until;
  Time deadline;
  std::function<void(std::shared_ptr<const Saga>)> done;
};
struct InspectPartition {
  std::function<void(PartitionInfo)> done;
};
struct InspectActors {
  std::size_t limit;
  std::function<void(std::vector<ActorInfo>)> done;
};
struct InspectActor {
  OrderId order;
  std::function<void(std::optional<ActorInfo>)> done;
};
struct Lift {
  OrderId order;
  std::string reason;
  bool skip_first;
  std::function<void(Result<std::monostate>)> done;
};
struct Settle {
  std::string letter;  // The id of a dead letter.
  bool discard;        // Else it is put again.
  bool force;
  std::string reason;
  std::function<void(Result<std::monostate>)> done;
  bool delivered = false;  // The command in it was: only its state is left to be moved.
};
struct AskIdle {
  Duration horizon;
  std::function<void(bool)> done;
};

// ---- publisher, snapshotter
struct Resumed {  // The committed position of one partition.
  storage::PartitionId partition;
  Life life;
  Result<std::optional<storage::Commit>> commit;
};
struct Published {
  std::uint64_t number;
  Result<std::monostate> result;
};
struct PublishedAt {  // publisher -> snapshotter.
  storage::PartitionId partition;
  storage::Offset next;
};
struct EverPublished {  // What the snapshot says where no position is committed.
  storage::PartitionId partition;
  Life life;
  Result<storage::Offset> next;
};
struct Searched {  // What stands in a topic, where it is looked whether something was published.
  Life life;
  storage::PartitionId partition;  // Of the journal.
  Result<storage::LogBatch> batch;
};
struct SnapshotWritten {
  storage::PartitionId partition;
  Result<std::monostate> result;
};
struct PublishedUpTo {  // publisher -> partition, for lag and shutdown.
  storage::Offset next;
};

using OrderActor = caf::typed_actor<caf::reacts_to<Deliver>, caf::reacts_to<Committed>,
                                    caf::reacts_to<Wake>, caf::reacts_to<Retire>,
                                    caf::reacts_to<Deferred>, caf::reacts_to<InspectActor>>;

using PaymentActor = caf::typed_actor<caf::reacts_to<StartCall>, caf::reacts_to<Replied>,
                                      caf::reacts_to<LookAtQueue>, caf::reacts_to<SetHolds>,
                                      caf::reacts_to<InspectProvider>, caf::reacts_to<Shutdown>>;

using PartitionActor =
    caf::typed_actor<caf::reacts_to<Gained>, caf::reacts_to<Lost>, caf::reacts_to<Ranged>,
                     caf::reacts_to<Tailed>, caf::reacts_to<SnapshotLot>, caf::reacts_to<Appended>,
                     caf::reacts_to<Fetched>, caf::reacts_to<Looked>, caf::reacts_to<InputRanged>,
                     caf::reacts_to<Decided>, caf::reacts_to<Retired>, caf::reacts_to<Answered>,
                     caf::reacts_to<Deferred>, caf::reacts_to<Submit>, caf::reacts_to<WaitFor>,
                     caf::reacts_to<Tick>, caf::reacts_to<InspectPartition>,
                     caf::reacts_to<InspectActors>, caf::reacts_to<InspectActor>,
                     caf::reacts_to<Lift>, caf::reacts_to<Settle>, caf::reacts_to<AskIdle>,
                     caf::reacts_to<PublishedUpTo>, caf::reacts_to<Shutdown>>;

using PublisherActor =
    caf::typed_actor<caf::reacts_to<Gained>, caf::reacts_to<Lost>, caf::reacts_to<Resumed>,
                     caf::reacts_to<EverPublished>, caf::reacts_to<Ranged>,
                     caf::reacts_to<Searched>, caf::reacts_to<Tailed>, caf::reacts_to<Published>,
                     caf::reacts_to<Tick>, caf::reacts_to<Shutdown>>;

using SnapshotterActor =
    caf::typed_actor<caf::reacts_to<Gained>, caf::reacts_to<Lost>, caf::reacts_to<Resumed>,
                     caf::reacts_to<SnapshotLot>, caf::reacts_to<Tailed>,
                     caf::reacts_to<SnapshotWritten>, caf::reacts_to<PublishedAt>,
                     caf::reacts_to<Tick>, caf::reacts_to<Shutdown>>;

}  // namespace paysaga::actors

// Messages stay in this process; none of them is ever serialised.
#define PAYSAGA_MESSAGE(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paysaga::actors::type)
PAYSAGA_MESSAGE(Deliver)
PAYSAGA_MESSAGE(Committed)
PAYSAGA_MESSAGE(Wake)
PAYSAGA_MESSAGE(Retire)
PAYSAGA_MESSAGE(Decided)
PAYSAGA_MESSAGE(Retired)
PAYSAGA_MESSAGE(StartCall)
PAYSAGA_MESSAGE(Answered)
PAYSAGA_MESSAGE(Deferred)
PAYSAGA_MESSAGE(Replied)
PAYSAGA_MESSAGE(LookAtQueue)
PAYSAGA_MESSAGE(SetHolds)
PAYSAGA_MESSAGE(InspectProvider)
PAYSAGA_MESSAGE(Tailed)
PAYSAGA_MESSAGE(Appended)
PAYSAGA_MESSAGE(Fetched)
PAYSAGA_MESSAGE(Looked)
PAYSAGA_MESSAGE(InputRanged)
PAYSAGA_MESSAGE(Ranged)
PAYSAGA_MESSAGE(SnapshotLot)
PAYSAGA_MESSAGE(SnapshotWritten)
PAYSAGA_MESSAGE(PublishedAt)
PAYSAGA_MESSAGE(EverPublished)
PAYSAGA_MESSAGE(Searched)
PAYSAGA_MESSAGE(Gained)
PAYSAGA_MESSAGE(Lost)
PAYSAGA_MESSAGE(Tick)
PAYSAGA_MESSAGE(Shutdown)
PAYSAGA_MESSAGE(Submit)
PAYSAGA_MESSAGE(WaitFor)
PAYSAGA_MESSAGE(InspectPartition)
PAYSAGA_MESSAGE(InspectActors)
PAYSAGA_MESSAGE(InspectActor)
PAYSAGA_MESSAGE(Lift)
PAYSAGA_MESSAGE(Settle)
PAYSAGA_MESSAGE(AskIdle)
PAYSAGA_MESSAGE(Resumed)
PAYSAGA_MESSAGE(Published)
PAYSAGA_MESSAGE(PublishedUpTo)
#undef PAYSAGA_MESSAGE
