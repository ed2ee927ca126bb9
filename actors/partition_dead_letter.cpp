#include "paysaga/actors/partition.hpp"
#include "paysaga/actors/queued_input.hpp"
#include "paysaga/storage/codec_command.hpp"

namespace paysaga::actors {
namespace {

using storage::DeadLetter;

/// Where its order lives; where it came from if it names none.
storage::PartitionId home_of(const DeadLetter& letter, std::uint32_t partition_count) {
  const auto order = OrderId::parse(storage::peek_command(letter.original.value).order_id);
  return order ? storage::PartitionId{partition_of(*order, partition_count)} : letter.partition;
}

/// What became of the record that settles a dead letter.
Result<std::monostate> settled(const Submitted& answer) {
  if (answer.kind == Submitted::Kind::accepted) return std::monostate{};
  return fail(ErrorCode::unavailable, answer.detail + ": look at its state before you repeat it");
}

/// True if the command stands in the journal, whatever was decided.
bool is_delivered(Submitted::Kind kind) {
  return kind != Submitted::Kind::unknown_order && kind != Submitted::Kind::overloaded &&
         kind != Submitted::Kind::not_leading && kind != Submitted::Kind::outcome_unknown;
}

}  // namespace

/// A person puts a dead letter on its way again, or gives it up. Its state moves by a decision of
/// the partition, and the same decision publishes the original: neither is without the other.
void Partition::on(Settle& settle) {
  if (role_ != Role::leading || draining_) {
    return settle.done(fail(ErrorCode::unavailable, "this node does not lead its partition"));
  }
  const auto letter = store_.dead_letter(settle.letter);
  if (!letter) return settle.done(tl::unexpected{letter.error()});
  if (!*letter)
    return settle.done(fail(ErrorCode::not_found, "there is no dead letter of that id"));
  if ((*letter)->state != DeadLetter::State::waiting && !settle.force) {
    return settle.done(
        fail(ErrorCode::forbidden, "it was " + std::string{to_text((*letter)->state)} + " at " +
                                       paysaga::to_text((*letter)->settled_at) + ": " +
                                       (*letter)->settled_why + "; insist with force"));
  }
  if (settling_.contains(settle.letter)) {
    return settle.done(fail(ErrorCode::conflict, "somebody else is at it at this moment"));
  }
  if (settle.discard) return append_settled(std::move(settle), std::nullopt);
  if ((*letter)->topic.empty() && !settle.delivered) {
    return deliver_skipped(**letter, std::move(settle));
  }
  if (settle.delivered) return append_settled(std::move(settle), std::nullopt);
  auto record = storage::to_redrive(**letter, settle.force);
  if (!record) return settle.done(tl::unexpected{record.error()});
  append_settled(
      std::move(settle),
      storage::RecordOutput{
          {(*letter)->topic}, home_of(**letter, world_->partition_count), std::move(*record)});
}

/// It was skipped from an order's queue: its input goes to the order itself. That its letter is
/// settled is journalled behind it; if that is lost the letter still waits, and the command's id
/// makes the repeat harmless.
void Partition::deliver_skipped(const DeadLetter& letter, Settle settle) {
  auto order = OrderId::parse(letter.original.key);
  auto input =
      order.and_then([&](const OrderId& id) { return decode_queued(id, letter.original.value); });
  if (!input) {
    return settle.done(
        fail(ErrorCode::forbidden, "it cannot be read any more: " + input.error().detail));
  }
  auto kept = std::make_shared<Settle>(std::move(settle));
  const auto decided = [to = Mailbox<PartitionActor>{self_}, kept](const Submitted& answer) {
    if (!is_delivered(answer.kind)) return kept->done(fail(ErrorCode::unavailable, answer.detail));
    kept->delivered = true;
    to.send(std::move(*kept));
  };
  Pending pending{.order = *order, .received_at = clock_.now(), .done = decided};
  take(std::move(pending), std::move(*input), letter.original.value);
}

void Partition::append_settled(Settle settle, std::optional<storage::RecordOutput> again) {
  storage::DecisionRecord record;
  record.action = settle.discard ? storage::Action::discard : storage::Action::redrive;
  record.input_id = settle.letter;
  record.input_kind = settle.discard ? "dead_letter.discard" : "dead_letter.redrive";
  record.outcome = settle.discard ? "discarded" : "redriven";
  record.summary = settle.reason.substr(0, 500);
  record.decided_at = now();
  record.received_at = clock_.now();
  if (again) record.outputs.push_back(std::move(*again));
  settling_.insert(settle.letter);
  append_decision(
      std::move(record),
      InFlight{.answer = Submitted{Submitted::Kind::accepted, {}, {}, nullptr},
               .done = [done = std::move(settle.done)](
                           const Submitted& answer) { done(settled(answer)); },
               .received_at = clock_.now(),
               .on_applied = [this, letter = settle.letter] { settling_.erase(letter); }});
}

}  // namespace paysaga::actors
