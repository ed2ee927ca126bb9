#include "apps/progress.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace paysaga::apps {
namespace {

constexpr std::size_t bar_cells_max = 24;
constexpr std::size_t bar_cells_min = 6;  // Rather none than a shorter one.

std::size_t terminal_columns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

Progress::Progress(std::string what, std::uint64_t total)
    : what_{std::move(what)}, total_{total}, terminal_{isatty(STDERR_FILENO) == 1} {
  if (!terminal_) shown_at_ = Clock::now();  // What is done soon needs no line.
}

Progress::~Progress() {
  clear();
}

void Progress::clear() {
  if (terminal_) fmt::print(stderr, "\r\x1b[K");
}

void Progress::show(std::uint64_t done, const std::string& detail) {
  const auto now = Clock::now();
  const auto every = terminal_ ? std::chrono::milliseconds{100} : std::chrono::milliseconds{5'000};
  if (now - shown_at_ < every) return;
  shown_at_ = now;
  const std::uint64_t percent =
      total_ == 0 ? 100 : std::min<std::uint64_t>(100, done * 100 / total_);
  if (!terminal_) {
    fmt::print(stderr, "{} {}%  {}\n", what_, percent, detail);
    return;
  }
  std::string line = fmt::format("{:3}%  {}", percent, detail);
  const std::size_t columns = terminal_columns() - 1;
  const std::size_t taken = what_.size() + line.size() + std::string_view{" [] "}.size();
  const std::size_t bar = std::min(bar_cells_max, columns - std::min(columns, taken));
  if (bar >= bar_cells_min) {
    const std::size_t full = bar * percent / 100;
    line = fmt::format("[{}{}] {}", std::string(full, '#'), std::string(bar - full, '.'), line);
  }
  line = what_ + " " + line;
  line.resize(std::min(line.size(), columns));
  fmt::print(stderr, "\r\x1b[K{}", line);
  std::fflush(stderr);
}

std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

bool colour_wanted() {
  return isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
}

}  // namespace paysaga::apps
