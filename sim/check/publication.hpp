#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "paysaga/sim/check/fold.hpp"
#include "paysaga/storage/hash_chain.hpp"

namespace paysaga::sim {

/// Checks what people see: the topics hold what counted decisions say, in their order, nothing
/// else, once each (or, at least once, again), and both hash chains of each order are whole.
///
/// What it does not check: the order of records that were moved to another partition, which come
/// from several journals; of those it only counts that each arrived.
class PublicationCheck {
 public:
  PublicationCheck(bool once, Findings& findings) : once_{once}, findings_{findings} {}

  void counted(const CountedDecision& decision);
  /// An entry of a topic of people, but for what customers put there themselves.
  void landed(std::string_view topic, storage::PartitionId partition,
              const storage::LogEntry& entry);
  /// Whatever was said must have been published.
  void at_end(Time now);
  [[nodiscard]] std::uint64_t published() const { return published_; }
  [[nodiscard]] bool complete() const;

 private:
  /// What one group has to publish there.
  struct Queue {
    std::vector<std::uint64_t> said;  // Hashes of records, in order.
    std::size_t next = 0;
    [[nodiscard]] bool take(std::uint64_t hash) {
      if (next == said.size() || said[next] != hash) return false;
      ++next;
      return true;
    }
    [[nodiscard]] std::size_t left() const { return said.size() - next; }
  };
  struct Lane {
    Queue queue;   // Of the nodes with payments.
    Queue orders;  // Of a group with orders alone.
    std::unordered_map<std::uint64_t, std::uint32_t> seen;
    [[nodiscard]] std::size_t left() const { return queue.left() + orders.left(); }
  };
  struct Moved {
    std::uint32_t said = 0;
    std::uint32_t landed = 0;
  };

  bool once_;
  Findings& findings_;
  std::map<std::pair<std::string, std::uint32_t>, Lane, std::less<>> lanes_;
  std::map<std::string, Moved, std::less<>> moved_;  // By the id of the input.
  storage::ChainVerifier payment_chain_{{}};
  storage::ChainVerifier order_chain_{{}};
  std::uint64_t published_ = 0;
};

}  // namespace paysaga::sim
