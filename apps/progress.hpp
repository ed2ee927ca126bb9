#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace paysaga::apps {

/// Tells people how far long work has come: a bar that redraws itself on a terminal, else a line
/// every few seconds. On standard error, so that data stays clean.
class Progress {
 public:
  Progress(std::string what, std::uint64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void clear();  // Takes the bar away; `show` brings it back.
  /// `done` of the total: bytes, seeds. `detail` stands behind the bar, which makes room for it:
  /// "4,210 lines  1,950 orders  3,100 events/s".
  void show(std::uint64_t done, const std::string& detail);

 private:
  using Clock = std::chrono::steady_clock;

  std::string what_;
  std::uint64_t total_;
  bool terminal_;
  Clock::time_point shown_at_{};
};

/// 1234567 as "1,234,567".
[[nodiscard]] std::string with_commas(std::uint64_t number);
/// True if colour may be used on standard output.
[[nodiscard]] bool colour_wanted();

}  // namespace paysaga::apps
