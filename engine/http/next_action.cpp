#include "paysaga/engine/http/next_action.hpp"

#include <algorithm>
#include <array>

#include "paysaga/engine/http/order_state.hpp"
#include "paysaga/storage/json_reader.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::engine::http {
namespace {

using payment::Status;
using storage::JsonValue;

Problem refusal(const Saga& saga, std::string code, std::string detail, bool retryable) {
  return {409,
          std::move(code),
          std::move(detail),
          saga.id.text(),
          status_text(saga),
          allowed_actions(saga),
          retryable,
          std::nullopt};
}

Problem unreadable(const Saga& saga) {
  return {503,
          "stripe_unavailable",
          "Stripe's answer shows no payment intent of this order; ask again",
          saga.id.text(),
          {},
          {},
          true,
          1};
}

std::string_view text_of(const JsonValue& json, std::string_view name) {
  const auto value = json.find(name);
  return value ? value->text().value_or(std::string_view{}) : std::string_view{};
}

/// Before and after these the customer has nothing to do.
bool waits_for_customer(std::string_view status) {
  constexpr std::array statuses = {"requires_payment_method", "requires_confirmation",
                                   "requires_action"};
  return std::ranges::find(statuses, status) != statuses.end();
}

void add_next_action(storage::JsonWriter& json, const JsonValue& intent) {
  const auto action = intent.find("next_action");
  json.key("next_action").raw(action ? action->json() : "null");
  json.key("return_url");
  const auto redirect = action ? action->find("redirect_to_url") : std::nullopt;
  const auto back = redirect ? redirect->find("return_url") : std::nullopt;
  back ? json.raw(back->json()) : json.null();
}

}  // namespace

std::optional<Problem> refuse_next_action(const Saga& saga) {
  if (!saga.payment) {
    return refusal(
        saga, "other_role",
        "the payment is made by other nodes, or has not begun: ask one that runs payments", false);
  }
  if (saga.hold) {
    return refusal(saga, "held",
                   "an operator holds the order: nothing is asked of the customer now", true);
  }
  const std::string status{to_text(saga.payment->status)};
  switch (saga.payment->status) {
    case Status::ready:
    case Status::action_required:
    case Status::declined:
      if (saga.payment->intent) return std::nullopt;
      return refusal(saga, status, "Stripe made no payment intent: nothing is left to do", false);
    case Status::creating:
    case Status::confirming:
    case Status::processing:
    case Status::capturing:
    case Status::cancelling:
      return refusal(saga, "in_progress",
                     "Stripe is at work (" + status + "): there is nothing for the customer to do",
                     true);
    case Status::authorized:
    case Status::captured:
    case Status::cancelled:
      return refusal(saga, status, "the payment is " + status + ": nothing is left to do", false);
  }
  ensure(false, "every status is above");
  return std::nullopt;
}

Response next_action_of(const Saga& saga, std::string_view intent) {
  const auto document = storage::JsonDocument::parse(intent);
  ensure(saga.payment && saga.payment->intent, "who waits for the customer has an intent");
  const std::string& id = saga.payment->intent->id.text();
  if (!document || text_of(document->root(), "id") != id) return to_response(unreadable(saga));
  const JsonValue root = document->root();
  const std::string_view status = text_of(root, "status");
  const std::string_view secret = text_of(root, "client_secret");
  if (status.empty() || secret.empty()) return to_response(unreadable(saga));
  if (!waits_for_customer(status)) {
    return to_response(refusal(saga, "moved_on",
                               "Stripe shows the payment as " + std::string{status} +
                                   ": the order follows at its next look",
                               true));
  }
  Response response;
  response.headers.emplace_back("Cache-Control", "no-store");
  storage::JsonWriter json{response.body};
  json.open_object();
  json.key("order_id").text(saga.id.text());
  json.key("status").text(to_text(saga.payment->status));
  json.key("stripe_status").text(status);
  json.key("payment_intent_id").text(id);
  json.key("amount").money(saga.payment->amount);
  json.key("client_secret").text(secret);
  add_next_action(json, root);
  json.key("expires_at").time(saga.payment->expires_at);
  json.close_object();
  response.body += '\n';
  return response;
}

}  // namespace paysaga::engine::http
