#include "paysaga/sim/stripe/request_log.hpp"

#include <charconv>
#include <utility>

#include "paysaga/sim/stripe/json.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::size_t limit_default = 100;

void append(JsonWriter& json, const Ids& ids, const LoggedRequest& request) {
  json.open('{');
  json.text("id", ids.text(Kind::request, request.number));
  json.text("at", paysaga::to_text(request.at));
  json.text("endpoint", to_text(request.endpoint));
  json.text("method", request.method);
  json.text("path", request.path);
  json.text("parameters", request.form);
  json.text_or_null("idempotency_key", request.key);
  json.number("status", request.status);
  json.text_or_null("error", request.error);
  json.text_or_null("fault", request.fault == Fault::none ? "" : to_text(request.fault));
  json.text_or_null("replay_of",
                    request.original == 0 ? "" : ids.text(Kind::request, request.original));
  json.close('}');
}

}  // namespace

void RequestLog::add(LoggedRequest request) {
  if (requests_.size() == requests_max) requests_.pop_front();
  requests_.push_back(std::move(request));
}

std::string RequestLog::json(const Ids& ids, const Form& form) const {
  std::size_t limit = limit_default;
  const std::string_view text = form.value("limit").value_or("");
  std::from_chars(text.data(), text.data() + text.size(), limit);
  const auto id = form.value("id");
  const auto endpoint = form.value("endpoint");
  std::string out;
  JsonWriter json{out};
  json.open('{');
  json.open("data", '[');
  for (auto it = requests_.rbegin(); it != requests_.rend() && limit > 0; ++it) {
    if (id && ids.text(Kind::request, it->number) != *id) continue;
    if (endpoint && to_text(it->endpoint) != *endpoint) continue;
    append(json, ids, *it);
    --limit;
  }
  json.close(']');
  json.close('}');
  return out;
}

}  // namespace paysaga::sim::stripe
