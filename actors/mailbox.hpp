#pragma once

#include <utility>

#include <caf/all.hpp>

namespace paysaga::actors {

/// The way back to an actor for callbacks of logs and providers. It does not keep the actor alive:
/// what comes back too late, even after the actor system has ended, is dropped.
///
/// Threads:  any.
template <class Handle>
class Mailbox {
 public:
  explicit Mailbox(const Handle& actor) : actor_{caf::actor_cast<caf::weak_actor_ptr>(actor)} {}

  template <class Message>
  void send(Message message) const {
    if (const caf::strong_actor_ptr alive = actor_.lock()) {
      caf::anon_send(caf::actor_cast<Handle>(alive), std::move(message));
    }
  }

 private:
  caf::weak_actor_ptr actor_;
};

}  // namespace paysaga::actors
