#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

namespace paysaga::apps {

/// Lets callbacks in for as long as their owner is there. Its end waits for those that are inside
/// and turns away all that come later.
///
/// Threads:  any; a callback may call another one, and must not end the owner.
class Gate {
 public:
  Gate() = default;
  ~Gate() {
    std::unique_lock lock{state_->mutex};
    state_->open = false;
    state_->left.wait(lock, [this] { return state_->inside == 0; });
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// `callback`, which does nothing once the gate is gone.
  template <class Callback>
  [[nodiscard]] auto guarded(Callback callback) const {
    return [state = state_, callback = std::move(callback)](auto&&... arguments) {
      {
        const std::lock_guard lock{state->mutex};
        if (!state->open) return;
        ++state->inside;
      }
      callback(std::forward<decltype(arguments)>(arguments)...);
      const std::lock_guard lock{state->mutex};
      if (--state->inside == 0) state->left.notify_all();
    };
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable left;
    int inside = 0;
    bool open = true;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace paysaga::apps
