#include "apps/progress.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace paysaga::apps {
namespace {

constexpr std::size_t bar_cells = 24;

std::size_t terminal_columns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

Progress::Progress(std::string what, std::uint64_t total_bytes)
    : what_{std::move(what)}, total_bytes_{total_bytes}, terminal_{isatty(STDERR_FILENO) == 1} {}

Progress::~Progress() {
  clear();
}

void Progress::clear() {
  if (terminal_) fmt::print(stderr, "\r\x1b[K");
}

void Progress::show(std::uint64_t done_bytes, const std::string& detail) {
  const auto now = Clock::now();
  const auto every = terminal_ ? std::chrono::milliseconds{100} : std::chrono::milliseconds{5'000};
  if (now - shown_at_ < every) return;
  shown_at_ = now;
  const std::uint64_t percent =
      total_bytes_ == 0 ? 100 : std::min<std::uint64_t>(100, done_bytes * 100 / total_bytes_);
  if (!terminal_) {
    fmt::print(stderr, "{} {}%  {}\n", what_, percent, detail);
    return;
  }
  const std::size_t full = bar_cells * percent / 100;
  std::string line = fmt::format("{} [{}{}] {:3}%  {}", what_, std::string(full, '#'),
                                 std::string(bar_cells - full, '.'), percent, detail);
  line.resize(std::min(line.size(), terminal_columns() - 1));
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
