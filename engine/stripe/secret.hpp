#pragma once

#include <ostream>
#include <string>
#include <utility>

namespace paysaga::engine::stripe {

/// A text that must never be shown: it prints as "***" and leaves only by `reveal`.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_{std::move(text)} {}
  [[nodiscard]] const std::string& reveal() const noexcept { return text_; }
  friend std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "***"; }

 private:
  std::string text_;
};

}  // namespace paysaga::engine::stripe
