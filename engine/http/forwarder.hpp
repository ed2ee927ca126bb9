#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "paysaga/engine/http/message.hpp"
#include "paysaga/engine/owners.hpp"
#include "paysaga/engine/stripe/transport.hpp"
#include "paysaga/saga/id.hpp"

namespace paysaga::engine::http {

/// Passes requests on to the node that leads an order's partition, and its answers back.
///
/// Threads:   any.
/// Lifetime:  the log outlives it; what is under way at its end is answered then.
class Forwarder {
 public:
  using Done = std::function<void(Response)>;

  /// `node` and `address` are this node's.
  Forwarder(storage::Log& log, std::string node, std::string address);
  ~Forwarder();

  /// `done` comes once: the leader's answer, or 503 with what is known of the outcome.
  void forward(storage::PartitionId partition, const OrderId& order, Request request, Done done);

 private:
  [[nodiscard]] stripe::Transport* client_to(const std::string& address);
  void send(storage::PartitionId partition, const OrderId& order, const std::string& address,
            Request request, const Done& done);

  const std::string node_;
  const std::string address_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<stripe::Transport>> clients_;  // By address.
  bool stopping_ = false;
  Owners owners_;  // Last: its thread calls back into this.
};

}  // namespace paysaga::engine::http
