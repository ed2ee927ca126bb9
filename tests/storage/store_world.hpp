#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "paysaga/storage/state_store.hpp"

namespace paysaga::storage {

/// A directory that is gone with this value.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  [[nodiscard]] std::string at(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Makes the records of one partition's journal as an actor would read them back.
class Journal {
 public:
  explicit Journal(PartitionId partition = PartitionId{0}) : partition_{partition} {}

  /// A decision on an order; `saga` may be null.
  void decide(const std::string& order, std::shared_ptr<const Saga> saga,
              Action action = Action::decide, const std::string& queued = {});
  void dead_letter(const DeadLetter& letter);
  void settle_dead_letter(const std::string& id, Action action);
  void mark(InputPosition moved);
  /// A claim or a void record: the position moves, nothing is applied.
  void skip() { ++next_; }

  [[nodiscard]] PartitionId partition() const { return partition_; }
  [[nodiscard]] Offset next() const { return next_; }
  [[nodiscard]] Position position() const;
  /// The records from offset `from` on.
  [[nodiscard]] std::vector<AppliedRecord> from(Offset from) const;
  /// Applies all that the store has not.
  [[nodiscard]] Result<void> apply_to(StateStore& store) const;

 private:
  struct Entry {
    Offset offset;
    std::string value;
    std::shared_ptr<const Saga> saga;
  };
  void add(const DecisionRecord& record, std::shared_ptr<const Saga> saga);

  PartitionId partition_;
  Offset next_ = 0;
  std::deque<Entry> entries_;
};

/// What tests want of an order; the rest is as an order that waits for its customer.
struct OrderFacts {
  std::uint64_t version = 1;
  order::Status status = order::Status::payment_pending;
  std::string customer = "cus_1";
  std::string currency = "EUR";
  std::int64_t minor = 4'200;
  std::int64_t captured = 0;
  std::string intent;
  std::string stuck;
  Time updated_at = time_from_micros(1'000'000);
  Time expires_at = time_from_micros(9'000'000);
};
[[nodiscard]] std::shared_ptr<const Saga> make_saga(const std::string& order,
                                                    const OrderFacts& facts);

[[nodiscard]] StoreIdentity identity_of_tests();

}  // namespace paysaga::storage
