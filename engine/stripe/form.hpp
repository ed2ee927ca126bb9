#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace paysaga::engine::stripe {

/// Percent-encodes everything but A-Z a-z 0-9 - . _ ~: safe in a path segment and in a query.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// An application/x-www-form-urlencoded text, in the order of its `add`s.
///
/// Shape:  names are ours and stay as they are ("metadata[order_id]"); values are encoded.
class Form {
 public:
  Form& add(std::string_view name, std::string_view value);
  Form& add(std::string_view name, std::int64_t value);
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

}  // namespace paysaga::engine::stripe
