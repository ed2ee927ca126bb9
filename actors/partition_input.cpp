#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>

#include "paysaga/actors/partition.hpp"
#include "paysaga/saga/planted.hpp"
#include "paysaga/storage/codec_input.hpp"

namespace paysaga::actors {
namespace {

constexpr std::size_t entries_ahead = 256;  // Of each inbound topic.
constexpr Duration landmark_patience = seconds{1};

/// Topics that carry commands, payment events and webhooks into the engine.
std::span<const Topic> inbound_topics(Roles roles) {
  static constexpr std::array both = {Topic::payment_commands, Topic::order_commands,
                                      Topic::payment_refund_initiated,
                                      Topic::payment_webhook_received};
  static constexpr std::array payments = {Topic::payment_commands, Topic::payment_refund_initiated,
                                          Topic::payment_webhook_received};
  static constexpr std::array orders = {Topic::order_commands,     Topic::payment_initiated,
                                        Topic::payment_processing, Topic::payment_completed,
                                        Topic::payment_failed,     Topic::payment_cancelled,
                                        Topic::payment_refunded};
  switch (roles) {
    case Roles::both:
      return both;
    case Roles::payments:
      return payments;
    case Roles::orders:
      return orders;
  }
  std::abort();  // Every set is above; here memory is corrupt.
}

const std::string* header(const storage::LogRecord& record, std::string_view name) {
  for (const storage::Header& header : record.headers) {
    if (header.name == name) return &header.value;
  }
  return nullptr;
}

std::size_t bytes_of(const storage::LogRecord& record) {
  std::size_t bytes = record.key.size() + record.value.size();
  for (const storage::Header& header : record.headers) {
    bytes += header.name.size() + header.value.size();
  }
  return bytes;
}

}  // namespace

/// Reads on from the last counted positions.
void Partition::read_inputs() {
  auto positions = store_.input_positions(id_);
  if (!positions) return stop("the store cannot be read: " + positions.error().detail);
  for (const Topic topic : inbound_topics(world_->options.roles)) {
    if (topic == Topic::payment_refunded && planted(PlantedBug::payment_topic_unread)) continue;
    Inbound& inbound = inbound_.emplace_back();
    inbound.kind = topic;
    inbound.topic = world_->options.topic_prefix + std::string{to_text(topic)};
    const auto told = std::ranges::find(*positions, inbound.topic, &storage::InputPosition::topic);
    if (told == positions->end()) continue;
    inbound.told = told->next;
    inbound.expected = told->last;
    inbound.cursor = InputCursor{told->next, told->last};
  }
  for (std::size_t i = 0; i < inbound_.size(); ++i) read_topic(i);
}

/// From the landmark on, if there is one: it tells whether the topic is still the one that was
/// read.
void Partition::read_topic(std::size_t topic) {
  Inbound& inbound = inbound_[topic];
  inbound.reading = log_.read_input(
      inbound.topic, id_, inbound.expected ? inbound.expected->offset : inbound.cursor.next(),
      [to = Mailbox<PartitionActor>{self_}, life = life_, topic,
       reading = ++inbound.reading_number](auto batch) {
        to.send(Fetched{life, topic, reading, std::move(batch)});
      });
  inbound.reading_since = clock_.now();
  inbound.reading->credit(entries_ahead);
}

/// A topic that ends before its landmark lets its reader wait, and says nothing.
void Partition::look_for_landmarks() {
  for (std::size_t i = 0; i < inbound_.size(); ++i) {
    const Inbound& inbound = inbound_[i];
    if (!inbound.expected || inbound.reading == nullptr) continue;
    if (clock_.now() - inbound.reading_since >= landmark_patience) {
      ask_range(i, InputDoubt::unseen);
    }
  }
}

void Partition::on(Fetched& fetched) {
  if (fetched.life != life_ || role_ != Role::leading || draining_) return;
  Inbound& inbound = inbound_[fetched.topic];
  if (fetched.reading != inbound.reading_number) return;
  if (!fetched.batch) {
    const Error& error = fetched.batch.error();
    if (error.code == ErrorCode::out_of_range)
      return ask_range(fetched.topic, InputDoubt::unreadable);
    stop("inputs of " + inbound.topic + " cannot be read: " + error.detail);
    stop_passes_ = error.code == ErrorCode::unavailable;
    return;
  }
  auto& [entries, next] = *fetched.batch;
  if (inbound.expected && next > inbound.expected->offset) {
    if (entries.empty() || storage::landmark_of(entries.front()) != *inbound.expected) {
      return ask_range(fetched.topic, InputDoubt::strange);
    }
    inbound.expected.reset();
  }
  for (storage::LogEntry& entry : entries) {
    if (entry.offset >= inbound.cursor.next()) take_input(fetched.topic, entry);
  }
  inbound.cursor.passed(next);
  positions_moved_ = true;
  // Credit follows the decisions: nothing more is read while too much is in flight.
  if (in_flight() < world_->options.credit_max / 2) {
    inbound.reading->credit(entries.size());
  } else {
    inbound.owed += entries.size();
  }
}

/// The topic cannot be read where it was left, or is not the one that was read. Its reading ends.
void Partition::ask_range(std::size_t topic, InputDoubt doubt) {
  Inbound& inbound = inbound_[topic];
  ++inbound.reading_number;
  inbound.reading.reset();
  log_.topic_range(inbound.topic, id_,
                   [to = Mailbox<PartitionActor>{self_}, life = life_, topic, doubt](auto range) {
                     to.send(InputRanged{life, topic, doubt, std::move(range)});
                   });
}

/// Inputs that are lost are said and never passed over unless a person has said so (PROTOCOL R25).
void Partition::on(const InputRanged& ranged) {
  if (ranged.life != life_ || role_ != Role::leading || draining_) return;
  Inbound& inbound = inbound_[ranged.topic];
  const storage::Offset at = inbound.cursor.next();
  if (!ranged.range) {
    stop("inputs of " + inbound.topic + " cannot be read: " + ranged.range.error().detail);
    stop_passes_ = true;
    return;
  }
  const auto [first, end] = *ranged.range;
  const bool holds = first <= at && at <= end;
  if (holds && inbound.expected && inbound.expected->offset < first) {
    inbound.expected.reset();  // Deleted by retention, since it was decided: nothing can be told.
    return read_topic(ranged.topic);
  }
  if (holds && ranged.doubt == InputDoubt::unseen) return read_topic(ranged.topic);
  const std::string place = inbound.topic + " partition " + std::to_string(storage::index_of(id_));
  const std::string anew = ": it was made anew, or has lost records";
  if (at < first) {
    go_on_at(ranged.topic, first,
             "inputs are lost: " + std::to_string(at) + " to " + std::to_string(first - 1) +
                 " of " + place + " were deleted before they were read");
  } else if (at > end) {
    go_on_at(ranged.topic, first,
             "inputs may be lost: " + place + " ends at " + std::to_string(end) +
                 ", but was read up to " + std::to_string(at) + " already" + anew);
  } else if (ranged.doubt == InputDoubt::strange) {
    go_on_at(ranged.topic, first,
             "inputs may be lost: " + place + " holds at " +
                 std::to_string(inbound.expected->offset) +
                 " not what was read there, and was read up to " + std::to_string(at) + anew);
  } else {
    stop("inputs of " + inbound.topic + " cannot be read from " + std::to_string(at) + " on");
    stop_passes_ = true;
  }
}

/// `lost`: what cannot be read any more.
void Partition::go_on_at(std::size_t topic, storage::Offset first, const std::string& lost) {
  if (!world_->options.accept_input_loss) {
    return stop(lost +
                "; have them sent again if you can, and start the node once with "
                "--accept-data-loss: it goes on at " +
                std::to_string(first));
  }
  observer_.say("error", "inputs_lost", lost + "; it goes on at " + std::to_string(first));
  Inbound& inbound = inbound_[topic];
  inbound.strays.clear();
  inbound.expected.reset();
  inbound.cursor = InputCursor{first};
  inbound.cursor_since = inbound.reading_number + 1;
  append_mark();
  read_topic(topic);
}

void Partition::take_input(std::size_t topic, storage::LogEntry& entry) {
  Inbound& inbound = inbound_[topic];
  const std::string* source = header(entry.record, "ce_source");
  if (inbound.kind == Topic::payment_refund_initiated && source != nullptr &&
      *source == world_->options.group) {
    // Its own refund request: it was decided in the decision that published it.
    inbound.cursor.started(storage::landmark_of(entry));
    return inbound.cursor.decided(entry.offset);
  }
  const NodeOptions& options = world_->options;
  auto parsed = storage::parse_input(inbound.kind, entry.record, options.roles, options.livemode);
  if (!parsed) return keep_stray(topic, {std::move(entry), parsed.error().detail});
  const storage::PartitionId home{partition_of(parsed->order, world_->partition_count)};
  if (home != id_) return keep_stray(topic, {std::move(entry), home});
  inbound.cursor.started(storage::landmark_of(entry));
  Pending pending{.order = parsed->order,
                  .received_at = clock_.now(),
                  .topic = topic,
                  .offset = entry.offset,
                  .reading = inbound.reading_number};
  take(std::move(pending), std::move(*parsed), entry.record.value);
}

/// No order remembers a stray by its id, so only the position keeps it from being decided again: it
/// waits until every input before it is decided, and then moves the position with its decision.
void Partition::keep_stray(std::size_t topic, Stray stray) {
  Inbound& inbound = inbound_[topic];
  inbound.cursor.started(storage::landmark_of(stray.entry));
  inbound.strays.push_back(std::move(stray));
  decide_strays(topic);
}

void Partition::decide_strays(std::size_t topic) {
  Inbound& inbound = inbound_[topic];
  while (!inbound.strays.empty() &&
         inbound.cursor.position() == inbound.strays.front().entry.offset) {
    Stray stray = std::move(inbound.strays.front());
    inbound.strays.pop_front();
    inbound.cursor.decided(stray.entry.offset);
    if (const auto* cause = std::get_if<std::string>(&stray.becomes)) {
      dead_letter(topic, stray.entry, *cause);
    } else {
      move_input(topic, stray.entry, std::get<storage::PartitionId>(stray.becomes));
    }
  }
}

/// Its decision is about to be appended, or it needs none.
void Partition::decided_input(const Pending& pending) {
  if (!pending.topic) return;
  Inbound& inbound = inbound_[*pending.topic];
  // One of a topic that is no more: another input may stand at its offset now.
  if (pending.reading >= inbound.cursor_since) inbound.cursor.decided(pending.offset);
}

storage::RecordOutput Partition::dead_letter_output(const storage::DeadLetter& letter) const {
  return {{world_->options.topic_prefix + std::string{to_text(Topic::payment_dead_letter)}},
          std::nullopt,
          storage::to_record(
              letter, std::min(storage::dead_letter_bytes_max, log_.record_bytes_max() / 4))};
}

/// What can never be read leaves the way, whole and with its cause, by a decision of the partition.
void Partition::dead_letter(std::size_t topic, const storage::LogEntry& entry,
                            const std::string& cause) {
  observer_.dead_lettered(cause);
  const storage::DeadLetter letter{
      .id = storage::input_id_of(inbound_[topic].topic, id_, entry.offset),
      .topic = inbound_[topic].topic,
      .partition = id_,
      .offset = entry.offset,
      .cause = cause.substr(0, 500),
      .at = now(),
      .original = entry.record};
  storage::DecisionRecord record;
  record.action = storage::Action::dead_letter;
  record.input_id = letter.id;
  record.input_kind = letter.topic;
  record.outcome = "dead_lettered";
  record.summary = letter.cause;
  record.decided_at = now();
  record.received_at = clock_.now();
  record.outputs.push_back(dead_letter_output(letter));
  append_decision(std::move(record), InFlight{.received_at = clock_.now()});
}

/// Another producer's partitioner put it here: it goes unchanged to where its order lives.
void Partition::move_input(std::size_t topic, storage::LogEntry& entry, storage::PartitionId to) {
  const std::string& name = inbound_[topic].topic;
  // The journal and its own topic must take it once more, with what is added.
  if (bytes_of(entry.record) > log_.record_bytes_max() / 4 * 3) {
    return dead_letter(topic, entry,
                       "it is on the wrong partition, and too large to be moved to that of its "
                       "order: its key must be the order's id, hashed as Kafka's clients do, or "
                       "its headers smaller");
  }
  observer_.moved();
  storage::DecisionRecord record;
  record.action = storage::Action::forward;
  record.input_id = storage::input_id_of(name, id_, entry.offset);
  record.input_kind = name;
  record.outcome = "moved";
  record.decided_at = now();
  record.received_at = clock_.now();
  entry.record.headers.push_back({"paysaga-moved", record.input_id});
  record.outputs.push_back({{name}, to, std::move(entry.record)});
  append_decision(std::move(record), InFlight{.received_at = clock_.now()});
}

}  // namespace paysaga::actors
