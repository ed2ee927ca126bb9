#include "apps/signals.hpp"

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <utility>

#include <pthread.h>
#include <unistd.h>

namespace paysaga::apps {

struct Signals::State {
  std::mutex mutex;
  std::condition_variable changed;
  bool stopped = false;
  bool ended = false;
  bool hung_up = false;  // And nobody was called for it yet.
  std::function<void()> on_stop;
  std::mutex calling;  // Taken before `mutex`, and held while `on_hangup` runs.
  std::function<void()> on_hangup;

  void hang_up() {
    const std::lock_guard call_lock{calling};
    {
      const std::lock_guard lock{mutex};
      hung_up = !on_hangup;
    }
    if (on_hangup) on_hangup();
  }
};

Signals::Signals(Hangup hangup) : state_{std::make_shared<State>()} {
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGINT);
  sigaddset(&wanted, SIGTERM);
  sigaddset(&wanted, SIGUSR1);  // Ends the thread.
  if (hangup != Hangup::ends_at_once) sigaddset(&wanted, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  thread_ = std::thread{[state = state_, wanted, hangup] {
    for (int count = 0;;) {
      int number = 0;
      if (sigwait(&wanted, &number) != 0) continue;
      std::unique_lock lock{state->mutex};
      if (state->ended) return;
      if (number == SIGUSR1) continue;
      if (number == SIGHUP && hangup == Hangup::calls) {
        lock.unlock();
        state->hang_up();
        continue;
      }
      if (++count > 1) _exit(128 + number);  // A crash; crashes are safe.
      state->stopped = true;
      state->changed.notify_all();
      const auto call = state->on_stop;
      lock.unlock();
      if (call) call();
    }
  }};
}

Signals::~Signals() {
  {
    const std::lock_guard lock{state_->mutex};
    state_->ended = true;
  }
  pthread_kill(thread_.native_handle(), SIGUSR1);
  thread_.join();
}

void Signals::wait() {
  std::unique_lock lock{state_->mutex};
  state_->changed.wait(lock, [this] { return state_->stopped; });
}

void Signals::on_stop(std::function<void()> on_stop) {
  const std::lock_guard lock{state_->mutex};
  state_->on_stop = std::move(on_stop);
}

void Signals::on_hangup(std::function<void()> on_hangup) {
  const std::lock_guard call_lock{state_->calling};
  state_->on_hangup = std::move(on_hangup);
  if (!state_->on_hangup) return;
  bool came_before = false;
  {
    const std::lock_guard lock{state_->mutex};
    came_before = std::exchange(state_->hung_up, false);
  }
  if (came_before) state_->on_hangup();
}

bool Signals::stopped() const {
  const std::lock_guard lock{state_->mutex};
  return state_->stopped;
}

}  // namespace paysaga::apps
