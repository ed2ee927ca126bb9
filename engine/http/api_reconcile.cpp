// POST and GET /v1/reconcile: a comparison with the provider is begun, and looked at.

#include "paysaga/engine/http/api.hpp"
#include "paysaga/engine/http/problem.hpp"
#include "paysaga/engine/http/query.hpp"
#include "paysaga/engine/http/render.hpp"
#include "paysaga/storage/json_reader.hpp"

namespace paysaga::engine::http {
namespace {

constexpr Duration since_max = hours{24 * 180};  // Closed orders are kept so long.

/// The "since" of a JSON body.
Result<Duration> since_of(const Request& request) {
  const auto document = storage::JsonDocument::parse(request.body);
  const auto value = document ? document->root().find("since") : std::nullopt;
  const auto since = value && value->text() ? parse_duration(*value->text())
                                            : fail(ErrorCode::malformed, "it is missing");
  if (since && *since > Duration{0} && *since <= since_max) return *since;
  return fail(ErrorCode::malformed,
              "say how far back: {\"since\": \"7d\"}, at most " + to_text(since_max));
}

}  // namespace

void Api::reconcile(const Call& call) {
  if (const auto known = only(call.target, {}); !known) {
    return call.done(to_response(to_problem(known.error())));
  }
  const bool begins = call.match.route->operation == Operation::reconcile_begin;
  const bool is_json =
      is_media_type(call.request.header("content-type").value_or(""), "application/json");
  if (begins && !is_json) {
    return call.done(to_response(
        {415, "content_type", "send Content-Type: application/json", {}, {}, {}, false, {}}));
  }
  const auto since = begins ? since_of(call.request) : Result<Duration>{Duration{0}};
  if (!since) return call.done(to_response(to_problem(since.error())));
  auto report = begins ? engine().reconcile(*since) : engine().reconciliation();
  if (!report) return call.done(to_response(to_problem(report.error())));
  Response response = json_response(*std::move(report));
  if (begins) response.status = 202;
  call.done(std::move(response));
}

}  // namespace paysaga::engine::http
