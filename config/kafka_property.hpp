#pragma once

#include <string>
#include <string_view>

#include "paysaga/config/settings.hpp"
#include "paysaga/config/value.hpp"

namespace paysaga::config {

/// Before the name of a property of librdkafka: "kafka.properties.sasl.username".
inline constexpr std::string_view property_prefix = "kafka.properties.";

/// Sets a property. What is a secret by its name does not stand in a file or on a command line, but
/// is written as any secret is. Whether librdkafka knows it shows when the log is opened.
/// Errors: malformed.
[[nodiscard]] Result<void> set_property(Settings& settings, std::string_view name,
                                        const Value& value);

/// The property of an environment variable, "sasl.username" of
/// PAYSAGA_KAFKA__PROPERTIES__SASL_USERNAME; empty: it is none.
[[nodiscard]] std::string property_of_variable(std::string_view variable);

/// Its value in TOML, "***" if it is not to be shown.
[[nodiscard]] std::string write(const KafkaProperty& property);

}  // namespace paysaga::config
