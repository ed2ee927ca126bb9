#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace paysaga::bench {

/// Prints what the figures were taken on: processor, cores, memory, compiler.
void print_machine(const std::string& name);

/// Seconds of processor time that this process has used, in user and system mode.
[[nodiscard]] double cpu_seconds();

[[nodiscard]] double median(std::vector<double> values);
/// The value below which the share `quantile` of the values lies; 0 of none.
[[nodiscard]] double quantile_of(std::vector<double> values, double quantile);

/// Seconds of processor time of the calling thread: what a busy machine does beside it does not
/// count.
[[nodiscard]] double thread_cpu_seconds();

/// The number after `--name`, or `otherwise`.
[[nodiscard]] double option(int argc, char** argv, const std::string& name, double otherwise);
/// The word after `--name`, or nothing.
[[nodiscard]] std::string word(int argc, char** argv, const std::string& name);
/// The broker after `--kafka`; without one the benchmark `name` ends here.
[[nodiscard]] std::string broker_of(int argc, char** argv, const std::string& name);

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

/// A directory of its own that goes away with it, below the working directory's build/bench.
class Directory {
 public:
  Directory();
  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace paysaga::bench
