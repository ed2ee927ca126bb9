#include "paysaga/storage/snapshot_draft.hpp"

#include <utility>

#include "paysaga/storage/order_row.hpp"

namespace paysaga::storage {
namespace {

bool moves_quarantine(Action action) {
  return action == Action::quarantine || action == Action::enqueue || action == Action::dequeue ||
         action == Action::lift;
}

SnapshotEntry removed(SnapshotEntry entry) {
  entry.value.clear();
  return entry;
}

}  // namespace

Result<bool> SnapshotDraft::take(const LogEntry& entry) {
  const Acceptor before = acceptor_;
  const auto accepted = acceptor_.accept(entry);
  if (!accepted) return tl::unexpected{accepted.error()};
  const auto* counted = std::get_if<Counted>(&*accepted);
  if (counted == nullptr) return true;
  const std::vector<InputPosition>* inputs = nullptr;
  if (const auto* decision = std::get_if<DecisionView>(&counted->value)) {
    if (moves_quarantine(decision->action) && !stopped_) {
      acceptor_ = before;
      return false;
    }
    take_decision(entry.offset, entry, *decision);
    inputs = &decision->inputs;
  } else if (const auto* mark = std::get_if<Mark>(&counted->value)) {
    inputs = &mark->inputs;
  }
  if (inputs == nullptr) return true;
  for (const InputPosition& input : *inputs) put(snapshot_input(input));
  return true;
}

void SnapshotDraft::take_decision(Offset offset, const LogEntry& entry,
                                  const DecisionView& decision) {
  const AppliedRecord record{offset, entry.appended_at, decision, nullptr};
  if (const auto letter = dead_letter_of(record, partition_)) put(snapshot_dead_letter(*letter));
  // One that is settled needs nobody any more; the topic of dead letters keeps it.
  if (settles_dead_letter(decision)) put(snapshot_settled(decision.input_id));
  if (decision.order.empty()) return;
  if (moves_quarantine(decision.action)) take_quarantine(offset, decision);
  if (!decision.state.empty()) put(snapshot_state(decision.order, offset, decision.state));
}

/// As a store applies it.
void SnapshotDraft::take_quarantine(Offset offset, const DecisionView& decision) {
  const OrderId order = OrderId::of(std::string{decision.order});
  const bool adds = decision.action == Action::quarantine || decision.action == Action::enqueue;
  auto found = stopped_->find(order);
  if (found == stopped_->end()) {
    if (!adds) return;
    found = stopped_->try_emplace(order).first;
    found->second.record =
        Quarantined{order, std::string{decision.summary}, decision.decided_at, 0};
  }
  auto& [record, queue] = found->second;
  if (adds && !decision.queued.empty()) {
    queue.insert(offset);
    put(snapshot_queued(decision.order, offset, decision.queued));
  }
  if (decision.action == Action::dequeue && !queue.empty()) {
    put(removed(snapshot_queued(decision.order, *queue.begin(), {})));
    queue.erase(queue.begin());
  }
  record->queued = queue.size();
  if (decision.action == Action::lift && queue.empty()) {
    put(removed(snapshot_quarantine(*record)));
    stopped_->erase(found);
  } else {
    put(snapshot_quarantine(*record));
  }
}

void SnapshotDraft::published(Offset next) {
  if (published_ == next) return;
  published_ = next;
  put(snapshot_published(next));
}

void SnapshotDraft::put(SnapshotEntry entry) {
  auto [found, is_new] = changed_.try_emplace(std::move(entry.key));
  size_bytes_ += (is_new ? found->first.size() : 0) + entry.value.size() - found->second.size();
  found->second = std::move(entry.value);
}

std::vector<SnapshotEntry> SnapshotDraft::cut() {
  std::vector<SnapshotEntry> entries;
  entries.reserve(changed_.size() + 3);
  entries.push_back(snapshot_begin(position().next));
  if (std::exchange(is_first_, false)) entries.push_back(snapshot_origin());
  while (!changed_.empty()) {
    auto node = changed_.extract(changed_.begin());
    entries.push_back({std::move(node.key()), std::move(node.mapped())});
  }
  entries.push_back(snapshot_position(position(), partition_count_));
  size_bytes_ = 0;
  return entries;
}

}  // namespace paysaga::storage
