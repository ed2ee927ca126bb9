#include "paysaga/actors/publisher.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include "paysaga/actors/output_search.hpp"
#include "paysaga/actors/trimmed_journals.hpp"
#include "paysaga/saga/planted.hpp"
#include "paysaga/storage/acceptor.hpp"
#include "paysaga/storage/record.hpp"
#include "paysaga/storage/snapshot.hpp"

namespace paysaga::actors {
namespace {

constexpr std::size_t outputs_per_publication_max = 4'096;
constexpr int ticks_per_look = 5;  // It has less to look at than a partition.
constexpr Duration retry_after = milliseconds{500};
/// A position that moved without outputs is committed this often: then nothing is read for ever.
constexpr Duration bare_commit_every = seconds{10};

/// One output a topic, all of them with the same record.
std::vector<storage::Output> outputs_of(const storage::DecisionView& decision,
                                        storage::PartitionId own) {
  std::vector<storage::Output> outputs;
  for (storage::RecordOutput& output : decision.outputs()) {
    const storage::PartitionId partition = output.partition.value_or(own);
    for (std::size_t i = 0; i < output.topics.size(); ++i) {
      const bool last = i + 1 == output.topics.size();
      outputs.push_back({std::move(output.topics[i]), partition,
                         last ? std::move(output.record) : output.record});
    }
  }
  return outputs;
}

class Publisher {
 public:
  Publisher(PublisherActor::pointer self, std::shared_ptr<const OrderWorld> world,
            storage::Log& log, const Clock& clock, Observer& observer,
            std::function<PartitionActor(storage::PartitionId)> route, SnapshotterActor snapshotter)
      : self_{self},
        world_{std::move(world)},
        log_{log},
        clock_{clock},
        observer_{observer},
        route_{std::move(route)},
        snapshotter_{std::move(snapshotter)} {}

  void on(const Gained& gained) {
    begin_anew(journals_[gained.partition], gained.token, clock_.now());
    ask_due_positions();
  }

  void on(const Lost& lost) { journals_.erase(lost.partition); }

  void on(const Resumed& resumed) {
    Journal* journal = find(resumed.partition, resumed.life);
    if (journal == nullptr) return;
    if (!resumed.commit && planted(PlantedBug::unstable_position_guessed)) {
      return start(resumed.partition, *journal, {});
    }
    if (!resumed.commit) {  // Not stable yet, or not reachable: wait, never guess a position.
      journal->retry_at = clock_.now() + retry_after;
      return;
    }
    const auto& commit = *resumed.commit;
    if (!commit && snapshotter_) return ask_whether_published(resumed.partition, resumed.life);
    storage::Position position;
    if (commit) {
      const auto decoded = storage::position_of(*commit);
      if (!decoded) {
        observer_.partition_failed(
            resumed.partition,
            Error{ErrorCode::corrupt, "the publisher's position cannot be read"});
        return;
      }
      position = *decoded;
    }
    start(resumed.partition, *journal, position);
  }

  /// No position is committed: right if nothing was ever published, else it is lost.
  void on(const EverPublished& ever) {
    Journal* journal = find(ever.partition, ever.life);
    if (journal == nullptr) return;
    if (!ever.next) return fail(ever.partition, *journal, ever.next.error());
    if (planted(PlantedBug::lost_position_guessed)) return start(ever.partition, *journal, {});
    if (*ever.next > 0) {
      return lose(ever.partition, *journal, "it was " + std::to_string(*ever.next) + " or later");
    }
    // A snapshot lags a second behind, so the journal and the topics have the last word.
    log_.journal_range(ever.partition, [to = Mailbox<PublisherActor>{self_}, id = ever.partition,
                                        life = ever.life](auto range) {
      to.send(Ranged{life, id, std::move(range)});
    });
  }

  void on(const Ranged& ranged) {
    Journal* journal = find(ranged.partition, ranged.life);
    if (journal == nullptr) return;
    if (journal->search) return searched(ranged.partition, *journal, journal->search->take(ranged));
    if (!ranged.range) return fail(ranged.partition, *journal, ranged.range.error());
    const auto [first, end] = *ranged.range;
    if (first > 0) {
      return lose(ranged.partition, *journal,
                  "the journal begins at " + std::to_string(first) +
                      ", and nobody knows whether what stood before was published");
    }
    if (end > 0) journal->doubted_until = end;
    journal->first_commit_due = !world_->options.publish_atomic;
    start(ranged.partition, *journal, {});
  }

  void on(const Searched& searched_topic) {
    Journal* journal = find(searched_topic.partition, searched_topic.life);
    if (journal == nullptr || !journal->search) return;
    searched(searched_topic.partition, *journal, journal->search->take(searched_topic));
  }

  void on(Tailed& tailed) {
    Journal* journal = find(tailed.partition, tailed.life);
    if (journal == nullptr) return;
    if (!tailed.batch) return fail(tailed.partition, *journal, tailed.batch.error());
    trimmed_.forget(tailed.partition);
    for (const storage::LogEntry& entry : tailed.batch->entries) {
      auto accepted = journal->acceptor.accept(entry);
      if (!accepted) return fail(tailed.partition, *journal, accepted.error());
      const auto* counted = std::get_if<storage::Counted>(&*accepted);
      if (counted == nullptr) continue;
      const auto* decision = std::get_if<storage::DecisionView>(&counted->value);
      if (decision == nullptr) continue;
      journal->ready.push_back(Ready{outputs_of(*decision, tailed.partition), decision->events,
                                     decision->received_at, entry.offset,
                                     journal->acceptor.position()});
    }
    journal->acceptor.skip_to(tailed.batch->next);
    if (journal->doubted_until) settle_doubt(tailed.partition, *journal);
    publish();
    pause_if_full(*journal);
  }

  void on(const Published& published) {
    if (published.number != number_) return;
    publishing_ = false;
    if (!published.result) {
      observer_.say("error", "publish_failed", published.result.error().detail);
      if (planted(PlantedBug::publisher_skips_after_failure)) return publish();
      // What is committed decides where to go on: begin again from there.
      for (auto& [id, journal] : journals_) {
        begin_anew(journal, journal.token, clock_.now() + retry_after);
      }
      return;
    }
    const Time now = clock_.now();
    for (const Sent& sent : sent_) observer_.events_published(sent.events, now - sent.received_at);
    for (const storage::Commit& commit : commits_) {
      if (const auto found = journals_.find(commit.partition); found != journals_.end()) {
        found->second.committed = commit.next;
        found->second.first_commit_due = false;
      }
      tell_partition(commit.partition, commit.next);
      if (snapshotter_) {
        caf::anon_send(snapshotter_, PublishedAt{commit.partition, commit.next});
      }
    }
    ask_due_positions();
    publish();
    follow_paused();
  }

  void on(const Tick&) {
    const Time now = clock_.now();
    ask_due_positions();
    if (now - bare_commit_at_ >= bare_commit_every) {
      bare_commit_at_ = now;
      bare_commit_due_ = true;
      publish();
    }
    finish_if_flushed();
    self_->delayed_send(self_, world_->options.tick * ticks_per_look, Tick{});
  }

  void on(const Shutdown& shutdown) {
    shutdown_ = shutdown;
    bare_commit_due_ = true;
    publish();
    finish_if_flushed();
  }

 private:
  /// What one counted record has to publish.
  struct Ready {
    std::vector<storage::Output> outputs;
    std::uint32_t events;
    Time received_at;
    storage::Offset record;
    storage::Position behind;
  };
  struct Journal {
    storage::OwnershipToken token = 0;
    Life life = 0;  // Rises whenever it is read anew: what was read before is dropped.
    std::unique_ptr<storage::Reading> tail;
    bool paused = false;  // The tail, because too much is ready.
    storage::Acceptor acceptor{storage::Position{}};
    std::deque<Ready> ready;
    storage::Offset committed = 0;
    std::optional<Time> retry_at;  // Its position is asked for then.
    std::uint64_t behind = 0;      // But not before this publication has ended.
    /// No position is known, and what the records before this one ask for may have been published.
    /// Until that is settled nothing is, and no position moves.
    std::optional<storage::Offset> doubted_until;
    std::unique_ptr<OutputSearch> search;  // Settles it.
    bool missed = false;                   // There was no position where there should be one.
    /// Without transactions outputs come before their position: one must be there before them all,
    /// or a crash between the two looks like a position that is lost.
    bool first_commit_due = false;
  };
  struct Sent {
    std::uint32_t events;
    Time received_at;
  };

  Journal* find(storage::PartitionId id, Life life) {
    const auto found = journals_.find(id);
    return found != journals_.end() && found->second.life == life ? &found->second : nullptr;
  }

  /// From its committed position on, which is asked for at `when`.
  void begin_anew(Journal& journal, storage::OwnershipToken token, Time when) {
    journal = Journal{};
    journal.token = token;
    journal.life = ++lives_;
    journal.retry_at = when;
    if (publishing_) journal.behind = number_;  // What is on its way may yet move the position.
  }

  void ask_due_positions() {
    const Time now = clock_.now();
    for (auto& [id, journal] : journals_) {
      const bool waits = publishing_ && journal.behind == number_;
      if (waits || !journal.retry_at || *journal.retry_at > now) continue;
      journal.retry_at.reset();
      ask_position(id, journal.life);
    }
  }

  void ask_position(storage::PartitionId id, Life life) {
    log_.committed_position(storage::Use::publisher, id,
                            [to = Mailbox<PublisherActor>{self_}, id, life](auto commit) {
                              to.send(Resumed{id, life, std::move(commit)});
                            });
  }

  void start(storage::PartitionId id, Journal& journal, const storage::Position& position) {
    journal.acceptor = storage::Acceptor{position};
    journal.committed = position.next;
    tell_partition(id, position.next);
    follow(id, journal);
  }

  void tell_partition(storage::PartitionId id, storage::Offset published) {
    const PartitionActor partition = route_(id);
    if (partition) caf::anon_send(partition, PublishedUpTo{published});
  }

  void follow(storage::PartitionId id, Journal& journal) {
    journal.paused = false;
    journal.tail =
        log_.tail(id, journal.acceptor.position().next,
                  [to = Mailbox<PublisherActor>{self_}, id, life = journal.life](auto batch) {
                    to.send(Tailed{life, id, std::move(batch)});
                  });
  }

  /// What was read and not taken yet is read again. Not while a doubt is being settled: what does
  /// it may lie further on.
  void pause_if_full(Journal& journal) {
    if (journal.ready.size() < world_->options.publish_ahead_max || journal.doubted_until) return;
    journal.tail.reset();
    journal.life = ++lives_;
    journal.paused = true;
  }

  void follow_paused() {
    for (auto& [id, journal] : journals_) {
      const std::size_t max = world_->options.publish_ahead_max;
      if (journal.paused && journal.ready.size() <= max / 2) follow(id, journal);
    }
  }

  void ask_whether_published(storage::PartitionId id, Life life) {
    const auto found = std::make_shared<storage::SnapshotReading>();
    log_.read_snapshot(id, [to = Mailbox<PublisherActor>{self_}, id, life, found](auto lot) {
      Result<void> read;
      if (lot && !lot->empty()) {
        read = found->skim(*lot);
        if (read) return;
      }
      if (!lot) read = tl::unexpected{lot.error()};
      to.send(EverPublished{id, life,
                            read ? Result<storage::Offset>{found->published().value_or(0)}
                                 : tl::unexpected{read.error()}});
    });
  }

  /// The first record that asks for something tells: its outputs were published before all others.
  void settle_doubt(storage::PartitionId id, Journal& journal) {
    if (journal.search) return;
    const auto first = std::ranges::find_if(
        journal.ready, [](const Ready& ready) { return !ready.outputs.empty(); });
    const storage::Offset reached = journal.acceptor.position().next;
    if (first == journal.ready.end() && reached < *journal.doubted_until) return;
    // What was appended since is published by nobody but this publisher.
    if (first == journal.ready.end() || first->record >= *journal.doubted_until) {
      journal.doubted_until.reset();
      return;
    }
    journal.search = std::make_unique<OutputSearch>(log_, Mailbox<PublisherActor>{self_}, id,
                                                    first->record, first->outputs);
    journal.search->begin(journal.life);
  }

  void searched(storage::PartitionId id, Journal& journal,
                const Result<std::optional<OutputSearch::Found>>& result) {
    using Found = OutputSearch::Found;
    if (!result) return fail(id, journal, result.error());
    if (!*result) return;
    const std::string record =
        "what journal record " + std::to_string(journal.search->record()) + " asks for ";
    switch (**result) {
      case Found::yes:
        return lose(id, journal, record + "stands in " + journal.search->topic());
      case Found::unclear:
        return lose(id, journal, record + "may have been deleted from its topics");
      case Found::no:
        journal.search.reset();
        journal.doubted_until.reset();
        publish();
        return follow_paused();
    }
  }

  /// Nothing of the partition is published before somebody commits a position (PROTOCOL R22). It is
  /// asked for once more first: who owns the partition while this node does not hear of it may have
  /// published and committed since the position was read.
  void lose(storage::PartitionId id, Journal& journal, const std::string& evidence) {
    const bool again = journal.missed;
    begin_anew(journal, journal.token, clock_.now());
    if (!again) {
      journal.missed = true;
      return ask_due_positions();
    }
    journal.retry_at.reset();
    observer_.partition_failed(
        id, Error{ErrorCode::corrupt,
                  "the publisher's position is lost: " + evidence +
                      "; decisions go on, but are not published. End all nodes of the group, "
                      "commit it again with `paysaga store position set`, and start them"});
  }

  void fail(storage::PartitionId id, Journal& journal, const Error& error) {
    const storage::Offset committed = journal.committed;
    begin_anew(journal, journal.token, clock_.now() + retry_after);
    if (is_transient(error.code) || trimmed_.take(id, committed, error)) return;
    journal.retry_at.reset();
    observer_.partition_failed(id, error);
  }

  /// Sends what is ready, in the order of each journal, unless a publication is under way.
  void publish() {
    if (publishing_) return;
    std::vector<storage::Output> outputs;
    commits_.clear();
    sent_.clear();
    for (auto& [id, journal] : journals_) {
      if (journal.doubted_until) continue;
      if (journal.first_commit_due && !journal.ready.empty()) {
        commits_.push_back({id, 0, storage::encode(storage::Position{}), journal.token});
        continue;
      }
      std::optional<storage::Position> reached;
      while (!journal.ready.empty() && outputs.size() < outputs_per_publication_max) {
        Ready& ready = journal.ready.front();
        std::ranges::move(ready.outputs, std::back_inserter(outputs));
        if (ready.events > 0) sent_.push_back(Sent{ready.events, ready.received_at});
        reached = ready.behind;
        journal.ready.pop_front();
      }
      if (!reached && bare_commit_due_ && journal.tail && journal.ready.empty() &&
          journal.acceptor.position().next > journal.committed) {
        reached = journal.acceptor.position();
      }
      if (reached) {
        commits_.push_back({id, reached->next, storage::encode(*reached), journal.token});
      }
    }
    bare_commit_due_ = false;
    if (commits_.empty()) return;
    publishing_ = true;
    log_.publish(std::move(outputs), commits_, world_->options.publish_atomic,
                 [to = Mailbox<PublisherActor>{self_}, number = ++number_](auto result) {
                   to.send(Published{number, std::move(result)});
                 });
  }

  /// Shut down once everything that was read is published, or the deadline is reached.
  void finish_if_flushed() {
    if (!shutdown_.done) return;
    const bool flushed = !publishing_ && std::ranges::all_of(journals_, [](const auto& journal) {
      return journal.second.ready.empty();
    });
    if (!flushed && clock_.now() < shutdown_.deadline) return;
    journals_.clear();
    std::exchange(shutdown_.done, {})();
  }

  PublisherActor::pointer self_;
  std::shared_ptr<const OrderWorld> world_;
  storage::Log& log_;
  const Clock& clock_;
  Observer& observer_;
  std::function<PartitionActor(storage::PartitionId)> route_;
  SnapshotterActor snapshotter_;  // None if the node writes no snapshots.
  std::map<storage::PartitionId, Journal> journals_;
  TrimmedJournals trimmed_;
  Life lives_ = 0;
  bool publishing_ = false;
  std::uint64_t number_ = 0;
  std::vector<storage::Commit> commits_;  // Of the publication under way.
  std::vector<Sent> sent_;
  bool bare_commit_due_ = false;
  Time bare_commit_at_{};
  Shutdown shutdown_;
};

struct State {
  std::unique_ptr<Publisher> publisher;
  static inline const char* name = "publisher";
};

}  // namespace

PublisherActor spawn_publisher(caf::actor_system& system, std::shared_ptr<const OrderWorld> world,
                               storage::Log& log, const Clock& clock, Observer& observer,
                               std::function<PartitionActor(storage::PartitionId)> route,
                               SnapshotterActor snapshotter) {
  const auto behave = [&log, &clock, &observer](
                          PublisherActor::stateful_pointer<State> self,
                          std::shared_ptr<const OrderWorld> shared,
                          std::function<PartitionActor(storage::PartitionId)> to_partition,
                          SnapshotterActor to_snapshotter) -> PublisherActor::behavior_type {
    self->state.publisher =
        std::make_unique<Publisher>(self, std::move(shared), log, clock, observer,
                                    std::move(to_partition), std::move(to_snapshotter));
    Publisher* publisher = self->state.publisher.get();
    self->send(self, Tick{});
    return {
        [publisher](const Gained& gained) { publisher->on(gained); },
        [publisher](const Lost& lost) { publisher->on(lost); },
        [publisher](const Resumed& resumed) { publisher->on(resumed); },
        [publisher](const EverPublished& ever) { publisher->on(ever); },
        [publisher](const Ranged& ranged) { publisher->on(ranged); },
        [publisher](const Searched& searched) { publisher->on(searched); },
        [publisher](Tailed& tailed) { publisher->on(tailed); },
        [publisher](const Published& published) { publisher->on(published); },
        [publisher](const Tick& tick) { publisher->on(tick); },
        [publisher](const Shutdown& shutdown) { publisher->on(shutdown); },
    };
  };
  return system.spawn(behave, std::move(world), std::move(route), std::move(snapshotter));
}

}  // namespace paysaga::actors
