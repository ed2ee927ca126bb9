#include "paysaga/actors/partition.hpp"

namespace paysaga::actors {
namespace {

constexpr Duration restore_again_after = milliseconds{500};
constexpr int restore_tries_max = 60;

}  // namespace

/// The journal alone does not fill the store: what it lacks, or begins behind, is in the snapshot.
void Partition::begin_restore() {
  role_ = Role::restoring;
  restore_tries_ = 0;
  restore_.emplace(store_, id_);
  read_snapshot();
}

void Partition::read_snapshot() {
  restore_at_.reset();
  ++restore_tries_;
  if (const auto begun = restore_->begin(); !begun) {
    return stop_unwritten(begun.error());
  }
  ++life_;
  log_.read_snapshot(id_,
                     [to = Mailbox<PartitionActor>{self_}, id = id_, life = life_](auto entries) {
                       to.send(SnapshotLot{life, id, std::move(entries)});
                     });
}

void Partition::on(SnapshotLot& lot) {
  if (lot.life != life_ || role_ != Role::restoring) return;
  if (!lot.entries) {
    const Error& error = lot.entries.error();
    if (is_transient(error.code)) return read_snapshot_again(error.detail);
    return stop("the snapshot cannot be read: " + error.detail);
  }
  if (!lot.entries->empty()) {
    const auto taken = restore_->take(*lot.entries);
    if (!taken) stop("the partition cannot be restored: " + taken.error().detail);
    return;
  }
  const auto end = restore_->finish(first_);
  if (!end) return stop("the partition cannot be restored: " + end.error().detail);
  switch (*end) {
    case storage::SnapshotRestore::End::again:
      return read_snapshot_again("it has no position that fits it");
    case storage::SnapshotRestore::End::nothing:
      if (first_ > 0) {
        return stop("the journal begins at " + std::to_string(first_) +
                    " and there is no snapshot: the records before it are gone");
      }
      role_ = Role::catching_up;
      return follow_journal();
    case storage::SnapshotRestore::End::restored:
      observer_.say(
          "info", "partition_restored",
          "partition " + std::to_string(storage::index_of(id_)) + " was filled from its snapshot");
      return begin();  // The journal may have lost and won records meanwhile.
  }
}

/// It was written while it was read, or is out of reach: it is read from its beginning to its new
/// end (PROTOCOL R23).
void Partition::read_snapshot_again(const std::string& why) {
  if (restore_tries_ >= restore_tries_max) {
    return stop("the snapshot cannot be read, however often: " + why);
  }
  restore_at_ = clock_.now() + restore_again_after;
}

}  // namespace paysaga::actors
