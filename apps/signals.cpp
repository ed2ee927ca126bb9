#include "apps/signals.hpp"

#include <condition_variable>
#include <csignal>
#include <mutex>

#include <pthread.h>
#include <unistd.h>

namespace paysaga::apps {

struct Signals::State {
  std::mutex mutex;
  std::condition_variable changed;
  bool stopped = false;
  bool ended = false;
  std::function<void()> on_stop;
};

Signals::Signals() : state_{std::make_shared<State>()} {
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGINT);
  sigaddset(&wanted, SIGTERM);
  sigaddset(&wanted, SIGUSR1);  // Ends the thread.
  pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  thread_ = std::thread{[state = state_, wanted] {
    for (int count = 0;;) {
      int number = 0;
      if (sigwait(&wanted, &number) != 0) continue;
      std::unique_lock lock{state->mutex};
      if (state->ended) return;
      if (number == SIGUSR1) continue;
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

bool Signals::stopped() const {
  const std::lock_guard lock{state_->mutex};
  return state_->stopped;
}

}  // namespace paysaga::apps
