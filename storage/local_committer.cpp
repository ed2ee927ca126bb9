#include "paysaga/storage/local_committer.hpp"

#include <algorithm>
#include <chrono>

#include "paysaga/storage/local_entry.hpp"

namespace paysaga::storage {
namespace {

/// A group is written once it has so many bytes, even if more is queued: it bounds memory, and the
/// time that the first append of a group waits for the last one.
constexpr std::size_t group_bytes_max = 8u << 20;

}  // namespace

LocalCommitter::LocalCommitter(LocalDisk& disk, LocalCourier& courier, std::function<Time()> clock,
                               Time newest_append, std::size_t queue_bytes_max)
    : disk_{disk},
      courier_{courier},
      clock_{std::move(clock)},
      queue_bytes_max_{queue_bytes_max},
      now_{newest_append},
      thread_{[this] { run(); }} {}

LocalCommitter::~LocalCommitter() {
  stop();
}

void LocalCommitter::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  queued_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool LocalCommitter::add(LocalWork work, std::size_t work_bytes) {
  bool first = false;
  {
    const std::lock_guard lock{mutex_};
    if (failure_ || stopping_) return false;
    if (queue_bytes_ > 0 && queue_bytes_ + work_bytes > queue_bytes_max_) return false;
    queue_bytes_ += work_bytes;
    first = queue_.empty();
    queue_.push_back(std::move(work));
  }
  if (first) queued_.notify_one();
  return true;
}

std::optional<Error> LocalCommitter::failure() const {
  const std::lock_guard lock{mutex_};
  return failure_;
}

LocalLogStats LocalCommitter::stats() const {
  const std::lock_guard lock{mutex_};
  LocalLogStats stats = stats_;
  stats.queued_bytes = queue_bytes_;
  return stats;
}

void LocalCommitter::run() {
  std::vector<LocalWork> taken;
  for (;;) {
    {
      std::unique_lock lock{mutex_};
      queued_.wait(lock, [this] { return !queue_.empty() || stopping_; });
      if (queue_.empty()) return;
      taken.swap(queue_);
      queue_bytes_ = 0;
    }
    begin_group();
    for (LocalWork& work : taken) {
      std::visit([this](auto& one) { stage(one); }, work);
      if (disk_.batch_bytes() < group_bytes_max) continue;
      write_group();
      begin_group();
    }
    write_group();
    taken.clear();
  }
}

void LocalCommitter::begin_group() {
  now_ = std::max(now_, clock_());
}

Offset LocalCommitter::stage_entry(LocalLane& lane, LogRecord record) {
  if (!lane.touched) {
    lane.touched = true;
    touched_.push_back(&lane);
  }
  const Offset offset = lane.end_next++;
  encode_entry(scratch_, now_, record);
  disk_.put_entry(entry_key(lane.prefix, offset), scratch_.bytes());
  ++group_entries_;
  // A reading that comes after this finds the entry on the disk. `fresh` has no gap at its end:
  // what is kept for nobody else is kept as long as the group lasts.
  if (!lane.fresh.empty() || lane.reading_total.load() > 0) {
    lane.fresh.push_back({offset, now_, std::move(record)});
  }
  return offset;
}

void LocalCommitter::stage(LocalAppend& append) {
  if (append.gate->closed()) return;  // Its writer is gone: nobody knows of it any more.
  const Offset offset = stage_entry(*append.lane, std::move(append.record));
  appends_.push_back(
      {std::move(append.gate), std::move(append.done), {AppendStatus::appended, offset, {}}});
}

void LocalCommitter::stage(LocalPut& put) {
  Offset offset = -1;
  for (LocalPut::Entry& entry : put.entries) {
    offset = stage_entry(*entry.lane, std::move(entry.record));
  }
  for (const MetaPair& pair : put.meta) disk_.put_meta(pair.first, pair.second);
  if (!put.done) return;
  others_.push_back([done = std::move(put.done), offset](const Error* error) {
    if (error != nullptr) return done(tl::unexpected{*error});
    done(offset);
  });
}

void LocalCommitter::stage(LocalTrim& trim) {
  write_group();  // The plan reads positions from the disk: those that are staged belong to it.
  begin_group();
  const auto plan = trim.plan(now_);
  if (!plan) {
    courier_.post(
        [done = std::move(trim.done), error = plan.error()] { done(tl::unexpected{error}); });
    return;
  }
  std::uint64_t removed = 0;
  for (const auto& [lane, first] : *plan) {
    removed += static_cast<std::uint64_t>(first - lane->first.load());
    disk_.remove_entries(entry_key(lane->prefix, lane->first), entry_key(lane->prefix, first));
    const MetaPair pair = first_pair(lane->prefix, first);
    disk_.put_meta(pair.first, pair.second);
    // Readers are told first: what is about to go must not look like damage.
    lane->first = first;
  }
  others_.push_back([done = std::move(trim.done), removed](const Error* error) {
    if (error != nullptr) return done(tl::unexpected{*error});
    done(removed);
  });
}

void LocalCommitter::write_group() {
  const std::size_t bytes = disk_.batch_bytes();
  if (bytes == 0 && others_.empty()) return;
  if (const auto failed = failure()) return fail_group(*failed);
  const auto begin = std::chrono::steady_clock::now();
  if (bytes > 0) {
    if (const auto written = disk_.write(); !written) return fail_group(written.error());
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  {
    const std::lock_guard lock{mutex_};
    stats_.appends += appends_.size();
    stats_.entries += group_entries_;
    stats_.groups += bytes > 0 ? 1 : 0;
    stats_.bytes += bytes;
    stats_.write_seconds += took.count();
  }
  LocalGroup group;
  group.parts.reserve(touched_.size());
  for (LocalLane* lane : touched_) {
    lane->end = lane->end_next;
    lane->touched = false;
    group.parts.push_back({lane, lane->end_next, std::exchange(lane->fresh, {})});
  }
  group.appends = std::exchange(appends_, {});
  group.others.reserve(others_.size());
  for (auto& other : others_) {
    group.others.push_back([done = std::move(other)] { done(nullptr); });
  }
  touched_.clear();
  others_.clear();
  group_entries_ = 0;
  courier_.post(std::move(group));
}

void LocalCommitter::fail_group(Error error) {
  {
    const std::lock_guard lock{mutex_};
    if (!failure_) failure_ = Error{ErrorCode::unavailable, error.detail};
  }
  LocalGroup group;
  group.failure = Error{ErrorCode::unavailable, error.detail};
  for (LocalGroup::Append& append : appends_) {
    append.outcome = {AppendStatus::unknown, -1, error.detail};
  }
  group.appends = std::exchange(appends_, {});
  for (auto& other : others_) {
    group.others.push_back([done = std::move(other), error] { done(&error); });
  }
  for (LocalLane* lane : touched_) {
    lane->touched = false;
    lane->fresh.clear();
  }
  touched_.clear();
  others_.clear();
  courier_.post(std::move(group));
}

}  // namespace paysaga::storage
