#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "paysaga/saga/saga.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::actors {

/// Time as the node sees it: it may be wrong, but it flows steadily and never jumps.
/// What is decided and kept goes by the journal's time (docs/decisions/0009), not by this.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Time now() const = 0;
};

struct ProviderCall {
  Call call;
  OrderId order;
  std::string traceparent;
};

struct ProviderReply {
  Answer answer;
  std::string request_id;
  Duration took{};
};

/// A payment service.
///
/// Threads:  `call` from any thread, never blocks; `done` comes exactly once, from any thread, also
///           while the provider is being stopped.
class PaymentProvider {
 public:
  using Done = std::function<void(ProviderReply)>;
  virtual ~PaymentProvider() = default;
  virtual void call(ProviderCall call, Done done) = 0;
  [[nodiscard]] virtual const RequestEncoder& encoder() const = 0;
};

/// What the actors tell of themselves, for metrics and logs. Calls must not block.
///
/// Threads:  any.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void input_decided(std::string_view /*kind*/, Outcome /*outcome*/) {}
  virtual void input_durable(Duration /*received_to_durable*/) {}
  virtual void record_appended(Duration /*append_to_read_back*/) {}
  virtual void events_published(std::uint64_t /*events*/, Duration /*received_to_published*/) {}
  virtual void call_answered(CallKind, std::string_view /*outcome*/, Duration) {}
  virtual void call_retried() {}
  virtual void claimed(storage::PartitionId) {}
  virtual void stepped_down(storage::PartitionId, std::string_view /*why*/) {}
  virtual void dead_lettered(std::string_view /*cause*/) {}
  virtual void moved() {}
  virtual void quarantined(const OrderId&, std::string_view /*reason*/) {}
  virtual void partition_failed(storage::PartitionId, const Error&) {}
  /// A line for the log: level is info, warning or error.
  virtual void say(std::string_view /*level*/, std::string_view /*event*/,
                   std::string_view /*detail*/) {}
};

}  // namespace paysaga::actors
