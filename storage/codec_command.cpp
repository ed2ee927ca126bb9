#include "paysaga/storage/codec_command.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <xxhash.h>

#include "paysaga/storage/codec_command_fields.hpp"
#include "paysaga/storage/codec_saga.hpp"
#include "paysaga/storage/codec_text.hpp"
#include "paysaga/storage/json_reader.hpp"

namespace paysaga::storage {
namespace {

constexpr Duration expires_in_min = seconds{1};
constexpr Duration expires_in_max = hours{24 * 30};
constexpr std::size_t metadata_keys_max = 50;
constexpr std::size_t metadata_key_characters_max = 40;
constexpr std::size_t metadata_value_characters_max = 500;
constexpr std::size_t return_url_bytes_max = 2'048;
constexpr std::size_t ticket_bytes_max = 200;

Metadata read_metadata(CommandFields& fields) {
  Metadata metadata;
  const auto value = fields.take("metadata", JsonType::object);
  if (!value) return metadata;
  for (JsonCursor cursor{*value}; !cursor.done(); cursor.next()) {
    const std::string_view key = cursor.key();
    const std::string where = "metadata." + std::string{key.substr(0, 80)};
    const auto text = cursor.value().text();
    if (!text) {
      fields.refuse(where, "must be a text, not " + std::string{to_text(cursor.value().type())});
    } else if (key.empty() || count_characters(key) > metadata_key_characters_max) {
      fields.refuse(where, "a metadata key has 1 to 40 characters");
    } else if (key.find_first_of("[]") != std::string_view::npos) {
      fields.refuse(where, "a metadata key has no brackets");
    } else {
      fields.check_free_text(where, key);
      fields.check_free_text(where, *text);
      if (count_characters(*text) > metadata_value_characters_max) {
        fields.refuse(where, "a metadata value has at most 500 characters");
      }
      metadata.emplace_back(key, *text);
    }
  }
  if (metadata.size() > metadata_keys_max) fields.refuse("metadata", "has more than 50 keys");
  std::sort(metadata.begin(), metadata.end());
  const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
  const auto twice = std::adjacent_find(metadata.begin(), metadata.end(), same);
  if (twice != metadata.end()) fields.refuse("metadata." + twice->first, "appears twice");
  return metadata;
}

std::optional<Duration> read_expires_in(CommandFields& fields) {
  const auto text = fields.text("expires_in");
  if (!text) return std::nullopt;
  const auto parsed = parse_duration(*text);
  if (!parsed) {
    fields.refuse("expires_in", parsed.error().detail);
    return std::nullopt;
  }
  if (*parsed < expires_in_min || *parsed > expires_in_max) {
    fields.refuse("expires_in", "must be from 1s to 30d");
  }
  return *parsed;
}

std::optional<std::string> read_return_url(CommandFields& fields) {
  const auto text = fields.text("return_url");
  if (!text) return std::nullopt;
  const bool web = text->starts_with("https://") || text->starts_with("http://");
  const bool clean = std::all_of(text->begin(), text->end(), [](char c) {
    return c > ' ' && static_cast<unsigned char>(c) < 0x7F;
  });
  if (!web || !clean || text->size() > return_url_bytes_max) {
    fields.refuse("return_url", "must be an http or https URL of at most 2048 ASCII characters");
  }
  return std::string{*text};
}

bool is_captured_by_hand(CommandFields& fields) {
  const auto capture = fields.text("capture");
  if (capture && *capture != "automatic" && *capture != "manual") {
    fields.refuse("capture", "must be \"automatic\" or \"manual\"");
  }
  return capture && *capture == "manual";
}

/// A provider's id is never a number alone: what looks like a card number here is one, and must not
/// reach journal, topics or logs.
std::optional<MethodId> read_method(CommandFields& fields, bool needed) {
  auto method = fields.id<MethodId>("payment_method", needed);
  if (method && find_card_number(method->text())) {
    fields.refuse("payment_method", "is a card number; send the provider's id of it, as in pm_...");
  }
  return method;
}

std::optional<Command> read_initiate(CommandFields& fields) {
  const auto amount = fields.amount("amount", make_charge);
  if (!amount && !fields.refused()) fields.refuse("amount", "is missing; " + amount_form());
  const auto customer = fields.id<CustomerId>("customer_id", true);
  if (customer && customer->text().find('@') != std::string::npos) {
    fields.refuse("customer_id", "looks like a mail address; send an opaque id of yours");
  }
  auto method = read_method(fields, false);
  const bool manual = is_captured_by_hand(fields);
  const auto expires_in = read_expires_in(fields);
  const bool off_session = fields.flag("off_session");
  Metadata metadata = read_metadata(fields);
  if (fields.refused()) return std::nullopt;
  return command::PaymentInitiate{.amount = *amount,
                                  .customer = *customer,
                                  .method = std::move(method),
                                  .expires_in = expires_in,
                                  .off_session = off_session,
                                  .metadata = std::move(metadata),
                                  .manual_capture = manual};
}

std::optional<Command> read_confirm(CommandFields& fields) {
  const auto method = read_method(fields, true);
  auto return_url = read_return_url(fields);
  if (fields.refused()) return std::nullopt;
  return command::PaymentConfirm{*method, std::move(return_url)};
}

std::optional<Command> read_payment_cancel(CommandFields& fields) {
  return command::PaymentCancel{fields.reason(), fields.flag("final")};
}

std::optional<Command> read_capture(CommandFields& fields) {
  const auto amount = fields.amount("amount", make_refund);
  if (fields.refused()) return std::nullopt;
  if (!amount) return command::PaymentCapture{};
  return command::PaymentCapture{amount->minor, amount->currency};
}

template <class WithReason>
std::optional<Command> read_with_reason(CommandFields& fields) {
  return WithReason{fields.reason()};
}

std::string read_ticket(CommandFields& fields) {
  const auto text = fields.text("ticket");
  if (!text) return {};
  fields.check_free_text("ticket", *text);
  if (text->size() > ticket_bytes_max) fields.refuse("ticket", "has at most 200 bytes");
  return std::string{*text};
}

template <class Act>
std::optional<Command> read_hold(CommandFields& fields) {
  std::string reason = fields.reason();
  return Act{std::move(reason), read_ticket(fields)};
}

std::optional<Command> read_fulfilled(CommandFields&) {
  return command::OrderFulfilled{};
}

std::optional<Command> read_refund(CommandFields& fields) {
  auto refund = fields.id<RefundId>("refund_id", false);
  if (!refund && !fields.refused()) refund = RefundId::of(fields.command_id());
  const auto amount = fields.amount("amount", make_refund);
  std::string reason = fields.reason();
  if (fields.refused()) return std::nullopt;
  command::RefundRequest request{*refund, std::nullopt, std::move(reason), false, std::nullopt};
  if (amount) {
    request.amount_minor = amount->minor;
    request.currency = amount->currency;
  }
  return request;
}

struct Reader {
  std::string_view name;
  std::optional<Command> (*read)(CommandFields&);
};
constexpr std::array<Reader, 11> readers = {{
    {"payment.initiate", read_initiate},
    {"payment.confirm", read_confirm},
    {"payment.capture", read_capture},
    {"payment.cancel", read_payment_cancel},
    {"order.cancel", read_with_reason<command::OrderCancel>},
    {"order.rejected", read_with_reason<command::OrderRejected>},
    {"order.delivery_failed", read_with_reason<command::OrderDeliveryFailed>},
    {"order.fulfilled", read_fulfilled},
    {"refund.request", read_refund},
    {"order.hold", read_hold<command::OrderHold>},
    {"order.resume", read_hold<command::OrderResume>},
}};

const Reader* find_reader(CommandFields& fields, std::string_view name) {
  for (const Reader& reader : readers) {
    if (reader.name == name) return &reader;
  }
  std::array<std::string_view, readers.size()> names;
  std::transform(readers.begin(), readers.end(), names.begin(),
                 [](const Reader& reader) { return reader.name; });
  const std::string_view near = nearest(name, names.data(), names.size());
  std::string what = "'" + std::string{name.substr(0, 64)} + "' is unknown";
  if (near.empty()) {
    what +=
        "; known are payment.initiate, payment.confirm, payment.capture, payment.cancel, "
        "order.cancel, order.rejected, order.delivery_failed, order.fulfilled, order.hold, "
        "order.resume, refund.request";
  } else {
    what += "; did you mean " + std::string{near} + "?";
  }
  fields.refuse("command", what);
  return nullptr;
}

/// A version-00 traceparent; another one is left out, as W3C asks.
std::string traceparent_of(std::string_view text) {
  constexpr std::string_view form = "00-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";
  if (text.size() != form.size()) return {};
  for (std::size_t i = 0; i < form.size(); ++i) {
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (form[i] == 'x' ? !hex : c != form[i]) return {};
  }
  return std::string{text};
}

/// The value of an envelope's field: of the parts, of the body, or of both if they agree.
std::optional<std::string> envelope(CommandFields& fields, std::string_view name,
                                    std::string_view part) {
  const auto text = fields.text(name);
  if (part.empty()) return text ? std::optional<std::string>{*text} : std::nullopt;
  if (text && *text != part) {
    fields.refuse(name, "is '" + std::string{text->substr(0, 64)} + "' in the body, but '" +
                            std::string{part.substr(0, 64)} + "' was asked for");
  }
  return std::string{part};
}

Result<ParsedCommand> read(JsonValue root, const CommandParts& parts) {
  if (root.type() != JsonType::object) {
    return fail(ErrorCode::malformed,
                "a command must be an object, not " + std::string{to_text(root.type())});
  }
  CommandFields fields{root};
  const auto name = envelope(fields, "command", parts.command);
  const auto command_id = envelope(fields, "command_id", parts.command_id);
  const auto order_id = envelope(fields, "order_id", parts.order_id);
  const auto correlation_id = envelope(fields, "correlation_id", parts.correlation_id);
  const auto traceparent = envelope(fields, "traceparent", parts.traceparent);
  if (!name) fields.refuse("command", "is missing");
  const Reader* reader = fields.refused() ? nullptr : find_reader(fields, *name);
  const auto order = fields.parse_id<OrderId>("order_id", order_id, true);
  const auto id = fields.parse_id<ChosenId<struct CommandKind>>("command_id", command_id, true);
  const auto correlation =
      fields.parse_id<ForeignId<struct CorrelationKind>>("correlation_id", correlation_id, false);
  if (fields.refused()) return tl::unexpected<Error>{fields.error(*name)};
  fields.set_command_id(id->text());
  std::optional<Command> command = reader->read(fields);
  if (fields.refused()) return tl::unexpected<Error>{fields.error(*name)};
  ensure(command.has_value(), "a command that is not refused was read");
  const std::uint64_t body_hash = body_hash_of(*command);
  return ParsedCommand{*order,
                       CommandInput{EventId::of(id->text()), body_hash, std::move(*command),
                                    correlation ? correlation->text() : std::string{},
                                    traceparent ? traceparent_of(*traceparent) : std::string{}},
                       fields.ignored()};
}

}  // namespace

Result<ParsedCommand> parse_command(std::string_view json) {
  return parse_command(CommandParts{{}, {}, {}, json, {}, {}});
}

Result<ParsedCommand> parse_command(const CommandParts& parts) {
  if (parts.body.size() > command_bytes_max) {
    return fail(ErrorCode::malformed, "a command has at most 256 KiB; this one has " +
                                          std::to_string(parts.body.size()) + " bytes");
  }
  const bool bodyless = parts.body.empty() && !parts.command.empty();
  const auto document = JsonDocument::parse(bodyless ? "{}" : parts.body);
  if (!document) return tl::unexpected<Error>{document.error()};
  return read(document->root(), parts);
}

CommandEnvelope peek_command(std::string_view json) {
  CommandEnvelope found;
  if (json.size() > command_bytes_max) return found;
  const auto document = JsonDocument::parse(json);
  if (!document) return found;
  const auto text = [&](std::string_view name) {
    const auto value = document->root().find(name);
    const auto got = value ? value->text() : std::nullopt;
    return got ? mask_card_numbers(got->substr(0, 64)) : std::string{};
  };
  found.command = text("command");
  found.command_id = text("command_id");
  found.order_id = text("order_id");
  return found;
}

std::uint64_t body_hash_of(const Command& command) {
  std::string form;
  JsonWriter json{form};
  write_stored_command(json, command);
  return XXH3_64bits(form.data(), form.size());
}

}  // namespace paysaga::storage
