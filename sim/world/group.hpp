#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "paysaga/sim/world/plan.hpp"
#include "paysaga/storage/memory_log.hpp"

namespace paysaga::sim {

/// The consumer group's coordinator: says which node owns which partition, and takes it from those
/// that it no longer hears of. It knows nodes by the names of their lives.
///
/// A node counts as a current member once it has heard of everything that it gained and lost.
class Group {
 public:
  Group(std::uint32_t partitions, storage::MemoryWorld& log) : owners_(partitions), log_{log} {}

  void join(const std::string& node);
  /// It left, or was not heard of for the session timeout.
  void remove(const std::string& node);
  [[nodiscard]] bool has(const std::string& node) const;
  /// Some partition moves to some other node. False if there is no other.
  [[nodiscard]] bool shuffle(Prng& prng);
  /// Everybody loses everything, as under an eager assignor; nobody owns it until `give_back`.
  void take_all();
  /// What nobody was given meanwhile goes back to where it was, now and then to another node.
  void give_back(Prng& prng);
  /// A partition of another node moves to this one. Empty: there is none.
  [[nodiscard]] std::optional<std::size_t> move_to(const std::string& node, Prng& prng);
  /// The partition moves to another node, if it still is this one's.
  void move_on(std::size_t partition, const std::string& node);
  /// The node has heard of one of its partitions.
  void noticed(const std::string& node);
  [[nodiscard]] const std::vector<std::string>& owners() const { return owners_; }

 private:
  void spread();
  void give(std::size_t partition, const std::string& node);
  [[nodiscard]] std::size_t load(const std::string& node) const;
  [[nodiscard]] const std::string& idlest() const;
  void owe_notice(const std::string& node);

  std::vector<std::string> members_;
  std::vector<std::string> owners_;          // By partition; empty: nobody.
  std::map<std::string, int> notices_owed_;  // On their way to a node.
  storage::MemoryWorld& log_;
};

}  // namespace paysaga::sim
