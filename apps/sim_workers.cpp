#include "apps/sim_workers.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace paysaga::apps {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int poll_milliseconds = 100;

struct Pipe {
  int read = -1;
  int write = -1;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  ensure(::pipe2(ends.data(), O_CLOEXEC) == 0, "a pipe can be made");
  return {ends[0], ends[1]};
}

bool write_all(int to, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(to, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// Appends what is there; false once nothing comes any more.
bool read_some(int from, std::string& to) {
  std::array<char, 16'384> buffer;
  const ssize_t count = ::read(from, buffer.data(), buffer.size());
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  to.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0;
}

/// Cuts the first whole line off `text`.
std::optional<std::string> take_line(std::string& text) {
  const auto end = text.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = text.substr(0, end);
  text.erase(0, end + 1);
  return line;
}

std::string last_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  const auto begin = text.rfind('\n');
  return std::string{begin == std::string_view::npos ? text : text.substr(begin + 1)};
}

/// The life of a worker: a seed in, an outcome out, until no seed comes.
[[noreturn]] void serve(int seeds, int outcomes, const SimWorkers::Run& run) {
  std::string text;
  for (;;) {
    const auto line = take_line(text);
    if (line) {
      const SeedOutcome outcome = run(std::stoull(*line));
      std::fflush(stdout);
      if (!write_all(outcomes, to_json(outcome) + "\n")) _exit(1);
    } else if (!read_some(seeds, text)) {
      _exit(0);
    }
  }
}

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

/// What a fork has to change to be a worker: it ends when its parent says so or is gone.
void become_worker(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  const rlimit no_core{};
  setrlimit(RLIMIT_CORE, &no_core);
  std::signal(SIGINT, SIG_IGN);  // Both may reach the whole group: they are the parent's affair.
  std::signal(SIGTERM, SIG_IGN);
  std::signal(SIGPIPE, SIG_DFL);
  const sigset_t ending = ending_signals();
  sigprocmask(SIG_UNBLOCK, &ending, nullptr);
}

}  // namespace

class SimWorkers::Worker {
 public:
  Worker(const Run& run, const std::vector<std::unique_ptr<Worker>>& others) {
    const Pipe seeds = make_pipe();
    const Pipe outcomes = make_pipe();
    const Pipe words = make_pipe();
    std::fflush(nullptr);  // What is buffered belongs to this process alone.
    const pid_t parent = getpid();
    pid_ = fork();
    ensure(pid_ >= 0, "a process can be forked");
    if (pid_ == 0) {
      become_worker(parent);
      for (const auto& other : others) {
        if (other != nullptr) other->close_all();
      }
      ::close(seeds.write);
      ::close(outcomes.read);
      dup2(words.write, STDERR_FILENO);
      serve(seeds.read, outcomes.write, run);
    }
    ::close(seeds.read);
    ::close(outcomes.write);
    ::close(words.write);
    seeds_ = seeds.write;
    outcomes_ = outcomes.read;
    words_ = words.read;
    fcntl(words_, F_SETFL, O_NONBLOCK);
  }
  ~Worker() { (void)end(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void give(std::uint64_t seed) {
    seed_ = seed;
    since_ = Clock::now();
    said_.clear();
    // If it is gone already, that is heard from the other pipe.
    (void)write_all(seeds_, std::to_string(seed) + "\n");
  }
  void rest() { seed_.reset(); }
  [[nodiscard]] const std::optional<std::uint64_t>& seed() const { return seed_; }
  [[nodiscard]] std::array<pollfd, 2> wanted() const {
    return {pollfd{outcomes_, POLLIN, 0}, pollfd{words_, POLLIN, 0}};
  }
  [[nodiscard]] bool hung(std::optional<seconds> patience) const {
    return seed_ && patience && Clock::now() - since_ > *patience;
  }
  void read_words() {
    std::string more;
    while (read_some(words_, more) && !more.empty()) {
      said_ += more;
      more.clear();
    }
    if (said_.size() > 65'536) said_.erase(0, said_.size() - 4'096);
  }
  /// A whole line, if there is one; `gone_` once none will come.
  [[nodiscard]] std::optional<std::string> read_line() {
    if (auto line = take_line(heard_)) return line;
    gone_ = !read_some(outcomes_, heard_);
    return take_line(heard_);
  }
  [[nodiscard]] bool gone() const { return gone_; }

  /// Ends it and says how it ended, which may be before.
  [[nodiscard]] int end() {
    if (pid_ <= 0) return 0;
    kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    read_words();
    close_all();
    return status;
  }
  [[nodiscard]] const std::string& said() const { return said_; }

 private:
  void close_all() {
    for (const int end : {seeds_, outcomes_, words_}) ::close(end);
  }

  pid_t pid_ = -1;
  int seeds_ = -1;
  int outcomes_ = -1;
  int words_ = -1;  // Its standard error.
  std::optional<std::uint64_t> seed_;
  Clock::time_point since_{};
  std::string heard_;
  std::string said_;
  bool gone_ = false;
};

SimWorkers::SimWorkers(Options options, Run run) : options_{options}, run_{std::move(run)} {
  const sigset_t ending = ending_signals();
  sigprocmask(SIG_BLOCK, &ending, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  signals_ = signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
  ensure(signals_ >= 0, "signals can be read");
}

SimWorkers::~SimWorkers() {
  workers_.clear();
  ::close(signals_);
  const sigset_t ending = ending_signals();
  sigprocmask(SIG_UNBLOCK, &ending, nullptr);
}

void SimWorkers::start_worker(std::unique_ptr<Worker>& slot) {
  slot.reset();
  slot = std::make_unique<Worker>(run_, workers_);
}

void SimWorkers::hand_out(Worker& worker) {
  worker.rest();
  if (next_ < end_) worker.give(first_ + next_++);
}

bool SimWorkers::done() const {
  return next_ >= end_ && std::ranges::none_of(workers_, [&](const auto& worker) {
           return worker->seed() && *worker->seed() - first_ < end_;
         });
}

/// Until something is to be heard or time has passed; false if a signal came.
bool SimWorkers::wait() {
  std::vector<pollfd> wanted{{signals_, POLLIN, 0}};
  for (const auto& worker : workers_) {
    for (const pollfd& one : worker->wanted()) wanted.push_back(one);
  }
  (void)poll(wanted.data(), wanted.size(), poll_milliseconds);
  if ((wanted[0].revents & POLLIN) != 0) {
    std::string taken;  // What stays pending would end this process later.
    return !read_some(signals_, taken);
  }
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if ((wanted[2 + 2 * i].revents & POLLIN) != 0) workers_[i]->read_words();
  }
  return true;
}

void SimWorkers::finish(Worker& worker, const SeedOutcome& outcome, const Met& met) {
  const std::uint64_t index = outcome.seed - first_;
  if (index >= end_) return worker.rest();  // Behind the one that was looked for.
  if (options_.until_found && outcome.code != ExitCode::ok) end_ = std::min(end_, index + 1);
  worker.rest();
  met(outcome);
}

/// Takes the outcomes of a worker; if it died, its death is one.
void SimWorkers::hear(std::unique_ptr<Worker>& slot, const Met& met) {
  if (slot->hung(options_.patience)) {
    const SeedOutcome outcome{
        .seed = *slot->seed(),
        .code = ExitCode::crash,
        .result = {.findings = {{"process",
                                 fmt::format("no answer for {}", to_text(*options_.patience)),
                                 "",
                                 {}}}}};
    finish(*slot, outcome, met);
    return start_worker(slot);
  }
  pollfd ready = slot->wanted()[0];
  if (poll(&ready, 1, 0) <= 0) return;
  if (const auto line = slot->read_line()) {
    auto outcome = parse_outcome_json(*line);
    ensure(outcome.has_value() && slot->seed() == outcome->seed, "a worker answers what was asked");
    return finish(*slot, *outcome, met);
  }
  if (!slot->gone()) return;
  const auto seed = slot->seed();
  const int status = slot->end();
  // Who read its story has read enough.
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE) stopped_ = true;
  const std::string how =
      WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : fmt::format("exit {}", status / 256);
  const std::string said = last_line(slot->said());
  if (seed && !stopped_) {
    const std::string what = said.empty() ? how : said + " (" + how + ")";
    const SeedOutcome outcome{.seed = *seed,
                              .code = ExitCode::crash,
                              .result = {.findings = {{"process", what, "", {}}}}};
    finish(*slot, outcome, met);
  }
  start_worker(slot);
}

bool SimWorkers::work(std::uint64_t first, std::uint64_t count, const Met& met,
                      const std::function<void()>& tick) {
  first_ = first;
  next_ = 0;
  end_ = count;
  workers_.resize(std::min<std::uint64_t>(std::max(1U, options_.jobs), count));
  for (auto& slot : workers_) start_worker(slot);
  while (!done() && !stopped_) {
    for (auto& slot : workers_) {
      if (!slot->seed()) hand_out(*slot);
    }
    if (!wait()) {
      stopped_ = true;
      break;
    }
    for (auto& slot : workers_) hear(slot, met);
    tick();
  }
  workers_.clear();
  return !stopped_;
}

}  // namespace paysaga::apps
