#include "paysaga/engine/reconcile/report.hpp"

#include "paysaga/storage/json_writer.hpp"

namespace paysaga::engine::reconcile {
namespace {

using storage::JsonWriter;

std::string_view text_of(State state) {
  switch (state) {
    case State::running:
      return "running";
    case State::done:
      return "done";
    case State::failed:
      return "failed";
  }
  return "";
}

void add_sums(JsonWriter& json, std::string_view side, const Sums& sums) {
  json.key(side).open_object();
  json.key("payments").natural(sums.payments);
  json.key("captured_minor").integer(sums.captured_minor);
  json.key("refunded_minor").integer(sums.refunded_minor);
  json.close_object();
}

void add_finding(JsonWriter& json, const Finding& finding) {
  json.open_object();
  json.key("difference").text(to_text(finding.what));
  json.key("order_id").text(finding.order);
  json.key("provider_id").text(finding.object);
  json.key("engine").text(finding.here);
  json.key("provider").text(finding.there);
  json.key("money");
  finding.money ? json.money(*finding.money) : json.null();
  json.key("meaning").text(meaning_of(finding.what));
  json.close_object();
}

}  // namespace

std::string report_json(const Report& report) {
  std::string text;
  JsonWriter json{text};
  json.open_object();
  json.key("id").text(report.id);
  json.key("state").text(text_of(report.state));
  json.key("step").text(report.step);
  json.key("why").text(report.why);
  json.key("from").time(report.from);
  json.key("began").time(report.began);
  json.key("ended");
  report.ended ? json.time(*report.ended) : json.null();
  json.key("intents").natural(report.intents);
  json.key("refunds").natural(report.refunds);
  json.key("orders").natural(report.orders);
  json.key("foreign").natural(report.foreign);
  json.key("moving").natural(report.moving);
  json.key("findings").open_array();
  for (const Finding& finding : report.findings) add_finding(json, finding);
  json.close_array();
  json.key("findings_left_out").natural(report.findings_left_out);
  json.key("sums").open_array();
  for (const auto& [currency, sums] : report.sums) {
    json.open_object();
    json.key("currency").text(currency);
    add_sums(json, "provider", sums.there);
    add_sums(json, "engine", sums.here);
    add_sums(json, "foreign", sums.foreign);
    json.close_object();
  }
  json.close_array();
  json.close_object();
  return text;
}

}  // namespace paysaga::engine::reconcile
