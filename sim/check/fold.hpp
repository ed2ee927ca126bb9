#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "paysaga/saga/saga.hpp"
#include "paysaga/sim/check/findings.hpp"
#include "paysaga/storage/log.hpp"
#include "paysaga/storage/record.hpp"

namespace paysaga::sim {

/// A decision that counts, as it landed.
struct CountedDecision {
  Roles roles;  // Of the group whose journal it is in.
  storage::PartitionId partition;
  const storage::LogEntry& entry;
  const storage::DecisionView& decision;
  const Saga* before;  // Null: the order was not there.
  const Saga* after;   // Null: the decision changes no state.
};

/// The journals of a group, folded as they land, by an accept rule of its own: written from
/// PROTOCOL R3 and not shared with the engine, so that a fault in the engine's rule shows as a
/// difference.
///
/// What it does not check: the codecs of records and states, which it shares with the engine.
class Fold {
 public:
  struct Order {
    std::shared_ptr<const Saga> saga;
    std::string state;  // Its bytes.
    storage::PartitionId partition{};
    storage::Offset offset = -1;  // Of the decision that says so.
    bool quarantined = false;
  };
  struct Journal {
    storage::Offset next = 0;
    storage::Offset epoch = -1;
    std::uint64_t jseq = 0;
    std::uint64_t chain = storage::chain_start;
    std::uint64_t claims = 0;
    std::uint64_t counted = 0;
    std::uint64_t voided = 0;
  };

  Fold(Roles roles, std::uint32_t partitions, Findings& findings)
      : roles_{roles}, journals_(partitions), findings_{findings} {}

  /// The next entry of a journal. What counts and decides is given to `then`.
  template <class F>
  void landed(storage::PartitionId partition, const storage::LogEntry& entry, F&& then) {
    if (!counts(partition, entry)) return;
    auto decision = storage::decode_decision(entry.record.value);
    if (!decision) return unreadable(entry, decision.error());
    std::shared_ptr<const Saga> before;
    std::shared_ptr<const Saga> after;
    if (!decision->order.empty()) std::tie(before, after) = take(partition, entry, *decision);
    then(CountedDecision{roles_, partition, entry, *decision, before.get(), after.get()});
  }

  [[nodiscard]] const std::map<std::string, Order, std::less<>>& orders() const { return orders_; }
  [[nodiscard]] const Order* find(std::string_view order) const;
  [[nodiscard]] Roles roles() const { return roles_; }
  [[nodiscard]] const Journal& journal(storage::PartitionId partition) const {
    return journals_[storage::index_of(partition)];
  }
  [[nodiscard]] std::uint64_t counted() const;
  [[nodiscard]] std::uint64_t voided() const;

 private:
  using Pair = std::pair<std::shared_ptr<const Saga>, std::shared_ptr<const Saga>>;
  /// True for a decision that counts. Claims and marks are taken note of.
  [[nodiscard]] bool counts(storage::PartitionId partition, const storage::LogEntry& entry);
  [[nodiscard]] Pair take(storage::PartitionId partition, const storage::LogEntry& entry,
                          const storage::DecisionView& decision);
  void unreadable(const storage::LogEntry& entry, const Error& error);

  Roles roles_;
  std::vector<Journal> journals_;
  std::map<std::string, Order, std::less<>> orders_;
  Findings& findings_;
};

}  // namespace paysaga::sim
