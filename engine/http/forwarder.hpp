#pragma once

#include <functional>
#include <optional>
#include <string>

#include "paysaga/engine/http/message.hpp"
#include "paysaga/engine/http/peers.hpp"
#include "paysaga/engine/owners.hpp"
#include "paysaga/saga/id.hpp"

namespace paysaga::engine::http {

/// Passes requests on to the node that leads a partition, and its answers back.
///
/// Threads:   any.
/// Lifetime:  the log outlives it; what is under way at its end is answered then.
class Forwarder {
 public:
  using Done = std::function<void(Response)>;

  /// `node` and `address` are this node's.
  Forwarder(storage::Log& log, std::string node, std::string address);
  ~Forwarder();

  /// `done` comes once: the leader's answer, or 503 with what is known of the outcome. `order` is
  /// what the request is about, if it is about one.
  void forward(storage::PartitionId partition, const std::optional<OrderId>& order, Request request,
               Done done);

 private:
  void send(storage::PartitionId partition, const std::optional<OrderId>& order,
            const std::string& address, Request request, const Done& done);

  const std::string address_;
  Peers peers_;
  Owners owners_;  // Last: its thread calls back into this.
};

}  // namespace paysaga::engine::http
