// What the webhook_endpoints endpoints do.

#include "paysaga/sim/stripe/webhook_endpoint.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "paysaga/engine/stripe/base_url.hpp"
#include "paysaga/sim/stripe/account.hpp"
#include "paysaga/sim/stripe/page.hpp"
#include "paysaga/sim/stripe/render.hpp"
#include "paysaga/sim/stripe/render_parts.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::array<std::string_view, 6> create_names{
    "url", "enabled_events[]", "description", "api_version", "metadata[", "expand[]"};
constexpr std::array<std::string_view, 6> update_names{
    "url", "enabled_events[]", "description", "disabled", "metadata[", "expand[]"};
constexpr std::array<std::string_view, 4> list_names{"limit", "starting_after", "ending_before",
                                                     "expand[]"};
constexpr std::array<std::string_view, 1> retrieve_names{"expand[]"};
constexpr std::array<std::string_view, 1> versions{api_version};
constexpr std::size_t description_characters_max = 5000;
constexpr std::size_t url_bytes_max = 2000;

bool is_event_name(std::string_view name) {
  return name == "*" || (!name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || c == '_' || c == '.';
         }));
}

/// Changes what the form names.
Checked<void> read_endpoint(const Form& form, WebhookEndpoint& endpoint) {
  if (const auto url = form.value("url")) {
    const Result<WebhookUrl> parsed = WebhookUrl::parse(*url);
    if (!parsed)
      return tl::unexpected{parameter_error("url_invalid", "url", parsed.error().detail)};
    endpoint.url = *url;
  }
  if (form.any("enabled_events[]")) endpoint.events.clear();
  for (const std::string_view name : form.all("enabled_events[]")) {
    if (!is_event_name(name)) {
      return tl::unexpected{parameter_error("", "enabled_events",
                                            "'" + std::string{name} + "' is no type of event.")};
    }
    endpoint.events.emplace_back(name);
  }
  if (form.find("description")) {
    Checked<std::string> text = read_text(form, "description", description_characters_max);
    if (!text) return tl::unexpected{text.error()};
    endpoint.description = std::move(*text);
  }
  const Checked<bool> disabled = read_flag(form, "disabled", !endpoint.enabled);
  if (!disabled) return tl::unexpected{disabled.error()};
  endpoint.enabled = !*disabled;
  Checked<Metadata> metadata = read_metadata(form, endpoint.metadata);
  if (!metadata) return tl::unexpected{metadata.error()};
  endpoint.metadata = std::move(*metadata);
  return {};
}

Checked<WebhookEndpoint> read_new_endpoint(const Form& form, Time now) {
  for (const std::string_view name : {"url", "enabled_events[]"}) {
    if (form.value(name)) continue;
    const std::string_view param = name == "url" ? "url" : "enabled_events";
    return tl::unexpected{parameter_error("parameter_missing", param,
                                          "Missing required param: " + std::string{param} + ".")};
  }
  const Checked<std::string_view> version = read_choice(form, "api_version", versions);
  if (!version) return tl::unexpected{version.error()};
  WebhookEndpoint endpoint;
  endpoint.created = now;
  endpoint.api_version = *version;
  if (const auto read = read_endpoint(form, endpoint); !read) return tl::unexpected{read.error()};
  return endpoint;
}

}  // namespace

bool WebhookEndpoint::wants(std::string_view type) const {
  if (!enabled || deleted) return false;
  return std::any_of(events.begin(), events.end(),
                     [&](const std::string& event) { return event == "*" || event == type; });
}

Result<WebhookUrl> WebhookUrl::parse(std::string_view text) {
  const std::size_t scheme = text.find("://");
  const std::size_t host = scheme == std::string_view::npos ? text.size() : scheme + 3;
  const std::size_t path = std::min(text.find_first_of("/?#", host), text.size());
  const auto origin = engine::stripe::BaseUrl::parse(text.substr(0, path));
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) < 0x7f;
  });
  if (!origin || !printable || text.size() > url_bytes_max) {
    return fail(ErrorCode::malformed, "Invalid URL: it is http://... or https://...");
  }
  std::string target{text.substr(path, text.find('#', path) - path)};
  if (!target.starts_with('/')) target.insert(0, "/");
  return WebhookUrl{std::string{text.substr(0, path)}, std::move(target)};
}

std::string Account::secret_of(Index endpoint) const {
  return ids_.text(Kind::endpoint_secret, endpoint) +
         ids_.text(Kind::client_secret, std::uint64_t{endpoint} << 32U);
}

TextReply Account::show_endpoint(Index index, bool secret) const {
  const WebhookEndpoint& endpoint = endpoints_[index];
  TextReply reply;
  JsonWriter json{reply.json};
  json.open('{');
  json.text("id", ids_.text(Kind::endpoint, index));
  json.text("object", "webhook_endpoint");
  json.text_or_null("api_version", endpoint.api_version);
  json.null("application");
  json.number("created", second_of(endpoint.created));
  json.text_or_null("description", endpoint.description);
  json.open("enabled_events", '[');
  for (const std::string& event : endpoint.events) json.item(event);
  json.close(']');
  json.flag("livemode", false);
  append_metadata(json, endpoint.metadata);
  if (secret) json.text("secret", secret_of(index));
  json.text("status", endpoint.enabled ? "enabled" : "disabled");
  json.text("url", endpoint.url);
  json.close('}');
  return reply;
}

std::optional<Index> Account::find_endpoint(std::string_view id) const {
  const std::optional<Index> index = find(Kind::endpoint, id, endpoints_);
  return index && !endpoints_[*index].deleted ? index : std::nullopt;
}

Reply Account::create_endpoint(const Form& form, Time now) {
  if (const auto names = check_names(form, create_names); !names) return reply_of(names.error());
  Checked<WebhookEndpoint> endpoint = read_new_endpoint(form, now);
  if (!endpoint) return reply_of(endpoint.error());
  const auto live = std::count_if(endpoints_.begin(), endpoints_.end(),
                                  [](const WebhookEndpoint& one) { return !one.deleted; });
  if (static_cast<std::size_t>(live) >= webhook_endpoints_max) {
    return reply_of(parameter_error("", "", "You have reached the maximum of 16 endpoints."));
  }
  endpoints_.push_back(std::move(*endpoint));
  return show_endpoint(static_cast<Index>(endpoints_.size() - 1), true);
}

Reply Account::update_endpoint(std::string_view id, const Form& form) {
  const std::optional<Index> index = find_endpoint(id);
  if (!index) return reply_of(missing(404, "webhook endpoint", id, "webhook_endpoint"));
  if (const auto names = check_names(form, update_names); !names) return reply_of(names.error());
  WebhookEndpoint changed = endpoints_[*index];
  if (const auto read = read_endpoint(form, changed); !read) return reply_of(read.error());
  endpoints_[*index] = std::move(changed);
  return show_endpoint(*index, false);
}

Reply Account::delete_endpoint(std::string_view id, const Form& form) {
  const std::optional<Index> index = find_endpoint(id);
  if (!index) return reply_of(missing(404, "webhook endpoint", id, "webhook_endpoint"));
  if (const auto names = check_names(form, {}); !names) return reply_of(names.error());
  endpoints_[*index].deleted = true;
  return TextReply{"{\"id\":\"" + ids_.text(Kind::endpoint, *index) +
                   "\",\"object\":\"webhook_endpoint\",\"deleted\":true}"};
}

Reply Account::retrieve_endpoint(std::string_view id, const Form& form) const {
  const std::optional<Index> index = find_endpoint(id);
  if (!index) return reply_of(missing(404, "webhook endpoint", id, "webhook_endpoint"));
  if (const auto names = check_names(form, retrieve_names); !names) return reply_of(names.error());
  return show_endpoint(*index, false);
}

Reply Account::list_endpoints(const Form& form) const {
  if (const auto names = check_names(form, list_names); !names) return reply_of(names.error());
  const Listed listed{0, static_cast<Index>(endpoints_.size()),
                      [&](Index index) { return !endpoints_[index].deleted; }};
  return list_page(
      {form, listed, "/v1/webhook_endpoints",
       [&](std::string_view id) { return find_endpoint(id); },
       [&](Index index) { return endpoints_[index].created; },
       [&](std::string& out, Index index) { out += show_endpoint(index, false).json; }});
}

}  // namespace paysaga::sim::stripe
