#include "paysaga/config/kafka_property.hpp"

#include <algorithm>
#include <array>

namespace paysaga::config {
namespace {

bool is_secret(std::string_view name) {
  constexpr std::array<std::string_view, 5> marks{"password", "secret", "key.pem", "config",
                                                  "jaas"};
  return std::ranges::any_of(
      marks, [&](std::string_view mark) { return name.find(mark) != std::string_view::npos; });
}

/// librdkafka takes all of its values as text.
Result<std::string> plain_text(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value.data)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value.data)) return std::to_string(*number);
  if (const auto* yes = std::get_if<bool>(&value.data)) return std::string{*yes ? "true" : "false"};
  return fail(ErrorCode::malformed, "wants a text, a number, true or false");
}

}  // namespace

Result<void> set_property(Settings& settings, std::string_view name, const Value& value) {
  if (name.empty()) return fail(ErrorCode::malformed, "the property has no name");
  const bool secret = is_secret(name) || std::holds_alternative<Table>(value.data);
  KafkaProperty property{{}, !secret};
  if (secret) {
    if (auto done = read(value, property.value); !done) return done;
  } else {
    auto text = plain_text(value);
    if (!text) return tl::unexpected{text.error()};
    property.value = Secret{std::move(*text)};
  }
  settings.kafka.properties.insert_or_assign(std::string{name}, std::move(property));
  return {};
}

std::string property_of_variable(std::string_view variable) {
  constexpr std::string_view prefix = "PAYSAGA_KAFKA__PROPERTIES__";
  if (!variable.starts_with(prefix)) return {};
  std::string name = lowered(std::string{variable.substr(prefix.size())});
  std::ranges::replace(name, '_', '.');
  return name;
}

std::string write(const KafkaProperty& property) {
  return property.shown ? write(property.value.reveal()) : write(property.value);
}

}  // namespace paysaga::config
