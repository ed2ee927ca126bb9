#include "storage/store_world.hpp"

#include <atomic>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "paysaga/storage/codec_blank.hpp"
#include "paysaga/storage/codec_saga.hpp"

namespace paysaga::storage {

ScratchDirectory::ScratchDirectory() {
  static std::atomic<int> count{0};
  path_ = std::filesystem::temp_directory_path() /
          ("paysaga-store-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
  std::filesystem::remove_all(path_);
  std::filesystem::create_directories(path_);
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void Journal::add(const DecisionRecord& record, std::shared_ptr<const Saga> saga) {
  entries_.push_back({next_++, encode(record), std::move(saga)});
}

void Journal::decide(const std::string& order, std::shared_ptr<const Saga> saga, Action action,
                     const std::string& queued) {
  DecisionRecord record;
  record.action = action;
  record.order = order;
  record.input_id = "input-" + std::to_string(next_);
  record.input_kind = "order.cancel";
  record.outcome = "accepted";
  record.summary = "decision " + std::to_string(next_);
  record.decided_at = time_from_micros(1'000'000 + next_);
  record.queued = queued;
  record.history = R"([{"n":)" + std::to_string(next_) + "}]";
  if (saga) record.state = encode_saga(*saga);
  add(record, std::move(saga));
}

void Journal::dead_letter(const DeadLetter& letter) {
  DecisionRecord record;
  record.action = Action::dead_letter;
  record.input_id = letter.id;
  record.summary = letter.cause;
  record.decided_at = letter.at;
  record.outputs.push_back({{"payment-dead-letter"}, std::nullopt, to_record(letter)});
  add(record, nullptr);
}

void Journal::settle_dead_letter(const std::string& id, Action action) {
  DecisionRecord record;
  record.action = action;
  record.input_id = id;
  record.summary = "because " + std::to_string(next_);
  record.decided_at = time_from_micros(1'000'000 + next_);
  add(record, nullptr);
}

void Journal::mark(InputPosition moved) {
  DecisionRecord record;
  record.inputs.push_back(std::move(moved));
  add(record, nullptr);
}

Position Journal::position() const {
  if (next_ == 0) return {};
  return Position{next_, 0, static_cast<std::uint64_t>(next_), 77};
}

std::vector<AppliedRecord> Journal::from(Offset from) const {
  std::vector<AppliedRecord> records;
  for (const Entry& entry : entries_) {
    if (entry.offset < from) continue;
    auto view = decode_decision(entry.value);
    REQUIRE(view.has_value());
    records.push_back({entry.offset, Time{}, std::move(*view), entry.saga});
  }
  return records;
}

Result<void> Journal::apply_to(StateStore& store) const {
  const auto position = store.position(partition_);
  if (!position) return tl::unexpected<Error>{position.error()};
  return store.apply(partition_, from(position->next), this->position());
}

std::shared_ptr<const Saga> make_saga(const std::string& order, const OrderFacts& facts) {
  Saga saga = new_saga(OrderId::of(order));
  saga.version = facts.version;
  saga.updated_at = facts.updated_at;
  saga.order.status = facts.status;
  if (!facts.stuck.empty()) saga.order.stuck = order::Stuck{facts.stuck, facts.updated_at};
  payment::Payment payment = shape::Blank<payment::Payment>::make();
  payment.status = facts.captured > 0 ? payment::Status::captured : payment::Status::ready;
  payment.amount = Money{facts.minor, *Currency::parse(facts.currency)};
  payment.customer = CustomerId::of(facts.customer);
  payment.money.captured = facts.captured;
  payment.initiated_at = facts.updated_at;
  payment.expires_at = facts.expires_at;
  if (!facts.intent.empty()) {
    payment.intent = shape::Blank<IntentObject>::make();
    payment.intent->id = IntentId::of(facts.intent);
    payment.intent->amount = payment.amount;
  }
  saga.payment = std::move(payment);
  return std::make_shared<const Saga>(std::move(saga));
}

StoreIdentity identity_of_tests() {
  return {"log-1", "abcdefghij", 4};
}

}  // namespace paysaga::storage
