#include "paysaga/engine/stripe/listing.hpp"

#include <chrono>
#include <cstdlib>

#include "paysaga/engine/stripe/form.hpp"
#include "paysaga/storage/codec_webhook.hpp"
#include "paysaga/storage/json_reader.hpp"

namespace paysaga::engine::stripe {
namespace {

std::string_view path_of(Listed what) {
  switch (what) {
    case Listed::events:
    case Listed::undelivered_events:
      return "/v1/events";
    case Listed::intents:
      return "/v1/payment_intents";
    case Listed::refunds:
      return "/v1/refunds";
  }
  std::abort();
}

std::int64_t seconds_of(Time time) {
  return std::chrono::floor<seconds>(time).time_since_epoch().count();
}

Call page_call(std::string_view path, const Form& query) {
  std::string target{"GET "};
  target.append(path);
  if (!query.text().empty()) target.append("?").append(query.text());
  return {.id = "list",
          .kind = CallKind::page,
          .lane = Lane::reconcile,
          .request = {std::move(target), {}},
          .key = std::nullopt,
          .send_until = Time::max()};
}

}  // namespace

Call read_object(Listed what, std::string_view id) {
  Form query;
  if (what == Listed::intents) query.add("expand[]", "latest_charge");
  return page_call(std::string{path_of(what)} + "/" + percent_encode(id), query);
}

Call newest_event() {
  return page_call(path_of(Listed::events), Form{}.add("limit", 1));
}

Call list_page(Listed what, const ListSpan& span, std::string_view after, int page_size) {
  Form query;
  query.add("limit", page_size).add("created[gte]", seconds_of(span.from));
  if (span.to) query.add("created[lt]", seconds_of(*span.to));
  if (!after.empty()) query.add("starting_after", after);
  if (what == Listed::undelivered_events) query.add("delivery_success", "false");
  if (what == Listed::events || what == Listed::undelivered_events) {
    for (const std::string_view type : storage::webhook_types()) query.add("types[]", type);
  }
  if (what == Listed::intents) query.add("expand[]", "data.latest_charge");
  return page_call(path_of(what), query);
}

std::string id_of_object(std::string_view json) {
  const auto document = storage::JsonDocument::parse(json);
  const auto id = document ? document->root().find("id") : std::nullopt;
  return id && id->text() ? std::string{*id->text()} : std::string{};
}

std::optional<Time> created_of_object(std::string_view json) {
  const auto document = storage::JsonDocument::parse(json);
  const auto created = document ? document->root().find("created") : std::nullopt;
  const auto second = created ? created->integer() : std::nullopt;
  constexpr std::int64_t second_max = 253'402'300'799;  // The year 9999.
  if (!second || *second <= 0 || *second > second_max) return std::nullopt;
  return Time{seconds{*second}};
}

}  // namespace paysaga::engine::stripe
