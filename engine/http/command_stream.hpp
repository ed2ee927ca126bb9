#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "paysaga/engine/http/engine.hpp"
#include "paysaga/engine/metrics.hpp"

namespace paysaga::engine::http {

struct StreamLimits {
  std::size_t lines_in_flight_max = 512;  // Read and not yet taken as results.
  std::size_t line_bytes_max = std::size_t{1} << 20U;
};

/// One run of POST /v1/commands without its network: bytes in, one result line a command out, in
/// the order of the lines. A bad line gives a result that says why; the lines behind it go on.
///
/// Threads:   one at a time calls it; the engine answers from any thread.
/// Lifetime:  in a shared_ptr: answers that are still to come keep it.
class CommandStream : public std::enable_shared_from_this<CommandStream> {
 public:
  /// `wake` is called, from any thread, when the next result has come.
  /// `forwarded`: the lines come from another node and go no further.
  CommandStream(Engine& engine, Metrics& metrics, StreamLimits limits, bool forwarded,
                std::function<void()> wake);

  /// Takes what there is room for and returns how many bytes that was; fewer than given means that
  /// results have to be taken first.
  [[nodiscard]] std::size_t feed(std::string_view bytes);
  /// The input ended. What stands behind the last newline is a line, too.
  void end();
  /// The node stops: a last result line says from which line on nothing was read.
  void stop();

  [[nodiscard]] bool full() const;
  /// True if `take_results` would give something.
  [[nodiscard]] bool has_results() const;
  /// Result lines that are next and known, about `bytes_max` at most.
  [[nodiscard]] std::string take_results(std::size_t bytes_max);
  /// True once the input ended and every result was taken.
  [[nodiscard]] bool finished() const;

 private:
  void take_line();
  void submit(std::string_view line);
  void forward(std::uint64_t slot, std::string_view line, const OrderId& order,
               const EventId& command);
  std::uint64_t open_slot();
  void fill_slot(std::uint64_t slot, std::string result);

  Engine& engine_;
  Metrics& metrics_;
  const StreamLimits limits_;
  const bool forwarded_;
  const std::function<void()> wake_;
  std::string line_;         // The line that is being read.
  bool too_long_ = false;    // The rest of the present line is passed over.
  std::uint64_t lines_ = 0;  // Read so far, empty ones included.
  bool ended_ = false;

  mutable std::mutex guard_;  // Of what follows.
  std::deque<std::optional<std::string>> slots_;
  std::uint64_t first_slot_ = 0;  // The number of slots_.front().
};

}  // namespace paysaga::engine::http
