// POST of one command for one order: reading it, its idempotency, and what each outcome is in HTTP.

#include <array>
#include <cstdlib>

#include <openssl/rand.h>

#include "paysaga/engine/http/api.hpp"
#include "paysaga/engine/http/order_state.hpp"
#include "paysaga/engine/http/problem.hpp"
#include "paysaga/storage/codec_command.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::engine::http {
namespace {

using actors::Submitted;
using CommandId = ChosenId<struct CommandIdKind>;

/// An id that nobody else makes: 128 random bits.
std::string new_command_id() {
  std::array<unsigned char, 16> random{};
  ensure(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1,
         "the system gives random numbers");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string id = "http-";
  for (const unsigned char byte : random) {
    id += digits[byte >> 4U];
    id += digits[byte & 15U];
  }
  return id;
}

/// Source: W3C Trace Context, version 00.
bool is_traceparent(std::string_view text) {
  return text.size() == 55 && text.starts_with("00-") && text[35] == '-' && text[52] == '-' &&
         text.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}

}  // namespace

struct Api::Asked {
  Call call;
  OrderId order;
  std::string command_id;
  bool repeat_safe;  // The caller chose the id.
};

namespace {

Problem refusal(const OrderId& order, const Saga* saga, int status, std::string_view code,
                std::string_view detail) {
  Problem problem{status, std::string{code}, std::string{detail}, order.text(), {}, {}, false, {}};
  if (saga != nullptr) {
    problem.state = status_text(*saga);
    problem.allowed_actions = allowed_actions(*saga);
  }
  if (problem.detail.empty())
    problem.detail = "the order's state does not allow it: " + problem.code;
  return problem;
}

/// "Try the same again": nothing was decided, or it is not known.
Problem try_again(const OrderId& order, std::string_view code, std::string_view detail) {
  Problem problem = refusal(order, nullptr, 503, code, detail);
  problem.retryable = true;
  problem.retry_after_seconds = 1;
  return problem;
}

std::string_view outcome_text(Submitted::Kind kind) {
  if (kind == Submitted::Kind::repeated) return "repeated";
  if (kind == Submitted::Kind::parked) return "parked";
  return kind == Submitted::Kind::quarantined ? "quarantined" : "accepted";
}

}  // namespace

void Api::run_command(Call call, OrderId order) {
  const auto refuse = [&call, &order](int status, std::string_view code, std::string_view detail) {
    call.done(to_response(refusal(order, nullptr, status, code, detail)));
  };
  const std::string_view type = call.request.header("content-type").value_or("");
  if (!call.request.body.empty() && !is_media_type(type, "application/json")) {
    return refuse(415, "content_type", "send Content-Type: application/json");
  }
  std::string command_id;
  const auto key = call.request.header("idempotency-key");
  if (key) {
    std::string_view text = *key;  // The draft standard writes it in quotes.
    if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) {
      text = text.substr(1, text.size() - 2);
    }
    const auto id = CommandId::parse(text);
    if (!id) return refuse(400, "malformed", "Idempotency-Key: " + id.error().detail);
    command_id = id->text();
  } else {
    command_id = new_command_id();
  }
  const std::string_view traceparent = call.request.header("traceparent").value_or("");
  auto parsed =
      storage::parse_command({call.match.route->command, order.text(), command_id,
                              call.request.body, call.request.header("correlation-id").value_or(""),
                              is_traceparent(traceparent) ? traceparent : std::string_view{}});
  if (!parsed) return refuse(400, to_text(parsed.error().code), parsed.error().detail);
  const auto asked = std::make_shared<Asked>(
      Asked{std::move(call), std::move(order), std::move(command_id), key.has_value()});
  submit(asked, {parsed->order, std::move(parsed->input), false});
}

void Api::submit(const std::shared_ptr<Asked>& asked, actors::Submission submission) {
  const std::string place = asked->order.text() + " " + asked->command_id;
  {
    const std::lock_guard lock{guard_};
    if (!in_progress_.insert(place).second) {
      Problem problem = try_again(asked->order, "in_progress",
                                  "another request with this Idempotency-Key is being answered");
      problem.status = 409;
      return asked->call.done(to_response(problem));
    }
  }
  engine().submit(std::move(submission),
                  [self = shared_from_this(), asked, place](const Submitted& submitted) {
                    {
                      const std::lock_guard lock{self->guard_};
                      self->in_progress_.erase(place);
                    }
                    self->answer(asked, submitted);
                  });
}

void Api::answer(const std::shared_ptr<Asked>& asked, const Submitted& submitted) {
  const auto say = [&asked](const Problem& problem) { asked->call.done(to_response(problem)); };
  const Saga* saga = submitted.saga.get();
  switch (submitted.kind) {
    case Submitted::Kind::refused: {
      const int status = submitted.code == "id_reused" ? 422 : 409;
      return say(refusal(asked->order, saga, status, submitted.code, submitted.detail));
    }
    case Submitted::Kind::unknown_order:
      return say(refusal(asked->order, nullptr, 404, "unknown_order",
                         "there is no order " + asked->order.text()));
    case Submitted::Kind::overloaded:
      return say(try_again(asked->order, "overloaded", "too much is in flight; nothing was done"));
    case Submitted::Kind::not_leading:
      return say(try_again(asked->order, "not_leading",
                           "this node does not lead the order's partition now; nothing was done"));
    case Submitted::Kind::outcome_unknown:
      return say(try_again(asked->order, "outcome_unknown",
                           asked->repeat_safe
                               ? "it may or may not be done: send it again with the same "
                                 "Idempotency-Key"
                               : "it may or may not be done; look at the order before sending it "
                                 "again, and give an Idempotency-Key next time"));
    case Submitted::Kind::repeated:
      if (!submitted.code.empty()) {
        Response response =
            to_response(refusal(asked->order, saga, 409, submitted.code, submitted.detail));
        response.headers.emplace_back("Idempotency-Replayed", "true");
        return asked->call.done(std::move(response));
      }
      break;
    case Submitted::Kind::accepted:
    case Submitted::Kind::parked:
    case Submitted::Kind::quarantined:
      break;
  }
  const auto wait = wait_of(asked->call.request);
  const bool quarantined = submitted.kind == Submitted::Kind::quarantined;
  if (!wait || quarantined) return answer_done(asked, submitted, submitted.saga);
  engine().wait(asked->order, *wait,
                [self = shared_from_this(), asked, submitted](const auto& saga_then) {
                  self->answer_done(asked, submitted, saga_then ? saga_then : submitted.saga);
                });
}

void Api::answer_done(const std::shared_ptr<Asked>& asked, const Submitted& submitted,
                      const std::shared_ptr<const Saga>& saga) const {
  const bool accepted = submitted.kind == Submitted::Kind::accepted;
  const bool repeated = submitted.kind == Submitted::Kind::repeated;
  const std::string_view command = asked->call.match.route->command;
  Response response;
  response.status = saga && is_settled(*saga) && (accepted || repeated) ? 200 : 202;
  if (accepted && (command == "payment.initiate" || command == "refund.request")) {
    response.status = 201;
    response.headers.emplace_back("Location", "/v1/orders/" + asked->order.text());
  }
  if (repeated) response.headers.emplace_back("Idempotency-Replayed", "true");
  if (wait_of(asked->call.request)) response.headers.emplace_back("Preference-Applied", "wait");
  storage::JsonWriter json{response.body};
  json.open_object();
  json.key("command_id").text(asked->command_id);
  json.key("outcome").text(outcome_text(submitted.kind));
  if (!submitted.detail.empty()) json.key("detail").text(submitted.detail);
  json.key("repeat_safe").boolean(asked->repeat_safe);
  if (!asked->repeat_safe) {
    json.key("note").text(
        "no Idempotency-Key was given: the same request again is another command");
  }
  if (saga) {
    json.key("order").raw(engine().order_json(*saga));
  } else {
    json.key("order").null();
  }
  json.close_object();
  response.body += '\n';
  asked->call.done(std::move(response));
}

}  // namespace paysaga::engine::http
