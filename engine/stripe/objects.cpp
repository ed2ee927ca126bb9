#include "paysaga/engine/stripe/objects.hpp"

#include <charconv>
#include <utility>

#include <simdjson.h>

#include "paysaga/engine/stripe/redact.hpp"

namespace paysaga::engine::stripe {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::int64_t seconds_max = 100'000'000'000;  // Beyond it, microseconds overflow.

/// Empty if the field is missing, null or no text.
std::string_view text_at(const object& from, std::string_view name) {
  std::string_view text;
  return from[name].get_string().get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

std::string kept_text(const object& from, std::string_view name) {
  return redact(text_at(from, name));
}

std::optional<std::int64_t> integer_at(const object& from, std::string_view name) {
  std::int64_t number = 0;
  if (from[name].get_int64().get(number) != simdjson::SUCCESS) return std::nullopt;
  return number;
}

bool flag_at(const object& from, std::string_view name) {
  bool flag = false;
  return from[name].get_bool().get(flag) == simdjson::SUCCESS && flag;
}

std::optional<object> object_at(const object& from, std::string_view name) {
  object found;
  if (from[name].get_object().get(found) != simdjson::SUCCESS) return std::nullopt;
  return found;
}

/// An id, or the id of the object that stands there because it was expanded.
template <class IdType>
std::optional<IdType> id_at(const object& from, std::string_view name) {
  std::string_view text = text_at(from, name);
  if (const auto expanded = object_at(from, name)) text = text_at(*expanded, "id");
  auto id = IdType::parse(text);
  if (!id) return std::nullopt;
  return *std::move(id);
}

std::optional<Money> money_of(const object& from) {
  const auto minor = integer_at(from, "amount");
  const auto currency = Currency::parse(text_at(from, "currency"));
  if (!minor || !currency) return std::nullopt;
  return Money{*minor, *currency};
}

std::optional<Time> time_at(const object& from, std::string_view name) {
  const std::int64_t second = integer_at(from, name).value_or(0);
  if (second <= 0 || second >= seconds_max) return std::nullopt;
  return Time{seconds{second}};
}

Time created_of(const object& from) {
  return time_at(from, "created").value_or(Time{});
}

/// Only an expanded charge tells it.
std::optional<Time> capture_before_of(const object& intent) {
  const auto charge = object_at(intent, "latest_charge");
  const auto details = charge ? object_at(*charge, "payment_method_details") : std::nullopt;
  const auto card = details ? object_at(*details, "card") : std::nullopt;
  return card ? time_at(*card, "capture_before") : std::nullopt;
}

void add_mode(const object& of, Modes& modes) {
  bool live = false;
  if (of["livemode"].get_bool().get(live) == simdjson::SUCCESS) {
    (live ? modes.live : modes.test) = true;
    return;
  }
  const std::string_view kind = text_at(of, "object");
  if (kind == "payment_intent" || kind == "charge" || kind == "dispute") modes.test = true;
}

/// Of the object itself and of what stands in it as a whole.
void add_modes(const object& of, Modes& modes) {
  add_mode(of, modes);
  for (const char* const name : {"payment_intent", "charge", "latest_charge"}) {
    if (const auto inner = object_at(of, name)) add_mode(*inner, modes);
  }
}

Modes modes_of(const object& root) {
  Modes modes;
  if (const auto error = object_at(root, "error")) {
    add_modes(*error, modes);
    return modes;
  }
  add_modes(root, modes);
  simdjson::dom::array data;
  if (root["data"].get_array().get(data) != simdjson::SUCCESS) return modes;
  for (const element entry : data) {
    object item;
    if (entry.get_object().get(item) == simdjson::SUCCESS) add_modes(item, modes);
  }
  return modes;
}

int attempt_of(std::string_view text) {
  int attempt = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), attempt);
  return error == std::errc{} && stop == text.data() + text.size() ? attempt : 0;
}

/// Our own metadata, as it was sent.
struct Marks {
  std::string order;
  std::string refund;
  std::string ledger;
  int attempt = 0;
};

Marks marks_of(const object& from) {
  const auto metadata = object_at(from, "metadata");
  if (!metadata) return {};
  return {std::string{text_at(*metadata, "order_id")}, std::string{text_at(*metadata, "refund_id")},
          std::string{text_at(*metadata, "ledger")}, attempt_of(text_at(*metadata, "attempt"))};
}

Decline decline_of(const object& error) {
  return {kept_text(error, "code"), kept_text(error, "decline_code"),
          kept_text(error, "advice_code"), id_at<ChargeId>(error, "charge")};
}

std::optional<IntentObject> read_intent(const object& from) {
  auto id = id_at<IntentId>(from, "id");
  const auto money = money_of(from);
  const std::string_view status = text_at(from, "status");
  if (!id || !money || status.empty()) return std::nullopt;
  Marks marks = marks_of(from);
  std::optional<Decline> last_error;
  if (const auto error = object_at(from, "last_payment_error")) last_error = decline_of(*error);
  return IntentObject{.id = *std::move(id),
                      .status = parse_intent_status(status),
                      .amount = *money,
                      .received_minor = integer_at(from, "amount_received").value_or(0),
                      .latest_charge = id_at<ChargeId>(from, "latest_charge"),
                      .last_error = std::move(last_error),
                      .order = std::move(marks.order),
                      .attempt = marks.attempt,
                      .ledger = std::move(marks.ledger),
                      .livemode = flag_at(from, "livemode"),
                      .created = created_of(from),
                      .capture_before = capture_before_of(from)};
}

std::optional<RefundObject> read_refund(const object& from) {
  auto id = id_at<ProviderRefundId>(from, "id");
  const auto money = money_of(from);
  if (!id || !money || money->minor <= 0) return std::nullopt;
  Marks marks = marks_of(from);
  return RefundObject{.id = *std::move(id),
                      // Stripe allows a refund without a status: not final, ask again.
                      .status = parse_refund_status(text_at(from, "status")),
                      .amount = *money,
                      .failure_reason = kept_text(from, "failure_reason"),
                      .refund = std::move(marks.refund),
                      .attempt = marks.attempt,
                      .ledger = std::move(marks.ledger),
                      .created = created_of(from)};
}

/// What became of the money: the sum of what was taken and given back.
DisputeFunds funds_of(const object& from) {
  simdjson::dom::array moved;
  if (from["balance_transactions"].get_array().get(moved) != simdjson::SUCCESS) {
    return DisputeFunds::untouched;
  }
  std::int64_t sum = 0;
  for (const element entry : moved) {
    object transaction;
    if (entry.get_object().get(transaction) != simdjson::SUCCESS) continue;
    // Only the sign tells: an absurd amount must not overflow the sum.
    const std::int64_t amount = integer_at(transaction, "amount").value_or(0);
    sum += amount < 0 ? -1 : amount > 0 ? 1 : 0;
  }
  if (moved.size() == 0) return DisputeFunds::untouched;
  return sum < 0 ? DisputeFunds::withdrawn : DisputeFunds::reinstated;
}

/// A status that we do not know counts as open: nothing is refunded, and it is asked for again.
DisputeState dispute_state_of(std::string_view status, DisputeFunds funds) {
  if (status == "warning_needs_response" || status == "warning_under_review") {
    return DisputeState::inquiry;
  }
  if (status == "warning_closed") return DisputeState::inquiry_closed;
  if (status == "won") return DisputeState::won;
  if (status == "lost") return DisputeState::lost;
  if (status == "prevented") {
    return funds == DisputeFunds::withdrawn ? DisputeState::lost : DisputeState::inquiry_closed;
  }
  return DisputeState::opened;
}

std::optional<DisputeObject> read_dispute(const object& from) {
  auto id = id_at<DisputeId>(from, "id");
  const auto money = money_of(from);
  const std::string_view status = text_at(from, "status");
  if (!id || !money || money->minor <= 0 || status.empty()) return std::nullopt;
  const DisputeFunds funds = funds_of(from);
  std::optional<Time> due;
  if (const auto evidence = object_at(from, "evidence_details")) due = time_at(*evidence, "due_by");
  return DisputeObject{.id = *std::move(id),
                       .state = dispute_state_of(status, funds),
                       .funds = funds,
                       .amount = *money,
                       .reason = kept_text(from, "reason"),
                       .created = created_of(from),
                       .evidence_due_at = due};
}

ErrorObject read_error(const object& from) {
  ErrorObject error;
  error.type = kept_text(from, "type");
  error.code = kept_text(from, "code");
  error.param = kept_text(from, "param");
  error.message = kept_text(from, "message");
  error.decline = decline_of(from);
  if (const auto intent = object_at(from, "payment_intent")) error.intent = read_intent(*intent);
  return error;
}

/// One object of a list. False if it is, or may be, one of ours and cannot be read: leaving that
/// out would look like evidence that it does not exist.
bool read_item(const object& item, ListPage& page) {
  page.last_id = text_at(item, "id");
  if (page.last_id.empty()) return false;
  const std::string_view kind = text_at(item, "object");
  if (kind == "payment_intent") {
    if (auto intent = read_intent(item)) {
      page.intents.push_back(*std::move(intent));
      return true;
    }
  } else if (kind == "refund") {
    if (auto refund = read_refund(item)) {
      page.refunds.push_back(*std::move(refund));
      return true;
    }
  }
  // All that a list shows are of one of our intents.
  if (kind == "dispute") {
    auto dispute = read_dispute(item);
    if (dispute) page.disputes.push_back(*std::move(dispute));
    return dispute.has_value();
  }
  ++page.foreign_unreadable;
  return marks_of(item).ledger.empty();
}

Body read_list(const object& from) {
  ListPage page;
  simdjson::dom::array data;
  if (from["data"].get_array().get(data) != simdjson::SUCCESS) return Unreadable{"list: no data"};
  for (const element entry : data) {
    object item;
    if (entry.get_object().get(item) != simdjson::SUCCESS || !read_item(item, page)) {
      return Unreadable{"list: an object that cannot be read"};
    }
  }
  page.has_more = flag_at(from, "has_more");
  return page;
}

Body body_of(const object& root) {
  if (const auto error = object_at(root, "error")) return read_error(*error);
  const std::string_view kind = text_at(root, "object");
  if (kind == "payment_intent") {
    if (auto intent = read_intent(root)) return *std::move(intent);
    return Unreadable{"payment_intent: id, status, amount or currency is missing"};
  }
  if (kind == "refund") {
    if (auto refund = read_refund(root)) return *std::move(refund);
    return Unreadable{"refund: id, amount or currency is missing"};
  }
  if (kind == "list") return read_list(root);
  return Unreadable{"neither payment_intent, refund, list nor error"};
}

}  // namespace

Result<answer::Page> read_page(std::string_view json) {
  thread_local simdjson::dom::parser parser;
  object root;
  if (parser.parse(json.data(), json.size()).get_object().get(root) != simdjson::SUCCESS) {
    return fail(ErrorCode::malformed, "not a JSON object");
  }
  if (text_at(root, "object") != "list") return answer::Page{{std::string{json}}, false};
  answer::Page page;
  simdjson::dom::array data;
  if (root["data"].get_array().get(data) != simdjson::SUCCESS) {
    return fail(ErrorCode::malformed, "list: no data");
  }
  bool followed = false;
  for (const element entry : data) {
    object item;
    followed = entry.get_object().get(item) == simdjson::SUCCESS && !text_at(item, "id").empty();
    page.objects.push_back(simdjson::minify(entry));
  }
  page.has_more = flag_at(root, "has_more");
  if (page.has_more && !followed) return fail(ErrorCode::malformed, "list: more without an id");
  return page;
}

Reading read_body(std::string_view json) {
  thread_local simdjson::dom::parser parser;
  object root;
  const auto failure = parser.parse(json.data(), json.size()).get_object().get(root);
  if (failure != simdjson::SUCCESS) return {Unreadable{"not a JSON object"}, {}};
  return {body_of(root), modes_of(root)};
}

}  // namespace paysaga::engine::stripe
