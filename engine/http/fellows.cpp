#include "paysaga/engine/http/fellows.hpp"

#include <map>
#include <mutex>
#include <utility>

namespace paysaga::engine::http {

struct Fellows::Asking {
  Request request;
  Done done;

  std::mutex mutex;
  std::size_t outstanding = 0;
  std::map<std::string, std::string> nodes;  // By address.
  std::vector<std::string> unknown;          // Why who leads a partition was not found.
  std::vector<FellowAnswer> told;
};

Fellows::Fellows(storage::Log& log, std::string node, std::string address,
                 std::chrono::milliseconds answer_within)
    : address_{std::move(address)},
      partition_count_{log.partition_count()},
      peers_{std::move(node), answer_within},
      owners_{log} {}

Fellows::~Fellows() {
  owners_.stop();
  peers_.stop();
}

void Fellows::ask(const Request& request, Done done) {
  const auto asking = std::make_shared<Asking>();
  asking->request = request;
  asking->done = std::move(done);
  asking->outstanding = partition_count_;
  for (std::uint32_t i = 0; i < partition_count_; ++i) {
    const storage::PartitionId partition{i};
    owners_.find(partition, [this, asking, partition](const Result<storage::Claim>& claim) {
      found(asking, partition, claim);
    });
  }
}

void Fellows::found(const AskingPtr& asking, storage::PartitionId partition,
                    const Result<storage::Claim>& claim) {
  {
    const std::lock_guard lock{asking->mutex};
    if (claim) {
      if (claim->address != address_) asking->nodes[claim->address] = claim->node;
    } else if (claim.error().code != ErrorCode::not_found) {  // That is: nobody ever led it.
      asking->unknown.push_back("who leads partition " + std::to_string(index_of(partition)) +
                                " is not known: " + claim.error().detail);
    }
    if (--asking->outstanding > 0) return;
  }
  ask_all(asking);
}

void Fellows::ask_all(const AskingPtr& asking) {
  std::map<std::string, std::string> nodes;
  {
    const std::lock_guard lock{asking->mutex};
    for (std::string& why : asking->unknown)
      asking->told.push_back({"", "", 0, "", std::move(why)});
    nodes = asking->nodes;
    asking->outstanding = nodes.size();
  }
  if (nodes.empty()) return asking->done(std::move(asking->told));
  for (const auto& [address, node] : nodes) {
    const auto heard = [asking, address, node](const Peers::Answer& answer) {
      FellowAnswer told{node, address, 0, {}, {}};
      if (const auto* failure = std::get_if<stripe::TransportFailure>(&answer)) {
        told.why = "it did not answer: " + std::string{stripe::to_text(failure->fault)};
      } else {
        const auto& response = std::get<Response>(answer);
        told.status = response.status;
        told.body = response.body;
      }
      {
        const std::lock_guard lock{asking->mutex};
        asking->told.push_back(std::move(told));
        if (--asking->outstanding > 0) return;
      }
      asking->done(std::move(asking->told));
    };
    if (peers_.ask(address, asking->request, heard)) continue;
    heard(stripe::TransportFailure{stripe::Fault::refused, false, "no address"});
  }
}

}  // namespace paysaga::engine::http
