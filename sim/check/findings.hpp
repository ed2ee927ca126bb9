#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "paysaga/saga/time.hpp"

namespace paysaga::sim {

/// What a checker found wrong.
struct Finding {
  std::string check;  // "effects": the file that found it.
  std::string what;   // One sentence, with the numbers.
  std::string order;  // Empty if it is of no order.
  Time at{};
};

/// Everything that the checkers of a run found, the first ones only: what follows the first is most
/// often its echo.
class Findings {
 public:
  static constexpr std::size_t kept_max = 20;

  void add(Finding finding) {
    ++count_;
    if (kept_.size() < kept_max) kept_.push_back(std::move(finding));
  }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] const std::vector<Finding>& kept() const { return kept_; }

 private:
  std::uint64_t count_ = 0;
  std::vector<Finding> kept_;
};

}  // namespace paysaga::sim
