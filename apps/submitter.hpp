#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <istream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "apps/command_target.hpp"
#include "apps/gate.hpp"

namespace paysaga::apps {

struct SubmitReport {
  std::uint64_t lines = 0;
  std::uint64_t orders = 0;
  std::uint64_t accepted = 0;
  std::uint64_t repeated = 0;
  std::uint64_t parked = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t refused = 0;
  std::uint64_t invalid = 0;
  std::map<std::string, std::uint64_t> refused_by_code;
  std::vector<std::uint32_t> durable_micros;  // Submit to durable, one a line.
  std::vector<std::uint32_t> final_micros;    // Submit to settled, one an order.
  double seconds = 0;
  bool interrupted = false;
};

/// Submits lines in the order of their file, many orders at a time; a line waits until the one
/// before it of the same order is answered. A bad line is reported and does not stop the others.
///
/// Threads:  `run` is called once and blocks; `stop` from any thread (a signal's).
class Submitter {
 public:
  static constexpr std::size_t lines_in_flight_max = 1'024;

  struct Callbacks {
    std::function<void(const SubmitReport&, std::uint64_t bytes)> progress;
    /// A line that was refused or could not be read: one sentence.
    std::function<void(std::size_t line, const std::string& what)> refused;
  };

  Submitter(CommandTarget& target, Callbacks callbacks);
  [[nodiscard]] SubmitReport run(std::istream& input);
  void stop();
  /// The same, from within a callback of `progress`.
  void stop_within() { stopped_ = true; }

 private:
  using Clock = std::chrono::steady_clock;

  void begin(const CommandLine& line);
  void send(const CommandLine& line);
  void take(const CommandLine& line, Clock::time_point sent_at, const LineResult& result);
  std::optional<CommandLine> next_of(const std::string& order);
  void room_for_one(std::unique_lock<std::mutex>& lock);

  CommandTarget& target_;
  Callbacks callbacks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  SubmitReport report_;
  std::uint64_t bytes_ = 0;
  std::size_t in_flight_ = 0;  // Lines read and not yet answered.
  std::size_t unsettled_ = 0;
  std::unordered_map<std::string, std::deque<CommandLine>> queues_;  // By order; the first is out.
  std::unordered_set<std::string> orders_;
  std::deque<CommandLine> again_;
  bool stopped_ = false;
  Gate gate_;  // Last: what is answered after `run` has returned finds nothing of the above.
};

/// The value below which the share `quantile` of the values lies; 0 of none.
[[nodiscard]] double quantile_ms(std::vector<std::uint32_t> micros, double quantile);

}  // namespace paysaga::apps
