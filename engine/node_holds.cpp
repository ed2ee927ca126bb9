#include "paysaga/engine/node_holds.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

#include "paysaga/engine/log.hpp"
#include "paysaga/engine/system_clock.hpp"
#include "paysaga/storage/durable_file.hpp"

namespace paysaga::engine {
namespace {

using actors::HoldScope;
using actors::NodeHold;

constexpr std::int64_t file_version = 1;
constexpr std::size_t file_bytes_max = std::size_t{1} << 20U;
constexpr std::size_t text_bytes_max = 500;
constexpr std::size_t ticket_bytes_max = 200;
constexpr std::string_view provider_name = "stripe";

std::filesystem::path file_in(const std::filesystem::path& data) {
  return data / "holds.json";
}

std::string_view text_of(HoldScope scope) {
  return actors::hold_scopes[static_cast<std::size_t>(scope)];
}

std::optional<std::string> text_in(const storage::JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  const auto text = value ? value->text() : std::nullopt;
  return text ? std::optional<std::string>{*text} : std::nullopt;
}

template <class Texts>
std::string joined(const Texts& texts) {
  std::string all;
  for (const std::string_view text : texts) all.append(all.empty() ? "" : ", ").append(text);
  return all;
}

template <class Texts>
Result<void> one_of(const Texts& texts, const NodeHold& hold) {
  if (std::ranges::find(texts, hold.name) != std::ranges::end(texts)) return {};
  return fail(ErrorCode::malformed, "a hold of scope " + std::string{text_of(hold.scope)} +
                                        " names one of " + joined(texts) + ", not '" +
                                        hold.name.substr(0, 64) + "'");
}

/// A line of a list, on a terminal: it must not become two, nor move the cursor.
bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
}

}  // namespace

void write_hold(storage::JsonWriter& json, const NodeHold& hold) {
  json.key("scope").text(text_of(hold.scope));
  json.key("name").text(hold.name);
  if (hold.scope == HoldScope::breaker) json.key("state").text(hold.closed ? "closed" : "open");
  json.key("reason").text(hold.reason);
  json.key("ticket");
  hold.ticket.empty() ? json.null() : json.text(hold.ticket);
  json.key("since").time(hold.since);
}

std::string to_text(const NodeHold& hold) {
  std::string text{text_of(hold.scope)};
  text.append(" ").append(hold.name);
  if (hold.scope == HoldScope::breaker) text.append(hold.closed ? " closed" : " open");
  return text;
}

Result<NodeHold> read_hold(const storage::JsonValue& object, bool clears) {
  const auto refuse = [](const std::string& what) { return fail(ErrorCode::malformed, what); };
  if (object.type() != storage::JsonType::object) return refuse("a hold is an object");
  const std::string scope = text_in(object, "scope").value_or("");
  const auto place = std::ranges::find(actors::hold_scopes, scope);
  if (place == actors::hold_scopes.end()) {
    return refuse("scope is one of " + joined(actors::hold_scopes));
  }
  NodeHold hold;
  hold.scope = static_cast<HoldScope>(place - actors::hold_scopes.begin());
  hold.name = text_in(object, "name").value_or("");
  const std::string state = text_in(object, "state").value_or("");
  const bool forced = hold.scope == HoldScope::breaker;
  if (forced && !clears && state != "open" && state != "closed") {
    return refuse("a breaker is forced into the state open or closed");
  }
  if (!forced && !state.empty()) return refuse("only a breaker has a state");
  hold.closed = state == "closed";
  hold.reason = text_in(object, "reason").value_or("");
  if (hold.reason.empty() || hold.reason.size() > text_bytes_max) {
    return refuse("say why: reason has 1 to 500 bytes");
  }
  hold.ticket = text_in(object, "ticket").value_or("");
  if (has_control(hold.reason) || has_control(hold.ticket)) {
    return refuse("reason and ticket are one line, without control characters");
  }
  if (hold.ticket.size() > ticket_bytes_max) return refuse("ticket has at most 200 bytes");
  if (const auto since = text_in(object, "since")) {
    const auto time = parse_time(*since);
    if (!time) return tl::unexpected<Error>{time.error()};
    hold.since = *time;
  }
  return hold;
}

Result<std::vector<NodeHold>> kept_holds(const std::filesystem::path& data) {
  const std::filesystem::path file = file_in(data);
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return std::vector<NodeHold>{};
  const auto broken = [&file](const std::string& why) {
    return fail(ErrorCode::corrupt, file.string() + " cannot be read: " + why +
                                        "; mend it, or remove it if nothing is to be held");
  };
  const auto text = storage::read_text(file, file_bytes_max);
  if (!text) return tl::unexpected<Error>{text.error()};
  const auto document = storage::JsonDocument::parse(*text);
  if (!document) return broken(document.error().detail);
  const auto version = document->root().find("v");
  if (!version || version->integer() != file_version) {
    return broken("it is not of version " + std::to_string(file_version));
  }
  const auto list = document->root().find("holds");
  if (!list || list->type() != storage::JsonType::array) return broken("it has no array 'holds'");
  std::vector<NodeHold> holds;
  for (storage::JsonCursor cursor{*list}; !cursor.done(); cursor.next()) {
    auto hold = read_hold(cursor.value());
    if (!hold) return broken(hold.error().detail);
    holds.push_back(std::move(*hold));
  }
  return holds;
}

NodeHolds::NodeHolds(std::filesystem::path data, HoldNames names, std::vector<NodeHold> holds)
    : data_{std::move(data)}, names_{std::move(names)}, holds_{std::move(holds)} {}

Result<std::unique_ptr<NodeHolds>> NodeHolds::open(std::filesystem::path data, HoldNames names) {
  auto holds = kept_holds(data);
  if (!holds) return tl::unexpected<Error>{holds.error()};
  for (const NodeHold& hold : *holds) {
    log_event(LogLevel::warning, "hold_kept", {{"hold", to_text(hold)}, {"reason", hold.reason}});
  }
  const std::filesystem::path file = file_in(data);
  std::unique_ptr<NodeHolds> opened{
      new NodeHolds{std::move(data), std::move(names), std::move(*holds)}};
  for (const NodeHold& hold : opened->holds_) {
    // A node may have had another name; all else that is not known would hold nothing.
    if (hold.scope == HoldScope::node || !opened->names_.makes_calls) continue;
    if (const auto known = opened->check(hold); !known) {
      return fail(ErrorCode::corrupt, file.string() + " holds '" + to_text(hold) +
                                          "': " + known.error().detail + "; mend it");
    }
  }
  return opened;
}

std::vector<NodeHold> NodeHolds::list() const {
  const std::lock_guard lock{mutex_};
  return holds_;
}

void NodeHolds::on_change(Changed changed) {
  const std::lock_guard lock{mutex_};
  changed_ = std::move(changed);
}

Result<void> NodeHolds::check(const NodeHold& hold) const {
  if (!names_.makes_calls) {
    return fail(ErrorCode::forbidden,
                "nodes of this group make no calls; ask one of the payments group");
  }
  switch (hold.scope) {
    case HoldScope::node:
      return one_of(std::array{std::string_view{names_.node}}, hold);
    case HoldScope::provider:
      return one_of(std::array{provider_name}, hold);
    case HoldScope::operation:
      return one_of(actors::held_operations, hold);
    case HoldScope::breaker: {
      std::vector<std::string_view> names = names_.endpoints;
      names.push_back(actors::all_endpoints);
      return one_of(names, hold);
    }
  }
  std::abort();  // Every scope is above; here memory is corrupt.
}

Result<void> NodeHolds::set(NodeHold hold) {
  if (auto known = check(hold); !known) return known;
  const std::lock_guard lock{mutex_};
  std::vector<NodeHold> holds = holds_;
  std::erase_if(holds, [&](const NodeHold& other) {
    return other.scope == hold.scope && other.name == hold.name;
  });
  const std::string text = to_text(hold);
  const std::string why = hold.reason;
  const std::string ticket = hold.ticket;
  holds.push_back(std::move(hold));
  if (auto kept = keep(std::move(holds)); !kept) return kept;
  log_event(LogLevel::warning, "hold_set", {{"hold", text}, {"reason", why}, {"ticket", ticket}});
  return {};
}

Result<void> NodeHolds::clear(HoldScope scope, std::string_view name, std::string_view reason) {
  const std::lock_guard lock{mutex_};
  std::vector<NodeHold> holds = holds_;
  const auto cleared = std::erase_if(
      holds, [&](const NodeHold& other) { return other.scope == scope && other.name == name; });
  if (cleared == 0) {
    return fail(ErrorCode::not_found, "there is no hold of " + std::string{text_of(scope)} + " " +
                                          std::string{name.substr(0, 64)} + " at this node");
  }
  if (auto kept = keep(std::move(holds)); !kept) return kept;
  log_event(LogLevel::warning, "hold_cleared",
            {{"hold", std::string{text_of(scope)} + " " + std::string{name}}, {"reason", reason}});
  return {};
}

/// The whole file anew, then the name: after a power loss the old one stands, or the new one.
Result<void> NodeHolds::keep(std::vector<NodeHold> holds) {
  std::string text;
  storage::JsonWriter json{text};
  json.open_object();
  json.key("v").integer(file_version);
  json.key("holds").open_array();
  for (const NodeHold& hold : holds) {
    json.open_object();
    write_hold(json, hold);
    json.close_object();
  }
  json.close_array();
  json.close_object();
  text += '\n';
  const std::filesystem::path fresh = data_ / "holds.json.new";
  std::error_code error;
  std::filesystem::remove(fresh, error);  // Of a process that died in between.
  if (auto written = storage::write_durably(fresh, text); !written) return written;
  if (auto placed = storage::rename_durably(fresh, file_in(data_)); !placed) return placed;
  holds_ = std::move(holds);
  if (changed_) changed_(holds_);
  return {};
}

}  // namespace paysaga::engine
