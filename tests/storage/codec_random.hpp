#pragma once

#include <random>
#include <string>

#include "paysaga/saga/saga.hpp"

namespace paysaga::storage {

/// Sagas and events with every field drawn at random, whatever the machines would make of them.
class CodecRandom {
 public:
  explicit CodecRandom(std::uint64_t seed) : random_{seed} {}

  [[nodiscard]] Saga saga();
  [[nodiscard]] Command command();
  /// Of that order and machine; its optional parts come and go.
  [[nodiscard]] Event event(const OrderId& order, Machine machine, std::uint64_t sequence);

  [[nodiscard]] std::uint64_t number(std::uint64_t below) { return random_() % below; }
  [[nodiscard]] std::uint64_t any() { return random_(); }
  [[nodiscard]] bool coin() { return number(2) == 0; }
  /// UTF-8, also with what JSON must escape.
  [[nodiscard]] std::string text();
  [[nodiscard]] std::string id(std::size_t size_max);

 private:
  std::mt19937_64 random_;
};

}  // namespace paysaga::storage
