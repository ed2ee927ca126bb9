#include "paysaga/sim/check/publication.hpp"

#include "paysaga/saga/topic.hpp"
#include "paysaga/sim/prng.hpp"

namespace paysaga::sim {
namespace {

constexpr std::string_view moved_header = "paysaga-moved";

std::uint64_t hash_of_record(const storage::LogRecord& record) {
  std::uint64_t hash = hash_of(record.key, hash_of(record.value));
  for (const storage::Header& header : record.headers) {
    hash = hash_of(header.value, hash_of(header.name, hash));
  }
  return hash;
}

const std::string* moved_id(const storage::LogRecord& record) {
  for (const storage::Header& header : record.headers) {
    if (header.name == moved_header) return &header.value;
  }
  return nullptr;
}

}  // namespace

void PublicationCheck::counted(const CountedDecision& decision) {
  for (const storage::RecordOutput& output : decision.decision.outputs()) {
    if (const std::string* id = moved_id(output.record)) {
      ++moved_[*id].said;
      continue;
    }
    const std::uint64_t hash = hash_of_record(output.record);
    const std::uint32_t partition =
        storage::index_of(output.partition.value_or(decision.partition));
    for (const std::string& topic : output.topics) {
      Lane& lane = lanes_[{topic, partition}];
      (decision.roles == Roles::orders ? lane.orders : lane.queue).said.push_back(hash);
    }
  }
}

void PublicationCheck::landed(std::string_view topic, storage::PartitionId partition,
                              const storage::LogEntry& entry) {
  ++published_;
  const auto wrong = [&](const std::string& what) {
    findings_.add({"publication",
                   std::string{topic} + "/" + std::to_string(storage::index_of(partition)) + "/" +
                       std::to_string(entry.offset) + " " + what,
                   entry.record.key, entry.appended_at});
  };
  if (const std::string* id = moved_id(entry.record)) {
    Moved& moved = moved_[*id];
    ++moved.landed;
    if (moved.said == 0) wrong("was moved, which no decision says");
    if (once_ && moved.landed > moved.said) wrong("was moved twice");
    return;
  }
  Lane& lane = lanes_[{std::string{topic}, storage::index_of(partition)}];
  const std::uint64_t hash = hash_of_record(entry.record);
  if (lane.queue.take(hash) || lane.orders.take(hash)) {
    ++lane.seen[hash];
  } else if (once_ || !lane.seen.contains(hash)) {
    wrong(lane.seen.contains(hash) ? "was published twice"
                                   : "is not what the journal says to publish next");
  }
  const bool payment = topic.ends_with(to_text(Topic::payment_events));
  if (!payment && !topic.ends_with(to_text(Topic::order_events))) return;
  auto verified = (payment ? payment_chain_ : order_chain_).add(entry.record.value);
  if (!verified) return wrong(verified.error().detail);
  if (once_ && !*verified) wrong("repeats an event");
}

bool PublicationCheck::complete() const {
  for (const auto& [place, lane] : lanes_) {
    if (lane.left() > 0) return false;
  }
  return true;
}

void PublicationCheck::at_end(Time now) {
  for (const auto& [place, lane] : lanes_) {
    if (lane.left() == 0) continue;
    findings_.add({"publication",
                   std::to_string(lane.left()) + " records of " + place.first + "/" +
                       std::to_string(place.second) + " were never published",
                   "", now});
  }
  for (const auto& [id, moved] : moved_) {
    if (moved.landed >= moved.said) continue;
    findings_.add({"publication", id + " was to be moved and never arrived", "", now});
  }
}

}  // namespace paysaga::sim
