#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
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

/// Why a provider put a call off.
enum class Limit : std::uint8_t {
  none,
  global_rate,
  endpoint_rate,
  global_concurrency,
  endpoint_concurrency,
  resource,  // Too many changes of one object.
  lock,      // Another change of the same object is under way.
  other,
};
/// By Limit; those from `global_rate` to `resource` are the provider's own words.
inline constexpr std::array<std::string_view, 8> limit_texts = {"none",
                                                                "global-rate",
                                                                "endpoint-rate",
                                                                "global-concurrency",
                                                                "endpoint-concurrency",
                                                                "resource-specific",
                                                                "lock-timeout",
                                                                "other"};
[[nodiscard]] std::string_view text_of(Limit limit);

struct ProviderReply {
  Answer answer;
  std::string request_id;
  Duration took{};
  Limit limit = Limit::none;
  int exchanges = 1;           // Requests that it took: a list has one a page.
  bool endpoint_only = false;  // Of Unauthorized: other endpoints may still be allowed (403).
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
  /// What it counts and limits apart; never empty and always the same. By default the call kinds.
  [[nodiscard]] virtual std::span<const std::string_view> endpoints() const;
  /// The place in `endpoints` of what a call asks. Any thread.
  [[nodiscard]] virtual std::size_t endpoint_of(const Call& call) const;
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
  /// The provider put a call off.
  virtual void call_limited(Limit) {}
  /// A call was not started: "breaker", "queue" or "hold". Nothing is decided or journalled for it.
  virtual void call_deferred(std::string_view /*why*/) {}
  /// A breaker opened; `why` is "unreachable" or "unauthorized".
  virtual void breaker_opened(std::string_view /*endpoint*/, std::string_view /*why*/) {}
  virtual void breaker_closed(std::string_view /*endpoint*/) {}
  virtual void claimed(storage::PartitionId) {}
  virtual void stepped_down(storage::PartitionId, std::string_view /*why*/) {}
  virtual void dead_lettered(std::string_view /*cause*/) {}
  virtual void moved() {}
  virtual void quarantined(const OrderId&, std::string_view /*reason*/) {}
  virtual void partition_failed(storage::PartitionId, const Error&) {}
  /// The newest look at the log's topics found so many faults.
  virtual void topics_faulty(std::size_t /*faults*/) {}
  /// Since when the snapshot lacks what was read of its journal; none: it lacks nothing, or is
  /// another node's to write.
  virtual void snapshot_behind(storage::PartitionId, std::optional<Time> /*since*/) {}
  /// A line for the log: level is info, warning or error.
  virtual void say(std::string_view /*level*/, std::string_view /*event*/,
                   std::string_view /*detail*/) {}
};

}  // namespace paysaga::actors
