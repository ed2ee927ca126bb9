#include "paysaga/config/address.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace paysaga::config {
namespace {

struct HostPort {
  std::string host;
  std::optional<std::uint16_t> port;
};

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

std::optional<std::uint16_t> read_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

/// "host", "host:port", "[v6]", "[v6]:port"; none if it is not well formed.
std::optional<HostPort> split(std::string_view text) {
  std::string_view host = text;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
    if (host.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) {
      return std::nullopt;
    }
  } else {
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos) {
      host = text.substr(0, colon);
      rest = text.substr(colon);
    }
    if (!std::ranges::all_of(host, is_host_character)) return std::nullopt;
  }
  if (host.empty()) return std::nullopt;
  HostPort parts{std::string{host}, std::nullopt};
  if (rest.empty()) return parts;
  if (!rest.starts_with(':')) return std::nullopt;
  parts.port = read_port(rest.substr(1));
  if (!parts.port) return std::nullopt;
  return parts;
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

constexpr std::uint16_t https_port = 443;
constexpr std::uint16_t http_port = 80;

}  // namespace

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" ||
         (host.starts_with("127.") &&
          host.find_first_not_of("0123456789.") == std::string_view::npos);
}

Result<ListenAddress> ListenAddress::parse(std::string_view text) {
  const auto parts = split(text);
  if (!parts || !parts->port) {
    return fail(ErrorCode::malformed, "'" + std::string{text.substr(0, 80)} +
                                          "' is no address; write host:port as in 127.0.0.1:7480");
  }
  return ListenAddress{parts->host, *parts->port};
}

std::string to_text(const ListenAddress& address) {
  return bracketed(address.host) + ":" + std::to_string(address.port);
}

Result<Url> Url::parse(std::string_view text) {
  const bool tls = text.starts_with("https://");
  const auto no_url = [&] {
    return fail(ErrorCode::malformed, "'" + std::string{text.substr(0, 80)} +
                                          "' is no base URL; write it as in http://127.0.0.1:8420 "
                                          "or https://HOST, without a path");
  };
  if (!tls && !text.starts_with("http://")) return no_url();
  std::string_view rest = text.substr(tls ? 8 : 7);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto parts = split(rest);
  if (!parts) return no_url();
  Url url{tls, parts->host, parts->port.value_or(tls ? https_port : http_port)};
  std::ranges::transform(url.host, url.host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (url.port == 0) return no_url();
  return url;
}

std::string to_text(const Url& url) {
  const bool own_port = url.port == (url.tls ? https_port : http_port);
  return (url.tls ? "https://" : "http://") + bracketed(url.host) +
         (own_port ? "" : ":" + std::to_string(url.port));
}

}  // namespace paysaga::config
