#include "paysaga/sim/check/oracle.hpp"

#include "paysaga/storage/codec_saga.hpp"

namespace paysaga::sim {

void Oracle::compare_store(const storage::StateStore& store, storage::PartitionId partition,
                           const std::string& node, Time now) {
  const auto wrong = [&](const std::string& order, const std::string& what) {
    findings.add({"stores", "the store of " + node + " " + what, order, now});
  };
  const auto position = store.position(partition);
  if (!position) return wrong("", "cannot be read: " + position.error().detail);
  const Fold::Journal& journal = fold.journal(partition);
  if (position->next > journal.next) return wrong("", "is ahead of the journal");
  for (const auto& [id, order] : fold.orders()) {
    if (order.partition != partition || order.offset < 0) continue;
    const auto stored = store.load(OrderId::of(id));
    if (!stored) {
      wrong(id, "cannot be read: " + stored.error().detail);
    } else if (position->next <= order.offset) {
      continue;  // It has not read so far.
    } else if (!*stored) {
      wrong(id, "lacks an order that the journal decided");
    } else if ((*stored)->offset != order.offset) {
      wrong(id, "holds the order as of " + std::to_string((*stored)->offset) + ", the journal " +
                    std::to_string(order.offset));
    } else if (storage::encode_saga((*stored)->saga) != order.state) {
      wrong(id, "holds another state than the journal");
    }
  }
  if (position->next != journal.next) return;
  if (position->epoch != journal.epoch || position->jseq != journal.jseq ||
      position->chain != journal.chain) {
    wrong("", "stands at another place of the journal");
  }
}

}  // namespace paysaga::sim
