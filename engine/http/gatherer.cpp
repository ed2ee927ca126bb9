#include "paysaga/engine/http/gatherer.hpp"

#include <map>
#include <optional>

#include "paysaga/engine/http/list_json.hpp"

namespace paysaga::engine::http {
namespace {

using storage::PartitionId;
using storage::PartitionSet;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t under_way_max = 64;
constexpr int rounds_max = 2;  // The second asks those to whom a partition went meanwhile.
constexpr Duration look_every = milliseconds{100};

/// What a node told of the partitions that it was asked for; else why there is nothing.
Result<Part> part_of(const Peers::Answer& answer, std::string_view list, const PartitionSet& asked,
                     const std::string& address) {
  const auto no_part = [&address](const std::string& why) {
    return fail(ErrorCode::unavailable, "the node at " + address + " " + why);
  };
  if (const auto* failure = std::get_if<stripe::TransportFailure>(&answer)) {
    return no_part("did not answer: " + std::string{stripe::to_text(failure->fault)});
  }
  const auto& response = std::get<Response>(answer);
  if (response.status != 200) return no_part("answered " + std::to_string(response.status));
  auto part = parse_part(list, response.body);
  if (!part) return no_part("told no part of this list: it may be of another version");
  for (const PartitionId partition : part->partitions) {
    if (!asked.contains(partition)) return no_part("told of partitions that nobody asked for");
  }
  return part;
}

}  // namespace

struct Gatherer::Asking {
  std::string list;
  Request request;
  Done done;
  SteadyTime until;

  std::mutex mutex;
  bool over = false;
  int round = 0;
  std::size_t outstanding = 0;
  std::map<PartitionId, Missing> missing;      // Not told yet.
  std::map<PartitionId, std::string> asked;    // Where, in the round before.
  std::map<std::string, PartitionSet> places;  // Whom to ask in this round: address, for what.
  std::vector<Part> parts;
};

Gatherer::Gatherer(storage::Log& log, std::string node, std::string address,
                   std::chrono::milliseconds answer_within)
    : node_{node},
      address_{std::move(address)},
      answer_within_{answer_within},
      peers_{std::move(node), answer_within},
      owners_{log},
      overdue_{1, look_every, [this] { end_overdue(); }} {}

Gatherer::~Gatherer() {
  overdue_.stop();
  owners_.stop();
  peers_.stop();
  while (!under_way_.empty()) finish(AskingPtr{under_way_.front()});
}

void Gatherer::gather(std::string_view list, Request request, const PartitionSet& partitions,
                      Done done) {
  const auto asking = std::make_shared<Asking>();
  asking->list = list;
  asking->request = std::move(request);
  std::erase_if(asking->request.headers,
                [](const auto& header) { return header.first == partitions_header; });
  asking->done = std::move(done);
  asking->until = std::chrono::steady_clock::now() + answer_within_;
  for (const PartitionId partition : partitions) {
    asking->missing[partition] = {partition, "", "who leads it was not found in time"};
  }
  bool too_many = false;
  {
    const std::lock_guard lock{mutex_};
    too_many = under_way_.size() >= under_way_max;
    under_way_.push_back(asking);
  }
  if (too_many) {
    for (auto& [partition, missing] : asking->missing) missing.why = "too many lists are asked for";
  }
  if (too_many || partitions.empty()) return finish(asking);
  look_for(asking, partitions);
}

void Gatherer::look_for(const AskingPtr& asking, const PartitionSet& partitions) {
  {
    const std::lock_guard lock{asking->mutex};
    asking->outstanding = partitions.size();
  }
  for (const PartitionId partition : partitions) {
    owners_.find(partition, [this, asking, partition](const Result<storage::Claim>& claim) {
      found(asking, partition, claim);
    });
  }
}

void Gatherer::found(const AskingPtr& asking, PartitionId partition,
                     const Result<storage::Claim>& claim) {
  {
    const std::lock_guard lock{asking->mutex};
    if (asking->over) return;
    Missing& missing = asking->missing[partition];
    if (!claim) {
      missing.why = claim.error().detail;
    } else if (claim->address == address_) {
      missing = {partition, node_, "this node led it last and does not lead it now"};
      owners_.forget(partition);
    } else if (const auto before = asking->asked.find(partition);
               before == asking->asked.end() || before->second != claim->address) {
      missing = {partition, claim->node,
                 "the node at " + claim->address + " did not answer in time"};
      asking->places[claim->address].insert(partition);
    }
    if (--asking->outstanding > 0) return;
  }
  ask(asking);
}

void Gatherer::ask(const AskingPtr& asking) {
  std::map<std::string, PartitionSet> places;
  {
    const std::lock_guard lock{asking->mutex};
    if (asking->over) return;
    places = std::exchange(asking->places, {});
    asking->outstanding = places.size();
  }
  if (places.empty()) return finish(asking);
  for (const auto& [address, partitions] : places) {
    Request request = asking->request;
    request.headers.emplace_back(partitions_header, to_text(partitions));
    const auto done = [this, asking, address, partitions](const Peers::Answer& answer) {
      answered(asking, address, partitions, answer);
    };
    if (peers_.ask(address, std::move(request), done)) continue;
    done(stripe::TransportFailure{stripe::Fault::refused, false, "no address"});
  }
}

void Gatherer::answered(const AskingPtr& asking, const std::string& address,
                        const PartitionSet& asked, const Peers::Answer& answer) {
  auto part = part_of(answer, asking->list, asked, address);
  PartitionSet again;
  {
    const std::lock_guard lock{asking->mutex};
    if (asking->over) return;
    for (const PartitionId partition : asked) {
      if (part && part->partitions.contains(partition)) {
        asking->missing.erase(partition);
        continue;
      }
      asking->missing[partition].why =
          part ? "the node at " + address + " does not lead it now" : part.error().detail;
      asking->asked[partition] = address;
      owners_.forget(partition);
    }
    if (part) asking->parts.push_back(std::move(*part));
    if (--asking->outstanding > 0) return;
    if (++asking->round < rounds_max) {
      for (const auto& [partition, place] : asking->asked) {
        if (asking->missing.contains(partition)) again.insert(partition);
      }
    }
  }
  if (again.empty()) return finish(asking);
  look_for(asking, again);
}

void Gatherer::finish(const AskingPtr& asking) {
  Gathered gathered;
  {
    const std::lock_guard lock{asking->mutex};
    if (std::exchange(asking->over, true)) return;
    gathered.parts = std::move(asking->parts);
    for (auto& [partition, missing] : asking->missing) {
      gathered.missing.push_back(std::move(missing));
    }
  }
  {
    const std::lock_guard lock{mutex_};
    under_way_.remove(asking);
  }
  asking->done(std::move(gathered));
}

void Gatherer::end_overdue() {
  for (;;) {
    AskingPtr first;
    {
      const std::lock_guard lock{mutex_};
      if (under_way_.empty() || under_way_.front()->until > std::chrono::steady_clock::now())
        return;
      first = under_way_.front();
    }
    finish(first);
  }
}

}  // namespace paysaga::engine::http
