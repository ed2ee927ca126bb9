#include "paysaga/engine/owners.hpp"

#include <chrono>
#include <future>

namespace paysaga::engine {
namespace {

using storage::Claim;
using storage::Offset;
using storage::PartitionId;

constexpr std::size_t questions_max = 10'000;
constexpr std::chrono::seconds remembered_for{10};
constexpr std::chrono::seconds answer_timeout{5};

/// Waits for what a log answers by callback.
template <class T, class Ask>
Result<T> answer_of(const Ask& ask) {
  auto answered = std::make_shared<std::promise<Result<T>>>();
  auto answer = answered->get_future();
  ask([answered](Result<T> result) { answered->set_value(std::move(result)); });
  if (answer.wait_for(answer_timeout) == std::future_status::ready) return answer.get();
  return fail(ErrorCode::unavailable, "the log does not answer");
}

std::optional<Claim> claim_of(const storage::LogEntry& entry) {
  const auto header = storage::read_header(entry.record);
  if (!header || !*header || (*header)->kind != storage::RecordKind::claim) return std::nullopt;
  auto claim = storage::decode_claim(entry.record.value);
  return claim ? std::optional<Claim>{std::move(*claim)} : std::nullopt;
}

}  // namespace

Owners::Owners(storage::Log& log) : log_{log}, looking_{questions_max} {}

void Owners::find(PartitionId partition, Done done) {
  if (auto claim = remembered(partition)) return done(std::move(*claim));
  const bool asked = looking_.post([this, partition, done] {
    auto claim = remembered(partition);  // Another one asked before.
    if (!claim && stopping_) return done(fail(ErrorCode::unavailable, "the node stops"));
    done(claim ? Result<Claim>{std::move(*claim)} : look(partition));
  });
  if (!asked) done(fail(ErrorCode::unavailable, "too many ask for the partition's leader"));
}

void Owners::stop() {
  stopping_ = true;
  looking_.stop();
}

void Owners::forget(PartitionId partition) {
  const std::lock_guard lock{mutex_};
  found_.erase(partition);
}

std::optional<Claim> Owners::remembered(PartitionId partition) {
  const std::lock_guard lock{mutex_};
  const auto found = found_.find(partition);
  if (found == found_.end() ||
      std::chrono::steady_clock::now() - found->second.at > remembered_for) {
    return std::nullopt;
  }
  return found->second.claim;
}

/// The publisher's position names the epoch that it has come to, which is the offset of a claim;
/// only behind that position there may be a later one.
Result<Claim> Owners::look(PartitionId partition) {
  using Range = std::pair<Offset, Offset>;
  const auto range =
      answer_of<Range>([&](auto done) { log_.journal_range(partition, std::move(done)); });
  if (!range) return tl::unexpected{range.error()};
  const auto commit = answer_of<std::optional<storage::Commit>>([&](auto done) {
    log_.committed_position(storage::Use::publisher, partition, std::move(done));
  });
  if (!commit) return tl::unexpected{commit.error()};
  storage::Position position{.next = range->first, .epoch = -1};
  if (*commit) {
    const auto decoded = storage::position_of(**commit);
    if (!decoded) return tl::unexpected{decoded.error()};
    position = *decoded;
  }
  auto claim = last_claim(partition, std::max(position.next, range->first), range->second);
  if (claim && !*claim && position.epoch >= range->first) {
    claim = last_claim(partition, position.epoch, position.epoch + 1);
  }
  if (!claim) return tl::unexpected{claim.error()};
  if (!*claim) return fail(ErrorCode::not_found, "no node has led the partition yet");
  const std::lock_guard lock{mutex_};
  found_[partition] = {**claim, std::chrono::steady_clock::now()};
  return std::move(**claim);
}

/// The last claim in [from, until), if there is one.
Result<std::optional<Claim>> Owners::last_claim(PartitionId partition, Offset from, Offset until) {
  struct Looking {
    std::mutex mutex;
    std::optional<Claim> last;
    bool told = false;
    std::promise<Result<std::monostate>> over;
  };
  if (from >= until) return std::optional<Claim>{};
  const auto looking = std::make_shared<Looking>();
  auto over = looking->over.get_future();
  const auto reading = log_.tail(partition, from, [looking, until](auto batch) {
    const std::lock_guard lock{looking->mutex};
    if (looking->told) return;
    for (std::size_t i = 0; batch && i < batch->entries.size(); ++i) {
      const storage::LogEntry& entry = batch->entries[i];
      if (entry.offset >= until) break;
      if (auto claim = claim_of(entry)) looking->last = std::move(claim);
    }
    looking->told = !batch || batch->next >= until;
    if (!batch) looking->over.set_value(tl::unexpected{batch.error()});
    if (batch && looking->told) looking->over.set_value(std::monostate{});
  });
  if (over.wait_for(answer_timeout) != std::future_status::ready) {
    return fail(ErrorCode::unavailable, "the journal was not read in time");
  }
  if (const auto done = over.get(); !done) return tl::unexpected{done.error()};
  const std::lock_guard lock{looking->mutex};
  return looking->last;
}

}  // namespace paysaga::engine
