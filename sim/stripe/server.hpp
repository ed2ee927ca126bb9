#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "paysaga/saga/result.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/behaviour.hpp"
#include "paysaga/sim/stripe/fault.hpp"
#include "paysaga/sim/stripe/limiter.hpp"

namespace paysaga::sim {

struct StripeServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one.
  /// The file in which the account outlives this process; empty: it lives in memory alone.
  std::string journal{};
  std::uint64_t seed = 1;  // Of ids (for a new journal only), faults and latencies.
  stripe::Faults faults{};
  stripe::Behaviour behaviour{};
  /// Refunds, debits and disputes happen so many times sooner than `behaviour` says.
  std::int64_t speed = 1;
  Duration key_kept = hours{24};
  stripe::Limits limits{};
  std::uint32_t connections_max = 4096;
  Duration idle_timeout = seconds{120};    // Between two requests of a connection.
  Duration request_timeout = seconds{15};  // For a request to arrive, once it has begun.
  Duration write_timeout = seconds{30};
};

/// The Stripe simulator as an HTTP/1.1 server.
///
/// Threads:   one of its own serves; the functions here may be called from any thread.
/// Lifetime:  the destructor stops it. Requests in flight are dropped, as by a killed process.
class StripeServer {
 public:
  StripeServer();
  ~StripeServer();
  StripeServer(const StripeServer&) = delete;
  StripeServer& operator=(const StripeServer&) = delete;

  /// Reads the journal, listens and serves; returns the port.
  /// Errors: malformed (the address), conflict (port or journal in use), unavailable (the address
  ///         cannot be listened on), and those of the journal.
  [[nodiscard]] Result<std::uint16_t> start(const StripeServerOptions& options);
  void stop();

  [[nodiscard]] std::uint16_t port() const;
  /// "http://127.0.0.1:4242".
  [[nodiscard]] std::string url() const;
  /// What GET /_sim/books answers. Errors: unavailable (it was never started).
  [[nodiscard]] Result<std::string> books(bool summary_only = true,
                                          std::string_view order_id = {}) const;
  [[nodiscard]] std::uint64_t violations() const;
  void set_faults(const stripe::Faults& faults);

 private:
  struct Service;
  std::unique_ptr<Service> service_;
};

}  // namespace paysaga::sim
