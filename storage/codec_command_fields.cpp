#include "paysaga/storage/codec_command_fields.hpp"

#include "paysaga/storage/codec_text.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::storage {
namespace {

constexpr std::size_t free_text_characters_max = 500;
constexpr std::string_view amount_example = R"({"minor": 4200, "currency": "EUR"})";

}  // namespace

std::string amount_form() {
  return "an amount is " + std::string{amount_example};
}

CommandFields::CommandFields(JsonValue object) : object_{object} {
  for (JsonCursor cursor{object}; !cursor.done(); cursor.next()) ++fields_count_;
}

void CommandFields::refuse(std::string_view field, std::string_view what) {
  if (error_) return;
  std::string sentence{field};
  if (!sentence.empty()) sentence += ' ';
  sentence += what;
  error_ = mask_card_numbers(sentence);
}

Error CommandFields::error(std::string_view command) const {
  ensure(error_.has_value(), "only a refused command has an error");
  if (error_->starts_with("command ")) return {ErrorCode::malformed, *error_};
  return {ErrorCode::malformed, mask_card_numbers(command.substr(0, 64)) + ": " + *error_};
}

std::optional<JsonValue> CommandFields::take(std::string_view name, JsonType type) {
  std::optional<JsonValue> found;
  for (JsonCursor cursor{object_}; !cursor.done(); cursor.next()) {
    if (cursor.key() != name) continue;
    if (found) {
      refuse(name, "appears twice");
      return std::nullopt;
    }
    found = cursor.value();
    taken_.push_back(name);
  }
  if (!found || found->type() == JsonType::null) return std::nullopt;
  if (found->type() == type) return found;
  refuse(name, "must be " + std::string{to_text(type)} + ", not " +
                   std::string{to_text(found->type())} +
                   (type == JsonType::object && name == "amount" ? "; " + amount_form() : ""));
  return std::nullopt;
}

std::optional<std::string_view> CommandFields::text(std::string_view name) {
  const auto value = take(name, JsonType::text);
  if (!value) return std::nullopt;
  // A lone surrogate is an escape that JSON allows and UTF-8 does not.
  if (!is_utf8(*value->text())) refuse(name, "is not valid UTF-8");
  return value->text();
}

bool CommandFields::flag(std::string_view name) {
  const auto value = take(name, JsonType::boolean);
  return value && *value->boolean();
}

std::string CommandFields::reason() {
  const auto value = text("reason");
  if (!value || value->empty()) {
    refuse("reason", "is missing");
    return {};
  }
  if (count_characters(*value) > free_text_characters_max) {
    refuse("reason", "has more than 500 characters");
  }
  check_free_text("reason", *value);
  return std::string{*value};
}

void CommandFields::check_free_text(std::string_view name, std::string_view text) {
  if (!is_utf8(text)) refuse(name, "is not valid UTF-8");
  if (const auto card = find_card_number(text)) {
    refuse(name, "holds a card number (" + *card + "); card numbers are never accepted");
  }
}

std::optional<std::int64_t> CommandFields::minor(std::string_view name, JsonValue amount) {
  const std::string where = std::string{name} + ".minor";
  const auto value = amount.find("minor");
  if (!value) {
    refuse(where, "is missing; " + amount_form());
    return std::nullopt;
  }
  switch (value->type()) {
    case JsonType::integer:
      return value->integer();
    case JsonType::natural:
      refuse(where, "is too large");
      return std::nullopt;
    case JsonType::decimal:
      refuse(where,
             "must be an integer in the currency's smallest unit, such as 4200 for 42.00 EUR; "
             "decimals are refused");
      return std::nullopt;
    case JsonType::object:
    case JsonType::array:
    case JsonType::text:
    case JsonType::boolean:
    case JsonType::null:
      refuse(where, "must be an integer, not " + std::string{to_text(value->type())});
      return std::nullopt;
  }
  std::abort();
}

std::optional<Money> CommandFields::amount(std::string_view name,
                                           Result<Money> (*make)(std::int64_t, Currency)) {
  const auto object = take(name, JsonType::object);
  if (!object) return std::nullopt;
  int minors = 0;
  int currencies = 0;
  for (JsonCursor cursor{*object}; !cursor.done(); cursor.next()) {
    if (cursor.key() == "minor") ++minors;
    if (cursor.key() == "currency") ++currencies;
  }
  if (minors > 1 || currencies > 1) refuse(name, "names a part of itself twice");
  const auto count = minor(name, *object);
  const auto currency_value = object->find("currency");
  const auto letters = currency_value ? currency_value->text() : std::nullopt;
  if (!letters) refuse(std::string{name} + ".currency", "must be a text such as \"EUR\"");
  if (refused()) return std::nullopt;
  const auto currency = Currency::parse(*letters);
  if (!currency) {
    refuse(std::string{name} + ".currency", currency.error().detail);
    return std::nullopt;
  }
  const auto money = make(*count, *currency);
  if (!money) {
    refuse("", money.error().detail);  // It begins with the amount itself.
    return std::nullopt;
  }
  return *money;
}

}  // namespace paysaga::storage
