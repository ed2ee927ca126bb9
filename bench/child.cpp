#include "bench/child.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <set>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace paysaga::bench {
namespace {

/// The parent's ends: a later child closes its copies, or they would stay open for ever.
std::set<int>& parents_ends() {
  static std::set<int> ends;
  return ends;
}

void must(bool done, const char* what) {
  if (done) return;
  std::perror(what);
  std::abort();
}

}  // namespace

void Child::Side::say(const std::string& line) const {
  const std::string text = line + '\n';
  must(write(out_, text.data(), text.size()) == static_cast<ssize_t>(text.size()), "write");
}

void Child::Side::wait_end() const {
  char byte = 0;
  while (read(in_, &byte, 1) > 0) {
  }
}

Child::Child(const std::function<void(const Side&)>& work) {
  int down[2];
  int up[2];
  must(pipe(down) == 0 && pipe(up) == 0, "pipe");
  std::fflush(nullptr);
  pid_ = fork();
  must(pid_ >= 0, "fork");
  if (pid_ == 0) {
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const int end : parents_ends()) (void)close(end);
    (void)close(down[1]);
    (void)close(up[0]);
    work(Side{down[0], up[1]});
    std::fflush(nullptr);
    _exit(0);
  }
  (void)close(down[0]);
  (void)close(up[1]);
  to_ = down[1];
  from_ = up[0];
  parents_ends().insert({to_, from_});
}

Child::~Child() {
  ask_end();
  (void)waitpid(pid_, nullptr, 0);
  (void)close(from_);
  parents_ends().erase(from_);
}

std::string Child::line() {
  std::string text;
  for (char byte = 0; read(from_, &byte, 1) == 1;) {
    if (byte == '\n') return text;
    text += byte;
  }
  std::fputs("a process of the benchmark ended early\n", stderr);
  std::exit(1);
}

void Child::ask_end() {
  if (to_ < 0) return;
  (void)close(to_);
  parents_ends().erase(to_);
  to_ = -1;
}

void Child::kill() {
  (void)::kill(pid_, SIGKILL);
}

double resident_mib_max() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace paysaga::bench
