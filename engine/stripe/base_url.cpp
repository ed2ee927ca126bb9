#include "paysaga/engine/stripe/base_url.hpp"

#include <algorithm>
#include <charconv>

namespace paysaga::engine::stripe {
namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_ipv6_char(char c) {
  return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' || c == '.';
}

bool is_ipv4(std::string_view host) {
  return std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

tl::unexpected<Error> malformed() {
  return fail(ErrorCode::malformed,
              "stripe base_url must be https://host[:port], or http:// on a loopback address");
}

}  // namespace

Result<BaseUrl> BaseUrl::parse(std::string_view text) {
  std::string lowered{text};
  std::ranges::transform(lowered, lowered.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  std::string_view rest = lowered;
  const bool tls = rest.starts_with("https://");
  if (!tls && !rest.starts_with("http://")) return malformed();
  rest.remove_prefix(tls ? 8 : 7);
  if (rest.ends_with("/")) rest.remove_suffix(1);

  BaseUrl url{tls, {}, tls ? https_port : http_port};
  if (rest.starts_with("[")) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) return malformed();
    url.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    if (!std::ranges::all_of(url.host, is_ipv6_char)) return malformed();
  } else {
    url.host = rest.substr(0, rest.find(':'));
    rest.remove_prefix(url.host.size());
    if (!std::ranges::all_of(url.host, is_host_char)) return malformed();
  }
  if (url.host.empty()) return malformed();
  if (rest.empty()) return url;
  if (rest.front() != ':') return malformed();
  rest.remove_prefix(1);
  const char* const end = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(rest.data(), end, url.port);
  if (error != std::errc{} || stop != end || url.port == 0) return malformed();
  return url;
}

std::string BaseUrl::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (tls ? https_port : http_port)) text += ":" + std::to_string(port);
  return text;
}

bool BaseUrl::is_loopback() const {
  return host == "localhost" || host == "::1" || (is_ipv4(host) && host.starts_with("127."));
}

bool BaseUrl::is_stripe() const {
  return host == "api.stripe.com";
}

}  // namespace paysaga::engine::stripe
