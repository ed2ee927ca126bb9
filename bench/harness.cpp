#include "bench/harness.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

namespace paysaga::bench {
namespace {

std::string processor() {
  std::ifstream info{"/proc/cpuinfo"};
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

void print_machine(const std::string& name) {
  const auto memory = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                      static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  double load[1] = {0};
  getloadavg(load, 1);
  fmt::print("{}: {}, {} cores, {} GiB, g++ {}, load {:.1f}\n", name, processor(),
             std::thread::hardware_concurrency(), memory >> 30U, __VERSION__, load[0]);
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

double thread_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double median(std::vector<double> values) {
  return quantile_of(std::move(values), 0.5);
}

double quantile_of(std::vector<double> values, double quantile) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(quantile * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

std::string word(int argc, char** argv, const std::string& name) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (argv[i] == "--" + name) return argv[i + 1];
  }
  return {};
}

double option(int argc, char** argv, const std::string& name, double otherwise) {
  const std::string found = word(argc, argv, name);
  return found.empty() ? otherwise : std::atof(found.c_str());
}

std::string broker_of(int argc, char** argv, const std::string& name) {
  std::string brokers = word(argc, argv, "kafka");
  if (!brokers.empty()) return brokers;
  fmt::print(stderr, "{} needs a broker: --kafka HOST:PORT\n", name);
  std::exit(3);
}

Directory::Directory() {
  const auto base = std::filesystem::current_path() / "build" / "bench";
  std::filesystem::create_directories(base);
  std::string pattern = (base / "run-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) std::abort();
  path_ = pattern;
}

Directory::~Directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace paysaga::bench
