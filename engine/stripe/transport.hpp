#pragma once

#include <functional>

#include "paysaga/engine/stripe/http_message.hpp"

namespace paysaga::engine::stripe {

/// What carries requests to Stripe and brings the answers back. A simulation has its own.
///
/// Threads:  `send` from any thread, never blocks. `done` comes exactly once, from a thread of the
///           transport or, when it is stopped, of the caller.
class Transport {
 public:
  using Done = std::function<void(HttpResult)>;
  virtual ~Transport() = default;
  virtual void send(HttpRequest request, Done done) = 0;
  /// Answers every outstanding request (stopped), and later ones at once. Not from a callback.
  virtual void stop() = 0;
};

}  // namespace paysaga::engine::stripe
