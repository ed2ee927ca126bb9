#include "paysaga/sim/stripe/reply.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::string_view invalid_request = "invalid_request_error";

}  // namespace

int status_of(const Reply& reply) {
  const auto* error = std::get_if<std::shared_ptr<const ErrorReply>>(&reply);
  return error == nullptr ? 200 : (*error)->status;
}

bool kept(const Reply& reply) {
  const auto* error = std::get_if<std::shared_ptr<const ErrorReply>>(&reply);
  return error == nullptr || (*error)->executed;
}

ErrorReply parameter_error(std::string_view code, std::string_view param, std::string message) {
  return {400, invalid_request, code, std::string{param}, std::move(message)};
}

ErrorReply not_simulated(std::string_view param, std::string_view what) {
  return parameter_error("parameter_unknown", param,
                         "This Stripe simulator does not do " + std::string{what} + " yet.");
}

ErrorReply missing(int status, std::string_view what, std::string_view id, std::string_view param) {
  return {status, invalid_request, "resource_missing", std::string{param},
          "No such " + std::string{what} + ": '" + std::string{id} + "'"};
}

ErrorReply server_error() {
  return {500,
          "api_error",
          "",
          "",
          "An unknown error occurred. What became of the request is not known.",
          true};
}

ErrorReply rate_limited() {
  return {429, invalid_request, "rate_limit", "",
          "Too many requests hit the API too quickly. Please back off and send it again."};
}

ErrorReply lock_timeout() {
  return {429, invalid_request, "lock_timeout", "",
          "This object is in use by another request. Please send the request again."};
}

}  // namespace paysaga::sim::stripe
