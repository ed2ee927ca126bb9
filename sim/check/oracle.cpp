#include "paysaga/sim/check/oracle.hpp"

#include "paysaga/storage/codec_event.hpp"
#include "paysaga/storage/codec_input.hpp"
#include "paysaga/storage/codec_saga.hpp"

namespace paysaga::sim {

/// What payments tell is heard; what orders ask for is a command, to be decided as those of people
/// are.
void Oracle::between_landed(Topic topic, const storage::LogRecord& record) {
  const bool asks = topic == Topic::payment_refund_initiated || topic == Topic::payment_commands;
  if (!asks) {
    if (const auto event = storage::decode_event(record.value)) pair.told(*event);
    return;
  }
  const auto input = storage::parse_input(topic, record, Roles::payments, false);
  const auto* command = input ? std::get_if<CommandInput>(&input->body) : nullptr;
  if (command == nullptr) {
    findings.add({"pair", "orders ask payments for what cannot be read", record.key, {}});
    return;
  }
  commands.asked(input->order.text(), command->id.text());
  wishes.asked(input->order.text(), *command);
}

void Oracle::compare_store(const storage::StateStore& store, storage::PartitionId partition,
                           const std::string& node, Time now) {
  const auto wrong = [&](const std::string& order, const std::string& what) {
    findings.add({"stores", "the store of " + node + " " + what, order, now});
  };
  const auto position = store.position(partition);
  if (!position) return wrong("", "cannot be read: " + position.error().detail);
  const Fold& fold = fold_of(store.identity().roles);
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
