#include "paysaga/sim/check/fold.hpp"

#include "paysaga/storage/codec_saga.hpp"

namespace paysaga::sim {
namespace {

const std::string* header_bytes(const storage::LogRecord& record) {
  for (const storage::Header& header : record.headers) {
    if (header.name == storage::record_header_name) return &header.value;
  }
  return nullptr;
}

}  // namespace

const Fold::Order* Fold::find(std::string_view order) const {
  const auto found = orders_.find(order);
  return found == orders_.end() ? nullptr : &found->second;
}

std::uint64_t Fold::counted() const {
  std::uint64_t sum = 0;
  for (const Journal& journal : journals_) sum += journal.counted;
  return sum;
}

std::uint64_t Fold::voided() const {
  std::uint64_t sum = 0;
  for (const Journal& journal : journals_) sum += journal.voided;
  return sum;
}

bool Fold::counts(storage::PartitionId partition, const storage::LogEntry& entry) {
  Journal& journal = journals_[storage::index_of(partition)];
  journal.next = entry.offset + 1;
  const std::string* bytes = header_bytes(entry.record);
  const auto header = storage::read_header(entry.record);
  if (bytes == nullptr || !header || !*header) {
    ++journal.voided;
    return false;
  }
  const bool claim = (*header)->kind == storage::RecordKind::claim;
  const bool follows = journal.epoch >= 0 && (*header)->epoch == journal.epoch &&
                       (*header)->jseq == journal.jseq + 1 && (*header)->chain == journal.chain;
  if (!claim && !follows) {
    ++journal.voided;
    return false;
  }
  journal.epoch = claim ? entry.offset : journal.epoch;
  journal.jseq = claim ? 0 : (*header)->jseq;
  journal.chain = storage::chain_next(journal.chain, *bytes, entry.record.value);
  journal.claims += claim ? 1 : 0;
  ++journal.counted;
  return (*header)->kind == storage::RecordKind::decision;
}

Fold::Pair Fold::take(storage::PartitionId partition, const storage::LogEntry& entry,
                      const storage::DecisionView& decision) {
  Order& order = orders_[std::string{decision.order}];
  const std::shared_ptr<const Saga> before = order.saga;
  using storage::Action;
  if (decision.action == Action::quarantine) order.quarantined = true;
  if (decision.action == Action::lift) order.quarantined = false;
  if (decision.state.empty()) return {before, nullptr};
  auto saga = storage::decode_saga(decision.state);
  if (!saga) {
    unreadable(entry, saga.error());
    return {before, nullptr};
  }
  order.saga = std::make_shared<const Saga>(std::move(*saga));
  order.state = decision.state;
  order.partition = partition;
  order.offset = entry.offset;
  return {before, order.saga};
}

void Fold::unreadable(const storage::LogEntry& entry, const Error& error) {
  findings_.add({"fold",
                 "the record at " + std::to_string(entry.offset) +
                     " counts and cannot be read: " + error.detail,
                 entry.record.key, entry.appended_at});
}

}  // namespace paysaga::sim
