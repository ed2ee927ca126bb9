#include "paysaga/actors/snapshotter.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "paysaga/actors/trimmed_journals.hpp"
#include "paysaga/saga/planted.hpp"
#include "paysaga/storage/snapshot_draft.hpp"

namespace paysaga::actors {
namespace {

constexpr int ticks_per_look = 5;
constexpr Duration retry_after = milliseconds{500};
/// A position that moved alone is written this often.
constexpr Duration bare_write_every = seconds{10};
/// So much is written at once, and no more is read before it is.
constexpr std::size_t draft_bytes_max = 4 * 1024 * 1024;

class Snapshotter {
 public:
  Snapshotter(SnapshotterActor::pointer self, std::shared_ptr<const OrderWorld> world,
              storage::Log& log, const Clock& clock, Observer& observer)
      : self_{self}, world_{std::move(world)}, log_{log}, clock_{clock}, observer_{observer} {}

  void on(const Gained& gained) {
    lacks_nothing(gained.partition);
    begin_anew(journals_[gained.partition], gained.token, clock_.now());
    ask_due();
  }

  void on(const Lost& lost) {
    journals_.erase(lost.partition);
    lacks_nothing(lost.partition);
  }

  void on(const Resumed& resumed) {
    Journal* journal = find(resumed.partition, resumed.life);
    if (journal == nullptr) return;
    if (!resumed.commit) {  // Not stable yet, or not reachable: wait, never guess a position.
      journal->ask_at = clock_.now() + retry_after;
      return;
    }
    const auto& commit = *resumed.commit;
    if (!commit) return look(resumed.partition, *journal);  // The snapshot itself knows.
    const auto position = storage::position_of(*commit);
    if (!position) {
      return give_up(resumed.partition, *journal,
                     {ErrorCode::corrupt, "the snapshotter's position cannot be read"});
    }
    start(resumed.partition, *journal, *position);
  }

  /// A lot of the snapshot as it stands; only what is not an order's state is looked at.
  void on(SnapshotLot& lot) {
    Journal* journal = find(lot.partition, lot.life);
    if (journal == nullptr) return;
    if (!lot.entries) return fail(lot.partition, *journal, lot.entries.error());
    if (lot.entries->empty()) return looked(lot.partition, *journal);
    const auto read = journal->reading.skim(*lot.entries);
    if (!read) give_up(lot.partition, *journal, read.error());
  }

  void on(Tailed& tailed) {
    Journal* journal = find(tailed.partition, tailed.life);
    if (journal == nullptr) return;
    if (!tailed.batch) return fail(tailed.partition, *journal, tailed.batch.error());
    trimmed_.forget(tailed.partition);
    for (const storage::LogEntry& entry : tailed.batch->entries) {
      const auto taken = journal->draft->take(entry);
      if (!taken) return fail(tailed.partition, *journal, taken.error());
      if (*taken) continue;
      pause(*journal);
      return look(tailed.partition, *journal);
    }
    journal->draft->skip_to(tailed.batch->next);
    if (journal->draft->position().next > journal->committed) lacks(tailed.partition);
    if (journal->draft->size_bytes() >= draft_bytes_max) pause(*journal);
    write_if_due(tailed.partition, *journal);
  }

  void on(const SnapshotWritten& written) {
    const std::uint64_t of = std::exchange(writing_[written.partition], 0);
    const auto found = journals_.find(written.partition);
    if (found == journals_.end() || found->second.number != of) return ask_due();
    Journal& journal = found->second;
    if (!written.result && !planted(PlantedBug::snapshot_skips_after_failure)) {
      observer_.say("error", "snapshot_failed", written.result.error().detail);
      return begin_anew(journal, journal.token, clock_.now() + retry_after);
    }
    journal.committed = journal.cut;
    lacks_nothing(written.partition);
    if (journal.draft && journal.draft->position().next > journal.committed) {
      lacks(written.partition);
    }
    if (!journal.tail && !journal.looking) follow(written.partition, journal);
    write_if_due(written.partition, journal);
    finish_if_flushed();
  }

  void on(const PublishedAt& published) {
    published_[published.partition] = published.next;
    const auto found = journals_.find(published.partition);
    if (found != journals_.end() && found->second.draft) {
      found->second.draft->published(published.next);
    }
  }

  void on(const Tick&) {
    ask_due();
    for (auto& [id, journal] : journals_) write_if_due(id, journal);
    finish_if_flushed();
    self_->delayed_send(self_, world_->options.tick * ticks_per_look, Tick{});
  }

  void on(const Shutdown& shutdown) {
    shutdown_ = shutdown;
    for (auto& [id, journal] : journals_) write_if_due(id, journal);
    finish_if_flushed();
  }

 private:
  struct Journal {
    storage::OwnershipToken token = 0;
    std::uint64_t number = 0;  // Of this beginning; the draft is its own.
    Life life = 0;             // Of what is asked and read: rises when that is to be dropped.
    std::optional<Time> ask_at;
    bool looking = false;
    storage::SnapshotReading reading;
    std::optional<storage::SnapshotDraft> draft;
    std::unique_ptr<storage::Reading> tail;
    storage::Offset committed = 0;
    storage::Offset cut = 0;  // Of the write under way.
    Time written_at{};
  };

  Journal* find(storage::PartitionId id, Life life) {
    const auto found = journals_.find(id);
    return found != journals_.end() && found->second.life == life ? &found->second : nullptr;
  }

  /// From the first record on that is not in it; what follows a write is younger than the write.
  void lacks(storage::PartitionId id) {
    if (behind_.insert(id).second) observer_.snapshot_behind(id, clock_.now());
  }
  void lacks_nothing(storage::PartitionId id) {
    if (behind_.erase(id) > 0) observer_.snapshot_behind(id, std::nullopt);
  }

  void begin_anew(Journal& journal, storage::OwnershipToken token, Time when) {
    journal = Journal{};
    journal.token = token;
    journal.number = ++numbers_;
    journal.life = ++lives_;
    journal.ask_at = when;
    journal.written_at = clock_.now();
  }

  /// What a former beginning has on its way may yet move the position.
  void ask_due() {
    const Time now = clock_.now();
    for (auto& [id, journal] : journals_) {
      if (!journal.ask_at || *journal.ask_at > now || writing_[id] != 0) continue;
      journal.ask_at.reset();
      if (journal.looking) {
        look(id, journal);
        continue;
      }
      log_.committed_position(
          storage::Use::snapshotter, id,
          [to = Mailbox<SnapshotterActor>{self_}, id = id, life = journal.life](auto commit) {
            to.send(Resumed{id, life, std::move(commit)});
          });
    }
  }

  void start(storage::PartitionId id, Journal& journal, const storage::Position& position) {
    journal.draft.emplace(id, world_->partition_count, position);
    journal.committed = position.next;
    if (const auto known = published_.find(id); known != published_.end()) {
      journal.draft->published(known->second);
    }
    follow(id, journal);
  }

  void follow(storage::PartitionId id, Journal& journal) {
    journal.tail =
        log_.tail(id, journal.draft->position().next,
                  [to = Mailbox<SnapshotterActor>{self_}, id, life = journal.life](auto batch) {
                    to.send(Tailed{life, id, std::move(batch)});
                  });
  }

  /// What was read and not taken yet is read again.
  void pause(Journal& journal) {
    journal.tail.reset();
    journal.life = ++lives_;
  }

  /// Reads the snapshot itself: for what stands in quarantine, or for a position that is not known.
  void look(storage::PartitionId id, Journal& journal) {
    journal.looking = true;
    journal.reading = {};
    journal.life = ++lives_;
    log_.read_snapshot(
        id, [to = Mailbox<SnapshotterActor>{self_}, id, life = journal.life](auto entries) {
          to.send(SnapshotLot{life, id, std::move(entries)});
        });
  }

  void looked(storage::PartitionId id, Journal& journal) {
    if (!journal.reading.empty() && !journal.reading.whole()) {
      journal.ask_at = clock_.now() + retry_after;
      return;
    }
    journal.looking = false;
    const storage::SnapshotReading reading = std::exchange(journal.reading, {});
    if (journal.draft) {
      journal.draft->know_quarantines(reading.stopped());
      return follow(id, journal);
    }
    start(id, journal, reading.empty() ? storage::Position{} : reading.position().position);
    journal.draft->know_quarantines(reading.stopped());
  }

  void fail(storage::PartitionId id, Journal& journal, const Error& error) {
    const bool passes = is_transient(error.code) || trimmed_.take(id, journal.committed, error);
    if (!passes) return give_up(id, journal, error);
    begin_anew(journal, journal.token, clock_.now() + retry_after);
  }

  /// Until the partition is gained again.
  void give_up(storage::PartitionId id, Journal& journal, const Error& error) {
    begin_anew(journal, journal.token, clock_.now());
    journal.ask_at.reset();
    lacks(id);
    observer_.partition_failed(id, {error.code, "no snapshot can be written: " + error.detail});
  }

  void write_if_due(storage::PartitionId id, Journal& journal) {
    if (!journal.draft || writing_[id] != 0) return;
    const storage::Position position = journal.draft->position();
    const bool empty = journal.draft->empty();
    if (empty && position.next <= journal.committed) return;
    const Duration wait = empty ? bare_write_every : world_->options.snapshot_every;
    const bool full = journal.draft->size_bytes() >= draft_bytes_max;
    const Time now = clock_.now();
    if (!full && !shutdown_.done && now - journal.written_at < wait) return;
    journal.written_at = now;
    journal.cut = position.next;
    writing_[id] = journal.number;
    log_.write_snapshot(id, journal.draft->cut(),
                        {id, position.next, storage::encode(position), journal.token},
                        [to = Mailbox<SnapshotterActor>{self_}, id](auto result) {
                          to.send(SnapshotWritten{id, std::move(result)});
                        });
  }

  /// Shut down once everything that was read is written, or the deadline is reached.
  void finish_if_flushed() {
    if (!shutdown_.done) return;
    const bool flushed = std::ranges::all_of(journals_, [&](const auto& entry) {
      return writing_[entry.first] == 0 && (!entry.second.draft || entry.second.draft->empty());
    });
    if (!flushed && clock_.now() < shutdown_.deadline) return;
    journals_.clear();
    std::exchange(shutdown_.done, {})();
  }

  SnapshotterActor::pointer self_;
  std::shared_ptr<const OrderWorld> world_;
  storage::Log& log_;
  const Clock& clock_;
  Observer& observer_;
  std::map<storage::PartitionId, Journal> journals_;
  std::map<storage::PartitionId, std::uint64_t> writing_;  // The journal's number; 0: nothing.
  std::map<storage::PartitionId, storage::Offset> published_;
  std::set<storage::PartitionId> behind_;  // What the observer was told.
  TrimmedJournals trimmed_;
  Life lives_ = 0;
  std::uint64_t numbers_ = 0;
  Shutdown shutdown_;
};

struct State {
  std::unique_ptr<Snapshotter> snapshotter;
  static inline const char* name = "snapshotter";
};

}  // namespace

SnapshotterActor spawn_snapshotter(caf::actor_system& system,
                                   std::shared_ptr<const OrderWorld> world, storage::Log& log,
                                   const Clock& clock, Observer& observer) {
  const auto behave =
      [&log, &clock, &observer](
          SnapshotterActor::stateful_pointer<State> self,
          std::shared_ptr<const OrderWorld> shared) -> SnapshotterActor::behavior_type {
    self->state.snapshotter =
        std::make_unique<Snapshotter>(self, std::move(shared), log, clock, observer);
    Snapshotter* snapshotter = self->state.snapshotter.get();
    self->send(self, Tick{});
    return {
        [snapshotter](const Gained& gained) { snapshotter->on(gained); },
        [snapshotter](const Lost& lost) { snapshotter->on(lost); },
        [snapshotter](const Resumed& resumed) { snapshotter->on(resumed); },
        [snapshotter](SnapshotLot& lot) { snapshotter->on(lot); },
        [snapshotter](Tailed& tailed) { snapshotter->on(tailed); },
        [snapshotter](const SnapshotWritten& written) { snapshotter->on(written); },
        [snapshotter](const PublishedAt& published) { snapshotter->on(published); },
        [snapshotter](const Tick& tick) { snapshotter->on(tick); },
        [snapshotter](const Shutdown& shutdown) { snapshotter->on(shutdown); },
    };
  };
  return system.spawn(behave, std::move(world));
}

}  // namespace paysaga::actors
