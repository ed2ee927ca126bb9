#include "paysaga/engine/http/api.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <openssl/crypto.h>

#include "paysaga/engine/http/limits_json.hpp"
#include "paysaga/engine/http/next_action.hpp"
#include "paysaga/engine/http/order_state.hpp"
#include "paysaga/engine/http/problem.hpp"
#include "paysaga/engine/http/query.hpp"
#include "paysaga/engine/http/render.hpp"
#include "paysaga/storage/json_reader.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::engine::http {
namespace {

constexpr std::size_t reason_bytes_max = 500;

Response problem_of(int status, std::string code, std::string detail) {
  return to_response({status, std::move(code), std::move(detail), {}, {}, {}, false, {}});
}

Response order_unknown(const OrderId& order) {
  return to_response(
      {404, "unknown_order", "there is no order " + order.text(), order.text(), {}, {}, false, {}});
}

/// The host of "127.0.0.1:7480", "[::1]:7480" or "localhost".
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

/// True for names of this machine, which no foreign name server can give out.
bool is_local_host(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// Why, and whether in spite of what speaks against it.
struct Reason {
  std::string text;
  bool force = false;
};

/// The text under "reason" of a JSON body, and its "force".
Result<Reason> reason_of(const Request& request) {
  auto document = storage::JsonDocument::parse(request.body);
  if (!document) return tl::unexpected<Error>{document.error()};
  const auto value = document->root().find("reason");
  const auto text = value ? value->text() : std::nullopt;
  if (!text || text->empty() || text->size() > reason_bytes_max) {
    return fail(ErrorCode::malformed,
                "say why: {\"reason\": \"1 to " + std::to_string(reason_bytes_max) + " bytes\"}");
  }
  Reason reason{std::string{*text}};
  if (const auto force = document->root().find("force")) {
    const auto truth = force->boolean();
    if (!truth) return fail(ErrorCode::malformed, "force is true or false");
    reason.force = *truth;
  }
  return reason;
}

/// What a node answers also while its engine starts.
bool needs_engine(Operation operation) {
  constexpr std::array alone{Operation::livez,   Operation::readyz, Operation::version,
                             Operation::openapi, Operation::home,   Operation::metrics};
  return std::find(alone.begin(), alone.end(), operation) == alone.end();
}

bool is_list(Operation operation) {
  constexpr std::array lists{Operation::order_list, Operation::order_count, Operation::actor_list,
                             Operation::partition_list, Operation::dead_letter_list};
  return std::find(lists.begin(), lists.end(), operation) != lists.end();
}

/// What is read of one order.
bool is_shown(Operation operation) {
  constexpr std::array reads{Operation::order_show, Operation::order_timeline,
                             Operation::actor_show, Operation::next_action};
  return std::find(reads.begin(), reads.end(), operation) != reads.end();
}

/// It passes by itself: 503 with Retry-After.
Response not_now(std::string code, std::string detail) {
  return to_response({503, std::move(code), std::move(detail), {}, {}, {}, true, 1});
}

Response too_early() {
  return not_now("not_ready",
                 "the node is starting: its log is not reachable yet; nothing was done");
}

/// A reader may act on what it is told, so it is never told what was true under a former lead.
Response not_current(std::string_view what) {
  return not_now("not_leading",
                 "this node has not caught up with the partition of the " + std::string{what} +
                     ", or lost touch with the other nodes: what it knows may be old");
}

}  // namespace

Api::Api(Engine& engine, Metrics& metrics, ApiOptions options)
    : engine_{&engine}, metrics_{metrics}, options_{std::move(options)} {}

Api::Api(Metrics& metrics, ApiOptions options) : metrics_{metrics}, options_{std::move(options)} {}

std::optional<Response> Api::guard(const Request& request) const {
  const auto host = request.header("host");
  if (options_.tokens.empty()) {
    // Without tokens the address is the only fence, so a page of another site, in a browser on this
    // machine, must not reach over it: neither by a name that it points here, nor by a plain form.
    if (host && !is_local_host(host_of(*host))) {
      return problem_of(403, "host_refused", "without tokens only 127.0.0.1 and localhost answer");
    }
    if (const auto origin = request.header("origin"); origin && host) {
      const std::size_t scheme = origin->find("://");
      if (scheme == std::string_view::npos || origin->substr(scheme + 3) != *host) {
        return problem_of(403, "origin_refused", "a page of another site may not call this node");
      }
    }
    return std::nullopt;
  }
  const std::string_view given = request.header("authorization").value_or("");
  const std::string_view token = given.starts_with("Bearer ") ? given.substr(7) : "";
  bool known = false;
  for (const std::string& one : options_.tokens) known |= same_secret(one, token);
  if (known) return std::nullopt;
  Response response = problem_of(401, "token_missing", "send Authorization: Bearer TOKEN");
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

bool Api::is_stream(const Request& request) {
  const auto target = parse_target(request.target);
  if (!target) return false;
  const auto found = find_route(request.method, *target);
  const Match* match = std::get_if<Match>(&found);
  return match != nullptr && match->route->operation == Operation::commands;
}

std::optional<Response> Api::refuse_stream(const Request& request) const {
  if (auto refused = guard(request)) return refused;
  const std::string_view type = request.header("content-type").value_or("");
  for (const std::string_view known :
       {"application/x-ndjson", "application/ndjson", "application/jsonl"}) {
    if (!is_media_type(type, known)) continue;
    return is_started() ? std::nullopt : std::optional{too_early()};
  }
  return problem_of(415, "content_type", "send Content-Type: application/x-ndjson");
}

void Api::handle(Request request, Done done) {
  const auto begun = std::chrono::steady_clock::now();
  std::string_view name = "none";
  auto target = parse_target(request.target);
  auto found = target ? find_route(request.method, *target) : PathUnknown{};
  Match* match = std::get_if<Match>(&found);
  if (match != nullptr) name = match->route->name;
  Done count = [self = shared_from_this(), begun, name, done = std::move(done)](Response response) {
    const auto took = std::chrono::steady_clock::now() - begun;
    self->metrics_.http_answered(name, response.status, std::chrono::duration_cast<Duration>(took));
    done(std::move(response));
  };
  if (!target) return count(to_response(to_problem(target.error())));
  // Probes tell nothing, and a webhook has its signature.
  const bool open = name == "livez" || name == "readyz" || name == "stripe_webhook";
  if (!open) {
    if (auto refused = guard(request)) return count(std::move(*refused));
  }
  if (const auto* wrong = std::get_if<MethodUnknown>(&found)) {
    Response response = problem_of(405, "method_not_allowed", "this address takes " + wrong->allow);
    response.headers.emplace_back("Allow", wrong->allow);
    return count(std::move(response));
  }
  if (match == nullptr) {
    return count(problem_of(404, "unknown_path", "there is nothing here; see /openapi.json"));
  }
  if (!is_started() && needs_engine(match->route->operation)) return count(too_early());
  dispatch({std::move(request), std::move(*target), std::move(*match), std::move(count)});
}

void Api::dispatch(Call call) {
  const Operation operation = call.match.route->operation;
  if (call.match.route->pattern.find("{order_id}") != std::string_view::npos) {
    auto order = OrderId::parse(call.match.parameters.front());
    if (!order) return call.done(to_response(to_problem(order.error())));
    if (!call.request.header(forwarded_header) && engine().elsewhere(*order)) {
      return engine().forward(*order, std::move(call.request), std::move(call.done));
    }
    if (is_shown(operation) && !engine().current(*order)) return call.done(not_current("order"));
    if (operation == Operation::command) return run_command(std::move(call), std::move(*order));
    if (operation == Operation::actor_show) return show_actor(std::move(call), *order);
    if (operation == Operation::next_action) return show_next_action(std::move(call), *order);
    if (operation == Operation::order_timeline) return call.done(show_timeline(call, *order));
    if (operation == Operation::order_show) return wait_and_show(std::move(call), *order);
    // One verb lifts both: a quarantine first, whose queue may well hold the order's resume.
    if (operation == Operation::order_resume && !engine().quarantined(*order)) {
      return run_command(std::move(call), std::move(*order));
    }
    return lift(call, *order);
  }
  if (is_list(operation)) return show_list(std::move(call));
  if (call.match.route->pattern.find("{dead_letter_id}") != std::string_view::npos) {
    if (pass_on_letter(call)) return;
    if (operation != Operation::dead_letter_show) return settle_dead_letter(call);
  }
  if (operation == Operation::metrics) return expose_metrics(std::move(call));
  if (operation == Operation::checkpoint_make) return make_checkpoint(std::move(call));
  if (operation == Operation::stripe_limits) {
    return engine().provider([done = std::move(call.done)](const actors::ProviderInfo& info) {
      done(json_response(to_json(info)));
    });
  }
  if (operation == Operation::reconcile_begin || operation == Operation::reconcile_show) {
    return reconcile(call);
  }
  if (operation == Operation::hold_list || operation == Operation::hold_set ||
      operation == Operation::hold_clear) {
    return run_hold(std::move(call));
  }
  if (operation == Operation::stripe_webhook) return take_webhook(std::move(call));
  call.done(show_now(call));
}

Response Api::show_now(const Call& call) const {
  switch (call.match.route->operation) {
    case Operation::dead_letter_show: {
      auto letter = engine().dead_letter(call.match.parameters.front());
      return letter ? json_response(std::move(*letter)) : to_response(to_problem(letter.error()));
    }
    case Operation::livez:
      return json_response(R"({"status":"live"})");
    case Operation::readyz:
      if (is_started() && engine().ready()) return json_response(R"({"status":"ready"})");
      return not_now("not_ready", "partitions are not led, or have not caught up");
    case Operation::version:
      return describe_node();
    case Operation::openapi:
      return json_response(std::string{openapi_json()});
    case Operation::home:
      return {200,
              "text/html; charset=utf-8",
              home_page(options_.node, options_.version, options_.livemode),
              {{"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}}};
    case Operation::command:
    case Operation::commands:
    case Operation::order_show:
    case Operation::order_timeline:
    case Operation::next_action:
    case Operation::order_list:
    case Operation::order_count:
    case Operation::order_resume:
    case Operation::order_skip:
    case Operation::actor_list:
    case Operation::actor_show:
    case Operation::partition_list:
    case Operation::dead_letter_list:
    case Operation::dead_letter_redrive:
    case Operation::dead_letter_discard:
    case Operation::checkpoint_make:
    case Operation::stripe_limits:
    case Operation::reconcile_begin:
    case Operation::reconcile_show:
    case Operation::hold_list:
    case Operation::hold_set:
    case Operation::hold_clear:
    case Operation::stripe_webhook:
    case Operation::metrics:
      break;  // Answered elsewhere.
  }
  ensure(false, "every operation has its answer");
  return {};
}

void Api::make_checkpoint(Call call) {
  engine().checkpoint([done = std::move(call.done)](const Result<std::string>& made) {
    if (!made) return done(to_response(to_problem(made.error())));
    std::string text;
    storage::JsonWriter json{text};
    json.open_object();
    json.key("directory").text(*made);
    json.close_object();
    done(json_response(std::move(text)));
  });
}

Response Api::describe_node() const {
  std::string text;
  storage::JsonWriter json{text};
  json.open_object();
  json.key("name").text("paysaga");
  json.key("version").text(options_.version);
  json.key("node").text(options_.node);
  json.key("livemode").boolean(options_.livemode);
  json.close_object();
  return json_response(std::move(text));
}

Response Api::show_timeline(const Call& call, const OrderId& order) const {
  const auto known = only(call.target, {"limit", "after"});
  if (!known) return to_response(to_problem(known.error()));
  const auto limit = limit_of(call.target);
  if (!limit) return to_response(to_problem(limit.error()));
  const std::string_view after = call.target.parameter("after").value_or("");
  const auto page = engine().timeline(order, after, *limit);
  if (!page) return to_response(to_problem(page.error()));
  if (page->items.empty() && after.empty()) {  // A restored order has none yet.
    const auto saga = engine().load(order);
    if (!saga) return to_response(to_problem(saga.error()));
    if (*saga == nullptr) return order_unknown(order);
  }
  return json_response(to_json("timeline", *page));
}

Response Api::show_order(const OrderId& order) const {
  const auto saga = engine().load(order);
  if (!saga) return to_response(to_problem(saga.error()));
  if (*saga == nullptr) return order_unknown(order);
  return json_response(engine().order_json(**saga));
}

std::optional<Duration> Api::wait_of(const Request& request) const {
  const auto prefer = request.header("prefer");
  const auto wait = prefer ? preferred_wait(*prefer) : std::nullopt;
  if (!wait || *wait == 0) return std::nullopt;
  return std::min<Duration>(seconds{*wait}, options_.wait_max);
}

void Api::wait_and_show(Call call, const OrderId& order) {
  const auto wait = wait_of(call.request);
  if (!wait) return call.done(show_order(order));
  engine().wait(order, *wait,
                [self = shared_from_this(), order, done = std::move(call.done)](const auto& saga) {
                  if (saga == nullptr) return done(order_unknown(order));
                  Response response = json_response(self->engine().order_json(*saga));
                  response.headers.emplace_back("Preference-Applied", "wait");
                  done(std::move(response));
                });
}

void Api::show_actor(Call call, const OrderId& order) {
  engine().actor(
      order, [self = shared_from_this(), order, done = std::move(call.done)](const auto& actor) {
        if (actor) return done(json_response(to_json(*actor)));
        const auto saga = self->engine().load(order);
        if (!saga) return done(to_response(to_problem(saga.error())));
        if (*saga == nullptr) return done(order_unknown(order));
        done(to_response({404,
                          "actor_at_rest",
                          "the order is at rest: no actor holds it now",
                          order.text(),
                          status_text(**saga),
                          allowed_actions(**saga),
                          false,
                          {}}));
      });
}

void Api::show_next_action(Call call, const OrderId& order) {
  const auto known = only(call.target, {});
  if (!known) return call.done(to_response(to_problem(known.error())));
  const auto saga = engine().load(order);
  if (!saga) return call.done(to_response(to_problem(saga.error())));
  if (*saga == nullptr) return call.done(order_unknown(order));
  if (const auto refused = refuse_next_action(**saga)) return call.done(to_response(*refused));
  engine().show_intent(order, (*saga)->payment->intent->id,
                       [saga = *saga, done = std::move(call.done)](const auto& intent) {
                         if (intent) return done(next_action_of(*saga, *intent));
                         Problem problem = to_problem(intent.error());
                         problem.order_id = saga->id.text();
                         done(to_response(problem));
                       });
}

void Api::lift(const Call& call, const OrderId& order) {
  if (!is_media_type(call.request.header("content-type").value_or(""), "application/json")) {
    return call.done(problem_of(415, "content_type", "send Content-Type: application/json"));
  }
  auto reason = reason_of(call.request);
  if (!reason) return call.done(to_response(to_problem(reason.error())));
  const auto lifted = [self = shared_from_this(), order, done = call.done](const auto& result) {
    if (result) return done(self->show_order(order));
    Problem problem = to_problem(result.error());
    problem.order_id = order.text();
    done(to_response(problem));
  };
  if (call.match.route->operation == Operation::order_skip) {
    engine().skip(order, std::move(reason->text), lifted);
  } else {
    engine().resume(order, std::move(reason->text), lifted);
  }
}

bool Api::pass_on_letter(Call& call) {
  // Of an id that names no partition of ours there is no dead letter: the engine says so.
  const auto partition = storage::partition_of_dead_letter(call.match.parameters.front());
  if (!partition || index_of(*partition) >= engine().partition_count()) return false;
  if (!call.request.header(forwarded_header) && engine().led_elsewhere(*partition)) {
    engine().forward_to(*partition, std::move(call.request), std::move(call.done));
    return true;
  }
  if (engine().told().contains(*partition)) return false;
  call.done(not_current("dead letter"));
  return true;
}

void Api::settle_dead_letter(const Call& call) {
  if (!is_media_type(call.request.header("content-type").value_or(""), "application/json")) {
    return call.done(problem_of(415, "content_type", "send Content-Type: application/json"));
  }
  auto reason = reason_of(call.request);
  if (!reason) return call.done(to_response(to_problem(reason.error())));
  const std::string& id = call.match.parameters.front();
  const auto settled = [self = shared_from_this(), id, done = call.done](const auto& result) {
    if (!result) return done(to_response(to_problem(result.error())));
    auto letter = self->engine().dead_letter(id);
    done(letter ? json_response(std::move(*letter)) : to_response(to_problem(letter.error())));
  };
  if (call.match.route->operation == Operation::dead_letter_redrive) {
    return engine().redrive(id, std::move(reason->text), reason->force, settled);
  }
  if (reason->force) {
    return call.done(problem_of(400, "malformed", "a discard takes no force: it is final"));
  }
  engine().discard(id, std::move(reason->text), settled);
}

void Api::expose_metrics(Call call) {
  const auto answer = [](std::string text) {
    return Response{200, "text/plain; version=0.0.4; charset=utf-8", std::move(text), {}};
  };
  if (!is_started()) return call.done(answer(metrics_.exposition({})));
  engine().gauges([self = shared_from_this(), answer, done = std::move(call.done)](
                      const Gauges& gauges) { done(answer(self->metrics_.exposition(gauges))); });
}

}  // namespace paysaga::engine::http
