#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "paysaga/storage/acceptor.hpp"

namespace paysaga::storage {

/// How far the publisher of one journal had come, found out from the topics themselves: for whoever
/// must commit its position again. First the whole journal is taken, then each of `places`.
///
/// Threads:  one at a time.
class PublishedProof {
 public:
  /// A partition of a topic.
  using Place = std::pair<std::string, PartitionId>;

  /// `first`: of the journal.
  PublishedProof(PartitionId partition, Offset first);

  /// The journal's entries in their order. Errors: as those of Acceptor::accept.
  [[nodiscard]] Result<void> take(const LogEntry& entry);
  /// The journal has no more entries below `end`.
  void end_at(Offset end) { acceptor_.skip_to(end); }

  /// Where its outputs go.
  [[nodiscard]] std::vector<Place> places() const;
  /// What stands in a place, in its order; `first` is the first offset that it still has.
  void look(const Place& place, Offset first);
  void see(const Place& place, const LogRecord& record);

  struct Verdict {
    Position position;
    std::size_t published = 0;  // Records whose outputs were found.
    std::size_t left = 0;       // Records from the position on that ask for outputs.
  };
  /// The position in front of the first record whose outputs are not all there.
  ///
  /// `atomic`: records are published one after the other, and each as a whole.
  /// Errors: conflict (what is there and what is not contradict each other, or do not tell).
  [[nodiscard]] Result<Verdict> verdict(bool atomic) const;

 private:
  /// A record that asks for outputs.
  struct Asking {
    Offset record;
    Position before;
  };
  struct Output {
    std::size_t asking;
    std::size_t place;
    bool found = false;
  };
  struct PlaceState {
    Offset first = 0;
    std::unordered_multimap<std::size_t, std::size_t> unseen;  // Of outputs, by their hash.
  };
  enum class State { published, missing, unclear };

  [[nodiscard]] std::size_t index_of(Place place);
  [[nodiscard]] std::vector<State> states() const;

  PartitionId partition_;
  Offset first_;
  Acceptor acceptor_;
  bool unjudged_ = false;  // Decisions stand before the first claim that the journal still has.
  std::vector<Asking> asking_;
  std::vector<Output> outputs_;  // In the order of the journal.
  std::map<Place, std::size_t> indexes_;
  std::vector<PlaceState> places_;
};

}  // namespace paysaga::storage
