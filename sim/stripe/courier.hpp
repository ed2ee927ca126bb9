#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "paysaga/engine/stripe/http_client.hpp"
#include "paysaga/sim/stripe/outbox.hpp"

namespace paysaga::sim::stripe {

/// Carries events to webhook endpoints, over HTTP or TLS, each once: who tries again is the outbox.
///
/// Threads:   one at a time; `done` comes from threads of its own.
/// Lifetime:  the destructor ends what is under way; `done` may still be called in it.
class Courier {
 public:
  /// Origins that it keeps connections to; what goes to others is given up.
  static constexpr std::size_t origins_max = 64;
  /// Source: Stripe publishes no timeout; what takes longer is a failure.
  static constexpr std::chrono::milliseconds answer_max{10'000};
  /// `status` is 0 if there was no answer.
  using Done = std::function<void(int status)>;

  void send(Parcel parcel, Done done);

 private:
  [[nodiscard]] engine::stripe::HttpClient* client_of(const std::string& origin);

  std::map<std::string, std::unique_ptr<engine::stripe::HttpClient>> clients_;
};

}  // namespace paysaga::sim::stripe
