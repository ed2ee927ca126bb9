#include "paysaga/sim/stripe/params.hpp"

#include <algorithm>
#include <charconv>

namespace paysaga::sim::stripe {
namespace {

constexpr std::size_t metadata_keys_max = 50;
constexpr std::size_t metadata_key_characters_max = 40;
constexpr std::size_t metadata_value_characters_max = 500;

tl::unexpected<ErrorReply> refuse(std::string_view code, std::string_view param,
                                  std::string message) {
  return tl::unexpected{parameter_error(code, param, std::move(message))};
}

/// UTF-8 characters: every byte that does not continue one.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

bool is_allowed(std::string_view name, std::span<const std::string_view> allowed) {
  return std::any_of(allowed.begin(), allowed.end(), [&](std::string_view one) {
    return one.ends_with('[') ? name.starts_with(one) && name.ends_with(']') : name == one;
  });
}

const CurrencyRule* find_rule(std::string_view letters) {
  for (const CurrencyRule& rule : currency_rules()) {
    if (rule.letters == letters) return &rule;
  }
  return nullptr;
}

}  // namespace

Checked<void> check_names(const Form& form, std::span<const std::string_view> allowed) {
  for (const Form::Parameter& parameter : form.parameters()) {
    if (!is_allowed(parameter.first, allowed)) {
      return refuse("parameter_unknown", parameter.first,
                    "Received unknown parameter: " + parameter.first +
                        " (or one that this simulator does not do yet)");
    }
  }
  return {};
}

Checked<std::int64_t> read_integer(const Form& form, std::string_view name) {
  const std::optional<std::string_view> text = form.value(name);
  if (!text) {
    return refuse("parameter_missing", name, "Missing required param: " + std::string{name} + ".");
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error == std::errc::result_out_of_range) {
    return refuse(name == "amount" ? "amount_too_large" : "parameter_invalid_integer", name,
                  "Invalid integer: too large");
  }
  if (error != std::errc{} || end != text->data() + text->size()) {
    return refuse("parameter_invalid_integer", name, "Invalid integer: " + std::string{*text});
  }
  return value;
}

Checked<Money> read_charge(const Form& form, const std::optional<Money>& present) {
  const Checked<std::int64_t> minor = present && !form.find("amount")
                                          ? Checked<std::int64_t>{present->minor}
                                          : read_integer(form, "amount");
  if (!minor) return tl::unexpected{minor.error()};
  std::optional<std::string_view> letters = form.value("currency");
  if (!letters && present) letters = present->currency.text();
  if (!letters) return refuse("parameter_missing", "currency", "Missing required param: currency.");
  const Result<Currency> currency = Currency::parse(*letters);
  const CurrencyRule* rule = currency ? find_rule(currency->text()) : nullptr;
  if (rule == nullptr) {
    return refuse("", "currency", "Invalid currency: " + std::string{*letters} + ".");
  }
  if (*minor < 1) {
    return refuse("parameter_invalid_integer", "amount",
                  "This value must be greater than or equal to 1.");
  }
  if (*minor < rule->minor_min) {
    return refuse("amount_too_small", "amount",
                  "Amount must be at least " + to_text(Money{rule->minor_min, *currency}));
  }
  if (*minor > charge_minor_max) {
    return refuse("amount_too_large", "amount",
                  "Amount must be no more than " + to_text(Money{charge_minor_max, *currency}));
  }
  const Result<Money> money = make_charge(*minor, *currency);
  if (!money) return refuse("parameter_invalid_integer", "amount", money.error().detail);
  return *money;
}

Checked<bool> read_flag(const Form& form, std::string_view name, bool absent) {
  const std::string_view text = form.value(name).value_or(absent ? "true" : "false");
  if (text == "true") return true;
  if (text == "false") return false;
  return refuse("", name, "Invalid boolean: " + std::string{text});
}

Checked<std::string_view> read_choice(const Form& form, std::string_view name,
                                      std::span<const std::string_view> values) {
  const std::optional<std::string_view> text = form.value(name);
  if (!text) return std::string_view{};
  const auto found = std::find(values.begin(), values.end(), *text);
  if (found != values.end()) return *found;
  std::string known;
  for (const std::string_view value : values) {
    known += known.empty() ? "" : ", ";
    known += value;
  }
  return refuse("", name, "Invalid " + std::string{name} + ": must be one of " + known);
}

Checked<std::string> read_text(const Form& form, std::string_view name, std::size_t size_max) {
  const std::string_view text = form.find(name).value_or("");
  if (characters(text) > size_max) {
    return refuse("", name, "Invalid string: at most " + std::to_string(size_max) + " characters");
  }
  return std::string{text};
}

Checked<Metadata> read_metadata(const Form& form, const Metadata& present) {
  constexpr std::string_view start = "metadata[";
  Metadata metadata = present;
  Metadata changes;
  for (const auto& [name, value] : form.parameters()) {
    if (!name.starts_with(start)) continue;
    const std::string_view key =
        std::string_view{name}.substr(start.size(), name.size() - start.size() - 1);
    if (key.empty() || key.find_first_of("[]") != std::string_view::npos) {
      return refuse("", name, "Metadata keys have no square brackets and are not empty");
    }
    if (characters(key) > metadata_key_characters_max) {
      return refuse("", name, "Metadata keys can have up to 40 characters");
    }
    if (characters(value) > metadata_value_characters_max) {
      return refuse("", name, "Metadata values can have up to 500 characters");
    }
    changes.emplace_back(key, value);
  }
  merge(metadata, changes);
  if (metadata.size() > metadata_keys_max) {
    return refuse("", "metadata", "Metadata can have up to 50 keys");
  }
  return metadata;
}

}  // namespace paysaga::sim::stripe
