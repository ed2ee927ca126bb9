#include "paysaga/saga/saga.hpp"

#include <algorithm>
#include <utility>

#include "paysaga/saga/dedup.hpp"
#include "paysaga/saga/parking.hpp"
#include "paysaga/saga/turn.hpp"

namespace paysaga {
namespace {

// A line of the timeline is for people; what a provider says in it may be long.
constexpr std::size_t recent_bytes_max = 240;

/// Cuts at a character's border.
std::string shorten(std::string text) {
  if (text.size() <= recent_bytes_max) return text;
  std::size_t end = recent_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

void note_recent(Saga& saga, Time at, const std::string& what) {
  if (saga.recent.size() >= recent_max) saga.recent.erase(saga.recent.begin());
  saga.recent.push_back(Recent{at, shorten(what)});
}

std::string join(std::string first, const std::string& second) {
  if (first.empty()) return second;
  if (second.empty()) return first;
  return std::move(first) + "; " + second;
}

/// One journal record: the turn as it stands, with what came in and what it led to.
Decision finish(Turn&& turn, std::string_view came_in, Reply reply) {
  Saga& saga = turn.saga;
  std::string summary{came_in};
  if (!reply.summary.empty()) summary.append(": ").append(reply.summary);
  ++saga.version;
  saga.updated_at = turn.context.now;
  note_recent(saga, turn.context.now, summary);
  return Decision{reply.outcome,   std::move(reply.code),  std::move(summary),
                  std::move(saga), std::move(turn.events), std::move(turn.cancels)};
}

Decision nothing(const Saga& saga, std::string_view came_in, std::string why) {
  std::string summary = std::string{came_in} + ": " + why;
  return Decision{Outcome::ignored, std::move(why), std::move(summary), saga, {}};
}

Decision id_reused(const Saga& saga, const CommandInput& input, const Context& context,
                   std::string_view came_in) {
  Turn turn{context, saga};
  Reply reply = refuse(turn, input, "id_reused", "The command id stands for another command.");
  if (!is_full(saga, context.policy)) remember(turn.saga, input, reply.code);
  return finish(std::move(turn), came_in, std::move(reply));
}

/// The order machine's own request, from other nodes. It is always decided, or the order would wait
/// for its refund for ever.
bool is_compensation(const CommandInput& input) {
  const auto* refund = std::get_if<command::RefundRequest>(&input.command);
  return refund != nullptr && refund->compensation;
}

/// However many commands it has had: one that has too many is the one to hold.
bool is_of_operator(const CommandInput& input) {
  return is_hold_command(input.command);
}

Decision decide_command(const Saga& saga, const CommandInput& input, const Context& context) {
  std::string came_in{to_text(input.command)};
  came_in.append(" ").append(input.id.text());
  switch (recall(saga, input)) {
    case Memory::decided:
      return nothing(saga, came_in, "repeated");
    case Memory::waiting:
      return nothing(saga, came_in, "parked");
    case Memory::reused:
      return id_reused(saga, input, context, came_in);
    case Memory::none:
      break;
  }
  Turn turn{context, saga};
  if (saga.correlation_id.empty()) {
    turn.saga.correlation_id =
        input.correlation_id.empty() ? input.id.text() : input.correlation_id;
  }
  if (is_full(saga, context.policy) && !is_compensation(input) && !is_of_operator(input)) {
    Reply reply = refuse(turn, input, "too_many_inputs", "The order has had too many commands.");
    return finish(std::move(turn), came_in, std::move(reply));
  }
  if (!is_decided_by(context.roles, input.command)) {
    Reply reply = refuse(turn, input, "other_role", "Nodes of another role decide this command.");
    remember(turn.saga, input, reply.code);
    return finish(std::move(turn), came_in, std::move(reply));
  }
  Reply reply = route(turn, input);
  if (reply.outcome == Outcome::parked) {
    park(turn, input);
    reply.summary = "parked, " + reply.code;
    return finish(std::move(turn), came_in, std::move(reply));
  }
  const bool refused = reply.outcome == Outcome::refused;
  remember(turn.saga, input, refused ? reply.code : "");
  // A command that changes nothing is granted as it stands; its id must be remembered all the same,
  // or a late repeat of it would be decided in another state.
  if (reply.outcome == Outcome::ignored) reply.outcome = Outcome::accepted;
  if (!refused) reply.summary = join(std::move(reply.summary), retry_parked(turn));
  return finish(std::move(turn), came_in, std::move(reply));
}

Decision decide_answer(const Saga& saga, const AnswerInput& input, const Context& context) {
  const std::string came_in = "answer " + to_text(input.answer);
  Turn turn{context, saga};
  Reply reply = route(turn, input);
  if (reply.outcome == Outcome::ignored) return nothing(saga, came_in, reply.code);
  if (reply.outcome == Outcome::accepted) {
    reply.summary = join(std::move(reply.summary), retry_parked(turn));
  }
  return finish(std::move(turn), came_in, std::move(reply));
}

/// News that the provider sends may come twice, and long after better news. Its id is remembered
/// once it has caused a look, so that a repeat causes none.
Decision decide_webhook(const Saga& saga, const WebhookInput& input, const Context& context) {
  const std::string came_in = input.type + " " + input.id.text();
  if (knows(saga, input)) return nothing(saga, came_in, "repeated");
  Turn turn{context, saga};
  Reply reply = route(turn, input);
  if (reply.outcome == Outcome::ignored) return nothing(saga, came_in, reply.code);
  remember(turn.saga, input, context.policy);
  return finish(std::move(turn), came_in, std::move(reply));
}

Decision decide_wake(const Saga& saga, const WakeInput& input, const Context& context) {
  Turn turn{context, saga};
  std::optional<std::string> expired;
  if (!saga.hold) expired = expire_parked(turn);
  Reply reply = route(turn, input);
  if (reply.outcome == Outcome::ignored) {
    if (!expired) return nothing(saga, "wake", "nothing is due");
    reply = Reply{Outcome::accepted, {}, {}};
  }
  reply.summary = join(expired.value_or(""), reply.summary);
  reply.summary = join(std::move(reply.summary), retry_parked(turn));
  return finish(std::move(turn), "wake", std::move(reply));
}

/// The newest event of a payment says all that the order need know of it. Nothing is remembered of
/// the others: an event that is heard again is overtaken.
Decision decide_event(const Saga& saga, const PaymentEventInput& input, const Context& context) {
  const Event& event = input.event;
  std::string came_in{to_text(event.type)};
  came_in.append(" ").append(event.id.text());
  if (context.roles != Roles::orders) return nothing(saga, came_in, "told by this node itself");
  Turn turn{context, saga};
  if (saga.correlation_id.empty()) turn.saga.correlation_id = event.correlation_id;
  Reply reply = route(turn, input);
  if (reply.outcome == Outcome::ignored) return nothing(saga, came_in, reply.code);
  reply.summary = join(std::move(reply.summary), retry_parked(turn));
  return finish(std::move(turn), came_in, std::move(reply));
}

}  // namespace

Saga new_saga(OrderId id) {
  return Saga{.id = std::move(id),
              .correlation_id = {},
              .payment = std::nullopt,
              .order = {},
              .seen = {},
              .parked = {},
              .recent = {},
              .payment_hash = {},
              .order_hash = {}};
}

Decision decide(const Saga& saga, const Input& input, const Context& context) {
  ensure(saga.id == input.order, "an order decides only its own inputs");
  return std::visit(
      Overload{
          [&](const CommandInput& command) { return decide_command(saga, command, context); },
          [&](const AnswerInput& answer) { return decide_answer(saga, answer, context); },
          [&](const WakeInput& wake) { return decide_wake(saga, wake, context); },
          [&](const PaymentEventInput& event) { return decide_event(saga, event, context); },
          [&](const WebhookInput& webhook) { return decide_webhook(saga, webhook, context); },
      },
      input.body);
}

std::string status_text(const Saga& saga) {
  std::string text{to_text(status_of(saga))};
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

}  // namespace paysaga
