#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/saga/id.hpp"
#include "paysaga/saga/money.hpp"
#include "paysaga/storage/json_reader.hpp"

namespace paysaga::storage {

/// How an amount is written, for messages.
[[nodiscard]] std::string amount_form();

/// The fields of a command while they are read. The first fault stays; after it, what is read means
/// nothing and only `refused` is to be asked.
class CommandFields {
 public:
  explicit CommandFields(JsonValue object);

  void refuse(std::string_view field, std::string_view what);
  [[nodiscard]] bool refused() const { return error_.has_value(); }
  /// "payment.initiate: amount.minor must be ...".
  [[nodiscard]] Error error(std::string_view command) const;
  /// Fields that nobody took.
  [[nodiscard]] int ignored() const { return fields_count_ - static_cast<int>(taken_.size()); }

  /// The field's value if it is there, not null and of that type.
  [[nodiscard]] std::optional<JsonValue> take(std::string_view name, JsonType type);
  [[nodiscard]] std::optional<std::string_view> text(std::string_view name);
  [[nodiscard]] bool flag(std::string_view name);  // False if it is missing.
  /// The text `reason`, which is required.
  [[nodiscard]] std::string reason();
  void check_free_text(std::string_view name, std::string_view text);
  /// None if it is missing.
  [[nodiscard]] std::optional<Money> amount(std::string_view name,
                                            Result<Money> (*make)(std::int64_t, Currency));

  template <class IdOfKind, class Text>
  [[nodiscard]] std::optional<IdOfKind> parse_id(std::string_view name,
                                                 const std::optional<Text>& text, bool required) {
    if (!text) {
      if (required) refuse(name, "is missing");
      return std::nullopt;
    }
    auto parsed = IdOfKind::parse(*text);
    if (parsed) return *parsed;
    refuse(name, "is malformed: " + parsed.error().detail);
    return std::nullopt;
  }
  template <class IdOfKind>
  [[nodiscard]] std::optional<IdOfKind> id(std::string_view name, bool required) {
    return parse_id<IdOfKind>(name, text(name), required);
  }

  void set_command_id(std::string id) { command_id_ = std::move(id); }
  [[nodiscard]] const std::string& command_id() const { return command_id_; }

 private:
  [[nodiscard]] std::optional<std::int64_t> minor(std::string_view name, JsonValue amount);

  JsonValue object_;
  int fields_count_ = 0;
  std::vector<std::string_view> taken_;
  std::optional<std::string> error_;
  std::string command_id_;
};

}  // namespace paysaga::storage
