#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace paysaga::config {

/// A text that is never shown: it prints as `***`. It comes from a file, an environment variable or
/// a systemd credential, never from a command line.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_{std::move(value)} {}

  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }
  /// The text itself: for the one place that sends or signs with it.
  [[nodiscard]] const std::string& reveal() const noexcept { return value_; }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string value_;
};

[[nodiscard]] inline std::string_view to_text(const Secret& secret) {
  return secret.empty() ? "" : "***";
}

inline std::ostream& operator<<(std::ostream& out, const Secret& secret) {
  return out << to_text(secret);
}

}  // namespace paysaga::config
