#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "paysaga/engine/kafka/client.hpp"

namespace paysaga::bench {

/// The floor under a node: bare librdkafka from the inputs into a journal, read back from there,
/// and the same number of outputs of the same size. Nothing is read, decided or kept.
class Pipe {
 public:
  struct Options {
    engine::kafka::KafkaOptions kafka;  // Its group and the properties of both clients.
    std::vector<std::string> inputs;    // Topics.
    std::string journal;
    std::string output;
    std::int32_t partitions = 12;
    std::size_t journal_bytes = 1'000;  // Of a record's value.
    std::size_t output_bytes = 1'000;
    int inputs_per_output = 3;
    bool atomic = true;  // Outputs and positions in transactions, as under exactly_once.
  };

  explicit Pipe(Options options);
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  /// Inputs whose outputs are published.
  [[nodiscard]] std::uint64_t published() const { return published_; }
  [[nodiscard]] std::uint64_t taken() const { return taken_; }

 private:
  void take_inputs();
  void publish();

  Options options_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> taken_{0};
  std::atomic<std::uint64_t> published_{0};
  std::thread taker_;
  std::thread publisher_;
};

}  // namespace paysaga::bench
