#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>

#include "paysaga/actors/partition.hpp"
#include "paysaga/saga/planted.hpp"
#include "paysaga/storage/codec_input.hpp"

namespace paysaga::actors {
namespace {

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
    inbound.told = {told->next, told->last};
    inbound.landmark = told->last;
    inbound.seeking = inbound.landmark.has_value();
    inbound.cursor = InputCursor{told->next, told->last};
  }
  for (std::size_t i = 0; i < inbound_.size(); ++i) read_topic(i);
}

void Partition::on(Fetched& fetched) {
  if (fetched.life != life_ || role_ != Role::leading || draining_) return;
  Inbound& inbound = inbound_[fetched.topic];
  if (fetched.reading != inbound.reading_number) return;
  if (!fetched.batch) {
    const Error& error = fetched.batch.error();
    if (error.code == ErrorCode::out_of_range) {
      return ask_range(fetched.topic, InputDoubt::unreadable);
    }
    stop("inputs of " + inbound.topic + " cannot be read: " + error.detail);
    stop_passes_ = error.code == ErrorCode::unavailable;
    return;
  }
  auto& [entries, next] = *fetched.batch;
  if (inbound.seeking && next > inbound.landmark->offset) {
    if (!begins_with(*fetched.batch, *inbound.landmark)) {
      return ask_range(fetched.topic, InputDoubt::strange);
    }
    inbound.seeking = false;
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

void Partition::take_input(std::size_t topic, storage::LogEntry& entry) {
  Inbound& inbound = inbound_[topic];
  const storage::Landmark here = storage::landmark_of(entry);
  if (!inbound.landmark) inbound.landmark = here;
  inbound.cursor.started(here);
  const std::string* source = header(entry.record, "ce_source");
  if (inbound.kind == Topic::payment_refund_initiated && source != nullptr &&
      *source == world_->options.group) {
    // Its own refund request: it was decided in the decision that published it.
    return inbound.cursor.decided(entry.offset);
  }
  const NodeOptions& options = world_->options;
  auto parsed = storage::parse_input(inbound.kind, entry.record, options.roles, options.livemode);
  if (!parsed) return keep_stray(topic, {std::move(entry), parsed.error().detail});
  const storage::PartitionId home{partition_of(parsed->order, world_->partition_count)};
  if (home != id_) return keep_stray(topic, {std::move(entry), home});
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
  inbound_[topic].strays.push_back(std::move(stray));
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
