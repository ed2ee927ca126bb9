#include "paysaga/storage/published_proof.hpp"

#include <algorithm>
#include <functional>
#include <string_view>

#include "paysaga/storage/bytes.hpp"

namespace paysaga::storage {
namespace {

std::size_t hash_of(const LogRecord& record) {
  ByteWriter bytes{record.key.size() + record.value.size() + 512};
  bytes.text(record.key);
  bytes.text(record.value);
  for (const Header& header : record.headers) {
    bytes.text(header.name);
    bytes.text(header.value);
  }
  return std::hash<std::string_view>{}(bytes.take());
}

}  // namespace

PublishedProof::PublishedProof(PartitionId partition, Offset first)
    : partition_{partition}, first_{first}, acceptor_{position_at_first(first)} {}

Result<void> PublishedProof::take(const LogEntry& entry) {
  const Position before = acceptor_.position();
  const auto accepted = acceptor_.accept(entry);
  if (!accepted) return tl::unexpected{accepted.error()};
  const auto* counted = std::get_if<Counted>(&*accepted);
  if (counted == nullptr) {
    const auto header = read_header(entry.record);
    const bool ours = header && *header && (*header)->kind == RecordKind::decision;
    if (ours && before.epoch < 0) unjudged_ = true;
    return {};
  }
  const auto* decision = std::get_if<DecisionView>(&counted->value);
  if (decision == nullptr) return {};
  bool asks = false;
  for (const RecordOutput& output : decision->outputs()) {
    const std::size_t hash = hash_of(output.record);
    for (const std::string& topic : output.topics) {
      const std::size_t place = index_of({topic, output.partition.value_or(partition_)});
      places_[place].unseen.emplace(hash, outputs_.size());
      outputs_.push_back({asking_.size(), place});
      asks = true;
    }
  }
  if (asks) asking_.push_back({entry.offset, before});
  return {};
}

std::size_t PublishedProof::index_of(Place place) {
  const auto [found, is_new] = indexes_.try_emplace(std::move(place), places_.size());
  if (is_new) places_.emplace_back();
  return found->second;
}

std::vector<PublishedProof::Place> PublishedProof::places() const {
  std::vector<Place> places;
  for (const auto& [place, index] : indexes_) places.push_back(place);
  return places;
}

void PublishedProof::look(const Place& place, Offset first) {
  places_[indexes_.at(place)].first = first;
}

void PublishedProof::see(const Place& place, const LogRecord& record) {
  auto& unseen = places_[indexes_.at(place)].unseen;
  const auto [begin, end] = unseen.equal_range(hash_of(record));
  if (begin == end) return;  // Somebody else's, or a repeat.
  const auto earliest = std::min_element(
      begin, end, [](const auto& a, const auto& b) { return a.second < b.second; });
  outputs_[earliest->second].found = true;
  unseen.erase(earliest);
}

/// What is not found in a topic that has lost its first records may have been among them, unless
/// something older is still there.
std::vector<PublishedProof::State> PublishedProof::states() const {
  std::vector<State> states(asking_.size(), State::unclear);
  std::vector<bool> tells(places_.size());
  for (std::size_t i = 0; i < places_.size(); ++i) tells[i] = places_[i].first == 0;
  for (const Output& output : outputs_) {
    State& state = states[output.asking];
    if (output.found) {
      tells[output.place] = true;
      if (state == State::unclear) state = State::published;
    } else if (tells[output.place]) {
      state = State::missing;
    }
  }
  return states;
}

Result<PublishedProof::Verdict> PublishedProof::verdict(bool atomic) const {
  const std::vector<State> states = this->states();
  const auto missing =
      static_cast<std::size_t>(std::ranges::find(states, State::missing) - states.begin());
  std::size_t behind_last = 0;  // Of those that were published.
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i] == State::published) behind_last = i + 1;
  }
  const auto record = [&](std::size_t i) {
    return "journal record " + std::to_string(asking_[i].record);
  };
  if (atomic && behind_last > missing) {
    return fail(ErrorCode::conflict, "what " + record(behind_last - 1) +
                                         " asks for is in its topics, but not all that " +
                                         record(missing) + " asks for, which comes before it");
  }
  if (unjudged_ && behind_last == 0) {
    return fail(ErrorCode::conflict,
                "the journal begins at " + std::to_string(first_) +
                    " with records whose claim is gone, and nothing that those behind the next "
                    "claim ask for is in the topics");
  }
  if (behind_last < missing && behind_last < states.size()) {
    return fail(ErrorCode::conflict, "what " + record(behind_last) +
                                         " asks for may have been deleted from its topics, or was "
                                         "never there");
  }
  Verdict verdict;
  verdict.published = static_cast<std::size_t>(std::ranges::count(states, State::published));
  verdict.left = states.size() - missing;
  verdict.position = missing == states.size() ? acceptor_.position() : asking_[missing].before;
  return verdict;
}

}  // namespace paysaga::storage
