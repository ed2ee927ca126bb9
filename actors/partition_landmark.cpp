#include <algorithm>

#include "paysaga/actors/partition.hpp"

/// Whether an inbound topic still is the one that was read (PROTOCOL R25). A position carries a
/// landmark: a record below it that was seen, and later seen again in the same place. What was read
/// between the two times is of the same topic; only then the landmark moves on. So a position that
/// was told never carries one of a topic that was made anew since, and whoever begins to lead finds
/// out, also after a fall.

namespace paysaga::actors {
namespace {

constexpr std::size_t entries_ahead = 256;  // Of each inbound topic.
constexpr Duration look_every = seconds{5};
constexpr Duration patience_max = seconds{30};

}  // namespace

bool Partition::begins_with(const storage::LogBatch& batch, const storage::Landmark& landmark) {
  return !batch.entries.empty() && storage::landmark_of(batch.entries.front()) == landmark;
}

/// From the landmark on, if there is one: nothing is decided before it has been seen.
void Partition::read_topic(std::size_t topic) {
  Inbound& inbound = inbound_[topic];
  inbound.reading = log_.read_input(
      inbound.topic, id_, inbound.seeking ? inbound.landmark->offset : inbound.cursor.next(),
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
    Inbound& inbound = inbound_[i];
    if (inbound.reading == nullptr) continue;
    if (inbound.seeking) {
      if (clock_.now() - inbound.reading_since < inbound.patience) continue;
      inbound.patience = std::min(inbound.patience * 2, patience_max);
      ask_range(i, InputDoubt::unseen);
    } else if (inbound.look.reading != nullptr) {
      if (clock_.now() - inbound.look.since < patience_max) continue;
      end_look(inbound);
      ask_range(i, InputDoubt::unseen);
    } else if (clock_.now() - inbound.look.since >= look_every) {
      look_again(i);
    }
  }
}

/// At the landmark, by a second reading, if anything was decided since.
void Partition::look_again(std::size_t topic) {
  Inbound& inbound = inbound_[topic];
  const std::optional<storage::Landmark>& newest = inbound.cursor.landmark();
  if (!inbound.landmark || !newest || *newest == *inbound.landmark) return;
  inbound.look.newest = *newest;
  inbound.look.since = clock_.now();
  inbound.look.reading = log_.read_input(inbound.topic, id_, inbound.landmark->offset,
                                         [to = Mailbox<PartitionActor>{self_}, life = life_, topic,
                                          number = ++inbound.look.number](auto batch) {
                                           to.send(Looked{life, topic, number, std::move(batch)});
                                         });
  inbound.look.reading->credit(1);
}

void Partition::end_look(Inbound& inbound) {
  ++inbound.look.number;
  inbound.look.reading.reset();
  inbound.look.since = clock_.now();
}

void Partition::on(const Looked& looked) {
  if (looked.life != life_ || role_ != Role::leading || draining_) return;
  Inbound& inbound = inbound_[looked.topic];
  if (looked.number != inbound.look.number) return;
  if (!looked.batch) {
    end_look(inbound);
    if (looked.batch.error().code == ErrorCode::out_of_range) {
      ask_range(looked.topic, InputDoubt::unreadable);
    }
    return;
  }
  if (looked.batch->next <= inbound.landmark->offset) return;
  end_look(inbound);
  if (!begins_with(*looked.batch, *inbound.landmark)) {
    return ask_range(looked.topic, InputDoubt::strange);
  }
  inbound.landmark = inbound.look.newest;
  positions_moved_ = true;
}

/// The topic cannot be read where it was left, or may not be the one that was read. Nothing is read
/// on before that is known.
void Partition::ask_range(std::size_t topic, InputDoubt doubt) {
  Inbound& inbound = inbound_[topic];
  ++inbound.reading_number;
  inbound.reading.reset();
  end_look(inbound);
  log_.topic_range(inbound.topic, id_,
                   [to = Mailbox<PartitionActor>{self_}, life = life_, topic, doubt](auto range) {
                     to.send(InputRanged{life, topic, doubt, std::move(range)});
                   });
}

/// Inputs that are lost are said and never passed over unless a person has said so.
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
  if (holds && inbound.landmark && inbound.landmark->offset < first) {
    // Deleted by retention, since it was decided: it tells nothing, and the next one read is one.
    inbound.landmark.reset();
    inbound.seeking = false;
    return read_topic(ranged.topic);
  }
  if (holds && ranged.doubt == InputDoubt::unseen) {
    inbound.seeking = true;
    return read_topic(ranged.topic);
  }
  const std::string place = inbound.topic + " partition " + std::to_string(storage::index_of(id_));
  const std::string anew = ": it was made anew, or has lost records";
  if (at < first) {
    go_on_at(ranged.topic, first,
             "inputs may be lost: " + std::to_string(at) + " to " + std::to_string(first - 1) +
                 " of " + place + " were deleted, and nothing tells that they were decided");
  } else if (at > end) {
    go_on_at(ranged.topic, first,
             "inputs may be lost: " + place + " ends at " + std::to_string(end) +
                 ", but was read up to " + std::to_string(at) + " already" + anew);
  } else if (ranged.doubt == InputDoubt::strange) {
    go_on_at(ranged.topic, first,
             "inputs may be lost: " + place + " holds at " +
                 std::to_string(inbound.landmark->offset) +
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
  inbound.landmark.reset();
  inbound.seeking = false;
  inbound.cursor = InputCursor{first};
  inbound.cursor_since = inbound.reading_number + 1;
  append_mark();
  read_topic(topic);
}

/// Those that the records before have not told. A reader merges the records of an epoch, of which
/// it counts all up to one or none behind it, so that a position told once needs no repeating.
std::vector<storage::InputPosition> Partition::moved_positions() {
  std::vector<storage::InputPosition> positions;
  for (Inbound& inbound : inbound_) {
    Told now{inbound.cursor.position(), inbound.landmark};
    if (now.last && now.last->offset >= now.next) now.last.reset();
    if (std::exchange(inbound.told, now) == now) continue;
    positions.push_back({inbound.topic, now.next, now.last});
  }
  return positions;
}

}  // namespace paysaga::actors
