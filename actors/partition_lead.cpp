#include <algorithm>
#include <iterator>
#include <limits>
#include <tuple>

#include "paysaga/actors/partition.hpp"
#include "paysaga/saga/planted.hpp"
#include "paysaga/storage/codec_saga.hpp"
#include "paysaga/storage/order_row.hpp"

namespace paysaga::actors {
namespace {

constexpr Duration claim_again_min = milliseconds{50};
constexpr Duration claim_again_max = seconds{5};
constexpr Duration begin_again_after = seconds{1};

storage::Nonce make_nonce(std::mt19937_64& random) {
  storage::Nonce nonce{};
  for (std::uint8_t& byte : nonce) byte = static_cast<std::uint8_t>(random() & 0xff);
  return nonce;
}

}  // namespace

void Partition::on(const Gained& gained) {
  if (draining_) return;
  const bool rests = role_ == Role::stopped || following();
  owned_ = true;
  token_ = gained.token;
  if (rests) begin();  // To the end as it is now, then it claims.
}

void Partition::on(const Lost& lost) {
  if (!owned_ || lost.token != token_) return;
  owned_ = false;
  published_next_.reset();
  stop("another node owns the partition");
}

/// A leader goes on once the journal answers again. A standby applies the journal also where it
/// does not lead, so that it need not catch up when it is to.
void Partition::begin_if_stopped() {
  const bool may =
      !draining_ && !store_failed_ && (owned_ ? stop_passes_ : world_->options.standby);
  if (may && role_ == Role::stopped && clock_.now() >= begin_again_at_) begin();
}

/// Reads the journal from what the store has applied, up to where it ends now; then claims.
void Partition::begin() {
  drop_everything("the partition is read again");
  ++life_;
  role_ = Role::catching_up;
  end_ = std::numeric_limits<storage::Offset>::max();  // Not known yet.
  auto position = store_.position(id_);
  if (!position) return stop("the store cannot be read: " + position.error().detail);
  acceptor_.emplace(*position);
  log_.journal_range(id_,
                     [to = Mailbox<PartitionActor>{self_}, id = id_, life = life_](auto range) {
                       to.send(Ranged{life, id, std::move(range)});
                     });
}

void Partition::on(const Ranged& ranged) {
  if (ranged.life != life_ || role_ != Role::catching_up) return;
  if (!ranged.range) return stop_unread(ranged.range.error());
  std::tie(first_, end_) = *ranged.range;
  const storage::Offset from = acceptor_->position().next;
  const bool lacks = from < first_ || (from == 0 && end_ > 0);
  if (lacks && world_->options.snapshots) return begin_restore();
  if (from < first_) {
    return stop("the journal begins at " + std::to_string(first_) + ", behind this store's " +
                std::to_string(from) + ": records between them are gone");
  }
  if (from > end_) {
    return stop("the store is ahead of the journal (" + std::to_string(from) + " > " +
                std::to_string(end_) +
                "): it belongs to another journal, or the journal lost data");
  }
  follow_journal();
}

void Partition::follow_journal() {
  const storage::Offset from = acceptor_->position().next;
  tail_ = log_.tail(id_, from,
                    [to = Mailbox<PartitionActor>{self_}, id = id_, life = life_](auto batch) {
                      to.send(Tailed{life, id, std::move(batch)});
                    });
  if (from >= end_ && clock_.now() >= claim_not_before_) claim();
}

void Partition::claim() {
  if (!owned_ || !log_.membership_current()) return;  // The next tick tries again.
  role_ = Role::claiming;
  nonce_ = make_nonce(random_);
  claimed_at_ = clock_.now();
  writer_ = log_.journal_writer(id_);
  const NodeOptions& options = world_->options;
  std::string value = storage::encode(storage::Claim{
      nonce_, options.node, options.address, options.group, std::string{to_text(options.roles)},
      world_->partition_count, options.version});
  storage::Headers headers = storage::claim_headers(value);
  send_to_journal(std::move(headers), std::move(value));
}

void Partition::on(const Appended& appended) {
  if (appended.life != life_ || appended.outcome.status == storage::AppendStatus::appended) return;
  if (planted(PlantedBug::failed_delivery_unnoticed)) return;
  step_down("an append was not confirmed: " + appended.outcome.why);
}

void Partition::on(Tailed& tailed) {
  if (tailed.life != life_ || role_ == Role::stopped) return;
  if (!tailed.batch) {
    const Error& error = tailed.batch.error();
    // It was trimmed while this node was away: the snapshot reaches further.
    if (error.code == ErrorCode::out_of_range && world_->options.snapshots && !draining_) {
      return step_down("the journal was trimmed before it was read");
    }
    return stop_unread(error);
  }
  if (!apply(*tailed.batch)) return;
  if (role_ == Role::catching_up && acceptor_->position().next >= end_ &&
      clock_.now() >= claim_not_before_) {
    claim();
  }
}

/// Takes a batch of the journal: what counts is applied in one write; only then does anybody hear
/// of it. False if the partition no longer goes on in this life.
bool Partition::apply(const storage::LogBatch& batch) {
  ReadBack read;
  // Who waits for what was read back, but not applied, is told so by `stop`.
  const auto give_back = [&] {
    in_flight_.insert(in_flight_.begin(), std::make_move_iterator(read.settled.begin()),
                      std::make_move_iterator(read.settled.end()));
  };
  for (const storage::LogEntry& entry : batch.entries) {
    auto accepted = acceptor_->accept(entry);
    auto taken = accepted ? take_record(entry, *accepted, read)
                          : Result<std::monostate>{tl::unexpect, accepted.error()};
    if (!taken) {
      give_back();
      stop("journal record " + std::to_string(entry.offset) + ": " + taken.error().detail);
      return false;
    }
  }
  acceptor_->skip_to(batch.next);
  if (const auto written = store_.apply(id_, read.applied, acceptor_->position()); !written) {
    give_back();
    stop_unwritten(written.error());
    return false;
  }
  settle_read_back(read.settled);
  if (!read.lost.empty()) {
    ++claims_lost_;
    step_down(read.lost);
    return false;
  }
  if (read.own_claim) lead();
  return true;
}

/// What the store applies of a decision. Of an own one the state is at hand; any other is decoded.
Result<storage::AppliedRecord> Partition::to_applied(const storage::LogEntry& entry,
                                                     const storage::DecisionView& decision,
                                                     const InFlight* own, ReadBack& read) {
  storage::AppliedRecord record{entry.offset, entry.appended_at, decision, nullptr};
  if (own != nullptr) {
    record.saga = own->next;
    if (own->history) record.decision.history = *own->history;
  } else if (!decision.state.empty()) {
    auto saga = storage::decode_saga(decision.state);
    if (!saga) return tl::unexpected{saga.error()};
    record.saga = std::make_shared<const Saga>(std::move(*saga));
    record.decision.history = read.histories.emplace_back(storage::history_of(decision));
  }
  return record;
}

/// One entry: notes what is to be applied and what of ours it settles.
Result<std::monostate> Partition::take_record(const storage::LogEntry& entry,
                                              const storage::Acceptance& accepted, ReadBack& read) {
  const auto* counted = std::get_if<storage::Counted>(&accepted);
  if (counted == nullptr) {
    const auto header = storage::read_header(entry.record);
    const bool ours = header && *header && (*header)->epoch == epoch_;
    if (role_ == Role::leading && ours) read.lost = "an own record does not count";
    return std::monostate{};
  }
  heard_time(entry.appended_at);
  if (const auto* claim = std::get_if<storage::Claim>(&counted->value)) {
    const bool own = role_ == Role::claiming && !read.own_claim &&
                     (claim->nonce == nonce_ || planted(PlantedBug::claim_without_nonce));
    if (own) {
      read.own_claim = true;
      epoch_ = entry.offset;
      stamp_.emplace(acceptor_->position());
    } else if (role_ == Role::leading || read.own_claim) {  // A claim before the own one is past.
      read.lost = "another node claimed the partition";
    }
    if (const std::string_view roles = to_text(world_->options.roles); claim->roles != roles) {
      return fail(ErrorCode::conflict, "the journal is of nodes with the roles \"" + claim->roles +
                                           "\", this node has \"" + std::string{roles} +
                                           "\": each role has a group of its own");
    }
    if (claim->partition_count == world_->partition_count) return std::monostate{};
    return fail(ErrorCode::conflict,
                "the journal was written for " + std::to_string(claim->partition_count) +
                    " partitions, this node has " + std::to_string(world_->partition_count));
  }
  const bool own = role_ == Role::leading && counted->epoch == epoch_;
  if (planted(PlantedBug::jseq_unchecked) && own) {  // The records of those before it were lost.
    while (!in_flight_.empty() && in_flight_.front().jseq < counted->jseq) in_flight_.pop_front();
  }
  ensure(!own || (!in_flight_.empty() && in_flight_.front().jseq == counted->jseq),
         "own records are read back in the order of their appends");
  if (const auto* mark = std::get_if<storage::Mark>(&counted->value)) {
    read.applied.push_back({entry.offset, entry.appended_at, {.inputs = mark->inputs}, nullptr});
  } else if (const auto* decision = std::get_if<storage::DecisionView>(&counted->value)) {
    auto record = to_applied(entry, *decision, own ? &in_flight_.front() : nullptr, read);
    if (!record) return tl::unexpected{record.error()};
    read.applied.push_back(std::move(*record));
  }
  if (own) {
    read.settled.push_back(std::move(in_flight_.front()));
    in_flight_.pop_front();
  }
  return std::monostate{};
}

/// The decisions are true now: orders may act on them, clients hear of them.
void Partition::settle_read_back(std::vector<InFlight>& settled) {
  const Time at = clock_.now();
  const Moment moment =
      this->moment();  // The same for the actor and the queue: no wake-up falls between.
  for (InFlight& record : settled) {
    observer_.record_appended(at - record.appended_at);
    if (record.on_applied) record.on_applied();
    if (record.next) {
      const OrderId& order = *record.order;
      if (Roster::Active* active = roster_.find(order)) {
        roster_.touch(*active, at);
        active->send(Committed{record.next->version, moment});
      }
      // What is overdue came due while the order could not act on it: calls start by themselves,
      // but a decision has to be asked for.
      const auto decision = next_decision_at(*record.next);
      if (decision && *decision <= moment.journal) wakes_.push(*decision, order);
      if (const auto later = next_wake_at(*record.next, moment.journal)) wakes_.push(*later, order);
      if (!waits_.empty()) check_waits(order, record.next);
    }
    if (record.order) observer_.input_durable(at - record.received_at);
    if (record.done) {
      record.answer.saga = record.next;
      record.done(std::move(record.answer));
    }
    if (record.queued) decide_queue(*record.order);
  }
  if (!stamp_) return;
  const std::uint64_t read_back = in_flight_.empty() ? stamp_->jseq() : in_flight_.front().jseq - 1;
  while (!after_.empty() && after_.front().jseq <= read_back) {
    After after = std::move(after_.front());
    after_.pop_front();
    after.done(std::move(after.answer));
  }
}

void Partition::lead() {
  role_ = Role::leading;
  led_.insert(id_);
  claims_lost_ = 0;
  ++claims_;
  observer_.claimed(id_);
  quarantined_.clear();
  auto quarantined = store_.quarantined(id_);
  if (!quarantined) return stop("the store cannot be read: " + quarantined.error().detail);
  for (const auto& record : *quarantined) quarantined_.insert(record.order);
  wakes_.clear();
  if (planted(PlantedBug::timer_lost_on_restart)) wakes_.move_horizon(now());
  move_horizon();
  positions_moved_ = false;
  positions_told_at_ = clock_.now();
  read_inputs();
  // What a former life decided may have been read back only now.
  std::set<OrderId> waited_for;
  for (const auto& [order, wait] : waits_) waited_for.insert(order);
  for (const OrderId& order : waited_for) {
    if (const auto saga = committed(order)) check_waits(order, saga);
  }
}

/// PROTOCOL R8: drops what is not read back, and begins again if the partition is still ours.
void Partition::step_down(std::string_view why) {
  ++step_downs_;
  observer_.stepped_down(id_, why);
  if (!owned_ || draining_) return stop(std::string{why});
  const std::int64_t spread = std::int64_t{1} << std::min(claims_lost_, 7);
  const Duration wait = std::min<Duration>(claim_again_min * spread, claim_again_max);
  claim_not_before_ = clock_.now() + jitter_below(wait);
  begin();
}

void Partition::stop(std::string why) {
  drop_everything(why);
  ++life_;
  role_ = Role::stopped;
  stop_passes_ = false;
  begin_again_at_ = clock_.now() + begin_again_after;
  if (owned_ && !draining_) observer_.partition_failed(id_, Error{ErrorCode::unavailable, why});
  why_ = std::move(why);
}

void Partition::stop_unread(const Error& error) {
  stop("the journal cannot be read: " + error.detail);
  stop_passes_ = error.code == ErrorCode::unavailable;
}

/// A store that failed stays so until it is opened anew. A standby says it, too: nobody would see
/// that it has become none.
void Partition::stop_unwritten(const Error& error) {
  store_failed_ = true;
  const std::string why = "the store failed, the node must be started again: " + error.detail;
  stop(why);
  if (!owned_) observer_.partition_failed(id_, Error{ErrorCode::unavailable, why});
}

void Partition::drop_everything(std::string_view why) {
  led_.erase(id_);
  role_ = Role::stopped;
  writer_.reset();
  tail_.reset();
  restore_.reset();
  inbound_.clear();
  roster_.clear();
  lifting_.clear();
  settling_.clear();
  epoch_ = -1;
  stamp_.reset();
  const std::string detail{why};
  const auto unknown = [&](std::function<void(Submitted)>& done, Submitted::Kind kind) {
    if (done) std::exchange(done, {})(Submitted{kind, "", detail, nullptr});
  };
  for (InFlight& record : in_flight_) unknown(record.done, Submitted::Kind::outcome_unknown);
  for (After& after : after_) unknown(after.done, Submitted::Kind::outcome_unknown);
  for (auto& [ticket, pending] : tickets_) unknown(pending.done, Submitted::Kind::not_leading);
  in_flight_.clear();
  after_.clear();
  tickets_.clear();
}

}  // namespace paysaga::actors
