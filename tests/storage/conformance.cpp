#include "storage/conformance.hpp"

#include <algorithm>

namespace paysaga::storage::conformance {

std::vector<Adapter>& adapters() {
  static std::vector<Adapter> registered;
  return registered;
}

OnBatch Gathered::callback() {
  return [state = state_](Result<LogBatch> batch) {
    const std::lock_guard lock{state->mutex};
    if (!batch) {
      state->error = batch.error();
    } else {
      const bool first = state->next < 0;
      if (!batch->entries.empty() && !first && batch->entries.front().offset < state->next) {
        state->gap = true;
      }
      for (LogEntry& entry : batch->entries) state->entries.push_back(std::move(entry));
      state->next = batch->next;
    }
    state->came.notify_all();
  };
}

std::vector<LogEntry> Gathered::wait(std::size_t count) const {
  std::unique_lock lock{state_->mutex};
  state_->came.wait_for(lock, deadline,
                        [&] { return state_->entries.size() >= count || state_->error; });
  ensure(!state_->gap, "a reading delivers every entry once");
  std::vector<LogEntry> entries = state_->entries;
  if (entries.size() > count) entries.resize(count);
  return entries;
}

std::optional<Error> Gathered::wait_error() const {
  std::unique_lock lock{state_->mutex};
  state_->came.wait_for(lock, deadline, [&] { return state_->error.has_value(); });
  return state_->error;
}

std::vector<LogEntry> Gathered::now() const {
  const std::lock_guard lock{state_->mutex};
  return state_->entries;
}

AppendOutcome append(JournalWriter& writer, Headers headers, std::string value) {
  Answer<AppendOutcome> answer;
  writer.append(std::move(headers), std::move(value), answer.callback());
  return answer.wait().value_or(AppendOutcome{AppendStatus::unknown, -1, "no answer in time"});
}

Result<Offset> put(Log& log, std::string topic, PartitionId partition, std::string value) {
  Answer<Result<Offset>> answer;
  log.put({std::move(topic), partition, {"key", {{"name", "text"}}, std::move(value)}},
          answer.callback());
  return answer.wait().value_or(fail(ErrorCode::unavailable, "no answer in time"));
}

Result<std::monostate> publish(Log& log, std::vector<Output> outputs,
                               std::vector<Commit> positions) {
  Answer<Result<std::monostate>> answer;
  log.publish(std::move(outputs), std::move(positions), true, answer.callback());
  return answer.wait().value_or(fail(ErrorCode::unavailable, "no answer in time"));
}

std::pair<Offset, Offset> journal_range(Log& log, PartitionId partition) {
  Answer<Result<std::pair<Offset, Offset>>> answer;
  log.journal_range(partition, answer.callback());
  const auto range = answer.wait();
  ensure(range && *range, "a journal's range can be read");
  return **range;
}

std::vector<LogEntry> read_journal(Log& log, PartitionId partition, Offset from,
                                   std::size_t count) {
  Gathered gathered;
  const auto reading = log.tail(partition, from, gathered.callback());
  return gathered.wait(count);
}

Leader::Leader(Log& log, PartitionId partition, std::uint8_t name)
    : log_{log}, partition_{partition}, name_{name}, writer_{log.journal_writer(partition)} {}

void Leader::read_to_end(const std::function<void(const Acceptance&)>& on_record) {
  const Offset end = journal_range(log_, partition_).second;
  const Offset from = acceptor_.position().next;
  for (const LogEntry& entry :
       read_journal(log_, partition_, from, static_cast<std::size_t>(end - from))) {
    const auto acceptance = acceptor_.accept(entry);
    ensure(acceptance.has_value(), "a leader in a test reads only what it can decode");
    on_record(*acceptance);
  }
}

bool Leader::claim() {
  read_to_end([](const Acceptance&) {});
  Claim claim;
  claim.nonce = {name_, ++claims_};
  claim.partition_count = 4;
  std::string value = encode(claim);
  Headers headers = claim_headers(value);
  (void)append(*writer_, std::move(headers), std::move(value));
  bool leads = false;
  read_to_end([&](const Acceptance& acceptance) {
    const auto* counted = std::get_if<Counted>(&acceptance);
    const auto* read = counted == nullptr ? nullptr : std::get_if<Claim>(&counted->value);
    if (read != nullptr) leads = read->nonce == claim.nonce;
  });
  if (leads) stamp_.emplace(acceptor_.position());
  return leads;
}

AppendOutcome Leader::decide(const std::string& order) {
  DecisionRecord decision;
  decision.order = order;
  std::string value = encode(decision);
  Headers headers = stamp_->stamp(RecordKind::decision, value);
  return append(*writer_, std::move(headers), std::move(value));
}

AppendOutcome Leader::mark(Offset next) {
  std::string value = encode(Mark{{{"payment-commands", next}}});
  Headers headers = stamp_->stamp(RecordKind::mark, value);
  return append(*writer_, std::move(headers), std::move(value));
}

void Leader::lose_one() {
  (void)stamp_->stamp(RecordKind::decision, encode(DecisionRecord{}));
}

std::vector<std::string> judge(const Position& from, const std::vector<LogEntry>& entries) {
  std::vector<std::string> judged;
  Acceptor acceptor{from};
  for (const LogEntry& entry : entries) {
    const auto acceptance = acceptor.accept(entry);
    if (!acceptance) {
      judged.emplace_back(to_text(acceptance.error().code));
      break;
    }
    if (const auto* no = std::get_if<Void>(&*acceptance)) {
      judged.push_back("void: " + std::string{no->why});
      continue;
    }
    const Counted& counted = std::get<Counted>(*acceptance);
    std::string text{to_text(counted.kind())};
    text += ' ' + std::to_string(counted.epoch) + '/' + std::to_string(counted.jseq);
    if (const auto* decision = std::get_if<DecisionView>(&counted.value)) {
      text += ' ' + std::string{decision->order};
    }
    judged.push_back(std::move(text));
  }
  return judged;
}

}  // namespace paysaga::storage::conformance
