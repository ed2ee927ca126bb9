#include "paysaga/actors/output_search.hpp"

#include <algorithm>

namespace paysaga::actors {
namespace {

constexpr std::size_t entries_ahead = 1'000;

}  // namespace

OutputSearch::OutputSearch(storage::Log& log, Mailbox<PublisherActor> publisher,
                           storage::PartitionId journal, storage::Offset record,
                           std::vector<storage::Output> outputs)
    : log_{log},
      publisher_{std::move(publisher)},
      journal_{journal},
      record_{record},
      outputs_{std::move(outputs)} {
  ensure(!outputs_.empty(), "something is looked for");
}

void OutputSearch::begin(Life life) {
  life_ = life;
  reading_.reset();
  const storage::Output& wanted = outputs_[at_];
  log_.topic_range(wanted.topic, wanted.partition,
                   [to = publisher_, id = journal_, life](auto range) {
                     to.send(Ranged{life, id, std::move(range)});
                   });
}

Result<std::optional<OutputSearch::Found>> OutputSearch::take(const Ranged& ranged) {
  if (!ranged.range) return tl::unexpected{ranged.range.error()};
  range_ = *ranged.range;
  if (range_.first >= range_.second) return not_here();
  const storage::Output& wanted = outputs_[at_];
  reading_ = log_.read_input(wanted.topic, wanted.partition, range_.first,
                             [to = publisher_, id = journal_, life = life_](auto batch) {
                               to.send(Searched{life, id, std::move(batch)});
                             });
  reading_->credit(entries_ahead);
  return std::nullopt;
}

Result<std::optional<OutputSearch::Found>> OutputSearch::take(const Searched& searched) {
  if (!searched.batch) return tl::unexpected{searched.batch.error()};
  const storage::LogRecord& wanted = outputs_[at_].record;
  const auto& entries = searched.batch->entries;
  if (std::ranges::find(entries, wanted, &storage::LogEntry::record) != entries.end()) {
    return Found::yes;
  }
  if (searched.batch->next >= range_.second) return not_here();
  reading_->credit(entries.size());
  return std::nullopt;
}

/// A topic that still has its first record has all of them; of another the next output may tell.
std::optional<OutputSearch::Found> OutputSearch::not_here() {
  if (range_.first == 0) return Found::no;
  if (at_ + 1 == outputs_.size()) return Found::unclear;
  ++at_;
  begin(life_);
  return std::nullopt;
}

}  // namespace paysaga::actors
