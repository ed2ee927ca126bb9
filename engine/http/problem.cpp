#include "paysaga/engine/http/problem.hpp"

#include <cstdlib>

#include "paysaga/storage/json_writer.hpp"

namespace paysaga::engine::http {

std::string_view status_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Error";
  }
}

Response to_response(const Problem& problem) {
  Response response;
  response.status = problem.status;
  response.content_type = "application/problem+json";
  storage::JsonWriter json{response.body};
  json.open_object();
  json.key("type").text("urn:paysaga:problem:" + problem.code);
  json.key("title").text(status_phrase(problem.status));
  json.key("status").integer(problem.status);
  json.key("detail").text(problem.detail);
  json.key("code").text(problem.code);
  json.key("retryable").boolean(problem.retryable);
  if (!problem.order_id.empty()) json.key("order_id").text(problem.order_id);
  if (!problem.state.empty()) {
    json.key("state").text(problem.state);
    json.key("allowed_actions").open_array();
    for (const std::string_view action : problem.allowed_actions) json.text(action);
    json.close_array();
  }
  json.close_object();
  response.body += '\n';
  if (problem.retry_after_seconds) {
    response.headers.emplace_back("Retry-After", std::to_string(*problem.retry_after_seconds));
  }
  return response;
}

Problem to_problem(const Error& error) {
  const auto problem = [&error](int status) {
    return Problem{status, std::string{to_text(error.code)}, error.detail, {}, {}, {}, false, {}};
  };
  switch (error.code) {
    case ErrorCode::malformed:
    case ErrorCode::amount_overflow:
    case ErrorCode::currency_mismatch:
    case ErrorCode::out_of_range:
      return problem(400);
    case ErrorCode::not_found:
      return problem(404);
    case ErrorCode::conflict:
    case ErrorCode::forbidden:
      return problem(409);
    case ErrorCode::unavailable: {
      Problem later = problem(503);
      later.retryable = true;
      later.retry_after_seconds = 1;
      return later;
    }
    case ErrorCode::storage_failed:
    case ErrorCode::corrupt:
    case ErrorCode::version_unsupported:
      return problem(500);
  }
  std::abort();
}

}  // namespace paysaga::engine::http
