#include "apps/submitter.hpp"

#include <algorithm>
#include <utility>

namespace paysaga::apps {
namespace {

constexpr auto progress_every = std::chrono::milliseconds{100};
constexpr auto again_after = std::chrono::milliseconds{50};

std::uint32_t micros_since(std::chrono::steady_clock::time_point start) {
  const auto took = std::chrono::steady_clock::now() - start;
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(took).count());
}

std::string first_word(const std::string& text) {
  return text.substr(0, text.find_first_of(": "));
}

}  // namespace

Submitter::Submitter(CommandTarget& target, Callbacks callbacks)
    : target_{target}, callbacks_{std::move(callbacks)} {}

SubmitReport Submitter::run(std::istream& input) {
  const auto start = Clock::now();
  std::size_t number = 0;
  std::string text;
  while (std::getline(input, text)) {
    ++number;
    std::unique_lock lock{mutex_};
    if (stopped_) break;
    bytes_ += text.size() + 1;
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    room_for_one(lock);
    if (stopped_) break;
    ++report_.lines;
    ++in_flight_;
    lock.unlock();
    CommandLine line = read_command_line(number, std::move(text));
    if (line.order.empty()) {
      send(line);  // It is refused; there is nothing that it could overtake.
      continue;
    }
    lock.lock();
    orders_.insert(line.order);
    std::deque<CommandLine>& queue = queues_[line.order];
    queue.push_back(line);
    const bool first = queue.size() == 1;
    lock.unlock();
    if (first) begin(line);
  }
  std::unique_lock lock{mutex_};
  while (!stopped_ && (in_flight_ > 0 || unsettled_ > 0)) {
    changed_.wait_for(lock, progress_every);
    room_for_one(lock);
  }
  report_.interrupted = stopped_;
  report_.orders = orders_.size();
  report_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return std::move(report_);
}

void Submitter::stop() {
  const std::lock_guard lock{mutex_};
  stopped_ = true;
  changed_.notify_all();
}

/// Waits until a line may be sent, or for a moment at the end of the input: sends again what was
/// put off, and tells how far it is.
void Submitter::room_for_one(std::unique_lock<std::mutex>& lock) {
  do {
    changed_.wait_for(
        lock, in_flight_ < lines_in_flight_max ? std::chrono::milliseconds{0} : progress_every);
    std::deque<CommandLine> again = std::exchange(again_, {});
    callbacks_.progress(report_, bytes_);
    if (again.empty()) continue;
    changed_.wait_for(lock, again_after, [this] { return stopped_; });
    lock.unlock();
    for (const CommandLine& line : again) send(line);
    lock.lock();
  } while (!stopped_ && in_flight_ >= lines_in_flight_max);
}

/// Sends the first line of its order's queue, once its order has the status that it waits for. The
/// lines before it are decided by then, so the status that it sees is no older than they are.
void Submitter::begin(const CommandLine& line) {
  if (!line.wait_for) return send(line);
  target_.wait(line.order, *line.wait_for, gate_.guarded([this, line] { send(line); }));
}

void Submitter::send(const CommandLine& line) {
  const auto sent_at = Clock::now();
  target_.submit(line, gate_.guarded([this, line, sent_at](const LineResult& result) {
    take(line, sent_at, result);
  }));
}

void Submitter::take(const CommandLine& line, Clock::time_point sent_at, const LineResult& result) {
  using Kind = LineResult::Kind;
  if (result.kind == Kind::invalid || result.kind == Kind::quarantined) {
    callbacks_.refused(line.number, result.detail);
  }
  bool begun = false;
  std::optional<CommandLine> next;
  {
    const std::lock_guard lock{mutex_};
    if (result.kind == Kind::again) {
      again_.push_back(line);
      changed_.notify_all();
      return;
    }
    --in_flight_;
    report_.durable_micros.push_back(micros_since(sent_at));
    switch (result.kind) {
      case Kind::accepted:
        ++report_.accepted;
        break;
      case Kind::repeated:
        ++report_.repeated;
        break;
      case Kind::parked:
        ++report_.parked;
        break;
      case Kind::quarantined:
        ++report_.quarantined;
        break;
      case Kind::invalid:
        ++report_.invalid;
        break;
      case Kind::refused:
        ++report_.refused;
        ++report_.refused_by_code[first_word(result.detail)];
        break;
      case Kind::again:
        break;
    }
    begun = result.kind == Kind::accepted &&
            line.text.find("\"payment.initiate\"") != std::string::npos;
    if (begun) ++unsettled_;
    next = next_of(line.order);
    changed_.notify_all();
  }
  if (begun) {
    target_.settled(line.order, gate_.guarded([this, sent_at] {
      const std::lock_guard lock{mutex_};
      report_.final_micros.push_back(micros_since(sent_at));
      --unsettled_;
      changed_.notify_all();
    }));
  }
  if (next) begin(*next);
}

/// Takes the answered line from its order's queue; what follows it there, if anything does.
std::optional<CommandLine> Submitter::next_of(const std::string& order) {
  const auto found = queues_.find(order);
  if (found == queues_.end()) return std::nullopt;
  found->second.pop_front();
  if (!found->second.empty()) return found->second.front();
  queues_.erase(found);
  return std::nullopt;
}

double quantile_ms(std::vector<std::uint32_t> micros, double quantile) {
  if (micros.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(quantile * static_cast<double>(micros.size() - 1));
  std::nth_element(micros.begin(), micros.begin() + at, micros.end());
  return static_cast<double>(micros[static_cast<std::size_t>(at)]) / 1000.0;
}

}  // namespace paysaga::apps
