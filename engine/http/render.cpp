#include "paysaga/engine/http/render.hpp"

#include <algorithm>

#include "paysaga/engine/http/routes.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::engine::http {
namespace {

void add_texts(storage::JsonWriter& json, std::string_view key,
               const std::vector<std::string>& texts) {
  json.key(key).open_array();
  for (const std::string& text : texts) json.text(text);
  json.close_array();
}

void add_known(storage::JsonWriter& json, std::string_view key, std::optional<std::int64_t> value) {
  json.key(key);
  value ? json.integer(*value) : json.null();
}

void add_time(storage::JsonWriter& json, std::string_view key, const std::optional<Time>& time) {
  json.key(key);
  if (time) {
    json.time(*time);
  } else {
    json.null();
  }
}

/// For texts of ours and of the settings within HTML.
std::string html_escaped(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    if (letter == '<') {
      escaped += "&lt;";
    } else if (letter == '&') {
      escaped += "&amp;";
    } else if (letter == '"') {
      escaped += "&quot;";
    } else {
      escaped += letter;
    }
  }
  return escaped;
}

}  // namespace

std::string to_json(const actors::ActorInfo& actor) {
  std::string text;
  storage::JsonWriter json{text};
  json.open_object();
  json.key("order_id").text(actor.order.text());
  json.key("partition").natural(index_of(actor.partition));
  json.key("status").text(actor.status);
  json.key("version").natural(actor.version);
  json.key("version_committed").natural(actor.version_committed);
  json.key("mailbox").natural(actor.mailbox);
  json.key("decisions_in_flight").natural(actor.decisions_in_flight);
  add_texts(json, "calls_in_flight", actor.calls_in_flight);
  add_texts(json, "operations", actor.operations);
  add_texts(json, "parked", actor.parked);
  add_time(json, "next_wake_at", actor.next_wake_at);
  add_time(json, "active_since", actor.active_since);
  json.close_object();
  return text;
}

std::string to_json(const actors::PartitionInfo& partition, std::string_view node) {
  std::string text;
  storage::JsonWriter json{text};
  json.open_object();
  json.key("partition").natural(index_of(partition.partition));
  json.key("node").text(node);
  json.key("role").text(partition.role);
  if (!partition.why.empty()) json.key("why").text(partition.why);
  json.key("epoch").integer(partition.epoch);
  json.key("jseq").natural(partition.jseq);
  json.key("applied_next").integer(partition.applied_next);
  add_known(json, "published_next", partition.published_next);
  json.key("end").integer(partition.end);
  json.key("lag").integer(std::max<std::int64_t>(partition.end - partition.applied_next, 0));
  add_known(json, "publish_lag", partition.publish_lag());
  json.key("orders_active").natural(partition.orders_active);
  json.key("in_flight").natural(partition.in_flight);
  json.key("credit_max").natural(partition.credit_max);
  json.key("claims").natural(partition.claims);
  json.key("step_downs").natural(partition.step_downs);
  add_time(json, "oldest_due", partition.oldest_due);
  json.close_object();
  return text;
}

Response json_response(std::string body) {
  Response response;
  response.body = std::move(body);
  if (!response.body.ends_with('\n')) response.body += '\n';
  return response;
}

void write_page(storage::JsonWriter& json, std::string_view name, const Page& page) {
  json.key(name).open_array();
  for (const std::string& item : page.items) json.raw(item);
  json.close_array();
  json.key("next");
  if (page.next.empty()) {
    json.null();
  } else {
    json.text(page.next);
  }
}

std::string to_json(std::string_view name, const Page& page) {
  std::string text;
  storage::JsonWriter json{text};
  json.open_object();
  write_page(json, name, page);
  json.close_object();
  text += '\n';
  return text;
}

std::string home_page(std::string_view node, std::string_view version, bool livemode) {
  std::string page =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>paysaga</title>"
      "<style>body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:44rem;"
      "padding:0 1rem;color-scheme:light dark}code{font-size:.9em}</style></head><body><h1>paysaga"
      "</h1><p>Node <code>";
  page += html_escaped(node);
  page += "</code>, version ";
  page += html_escaped(version);
  page += livemode ? ". <b>Live mode: money moves.</b></p><ul>" : ". No live money moves.</p><ul>";
  for (const Route& route : routes()) {
    if (route.method != "GET" || route.operation == Operation::home) continue;
    if (route.pattern.find('{') != std::string_view::npos) continue;
    page.append("<li><a href=\"").append(route.pattern).append("\"><code>");
    page.append(route.pattern).append("</code></a></li>");
  }
  page += "</ul></body></html>\n";
  return page;
}

}  // namespace paysaga::engine::http
