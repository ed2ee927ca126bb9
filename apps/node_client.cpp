#include "apps/node_client.hpp"

#include <chrono>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "paysaga/config/address.hpp"

namespace paysaga::apps {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = boost::asio::ip::tcp;

constexpr std::chrono::seconds answer_within{70};  // Longer than any `Prefer: wait`.
constexpr std::size_t body_bytes_max = std::size_t{256} << 20U;

}  // namespace

Result<NodeClient> NodeClient::to(std::string_view url) {
  auto parsed = config::Url::parse(url);
  if (!parsed) return fail(ErrorCode::malformed, "--node: " + parsed.error().detail);
  if (parsed->tls) {
    return fail(ErrorCode::malformed, "--node: a node serves plain http on this machine");
  }
  return NodeClient{std::string{url}, parsed->host, std::to_string(parsed->port)};
}

Result<HttpAnswer> NodeClient::get(const std::string& target) {
  return exchange(false, target, {}, {}, {});
}

Result<HttpAnswer> NodeClient::post(const std::string& target, const std::string& body,
                                    const std::string& content_type, const Headers& headers) {
  return exchange(true, target, body, content_type, headers);
}

Result<HttpAnswer> NodeClient::exchange(bool is_post, const std::string& target,
                                        const std::string& body, const std::string& content_type,
                                        const Headers& headers) {
  const auto failed = [this](const beast::error_code& error) {
    return fail(ErrorCode::unavailable, "no node answers at " + url_ + " (" + error.message() +
                                            "); is one running, or is it another --node?");
  };
  boost::asio::io_context context;
  beast::tcp_stream stream{context};
  beast::error_code error;
  tcp::resolver resolver{context};
  const auto places = resolver.resolve(host_, port_, error);
  if (error) return failed(error);
  // The operations are asynchronous only because a synchronous one knows no time limit.
  stream.expires_after(answer_within);
  const auto finish = [&](auto start) {
    error = boost::asio::error::would_block;
    start([&error](const beast::error_code& result, auto&&...) { error = result; });
    context.restart();
    context.run();
    return !error;
  };
  if (!finish([&](auto done) { stream.async_connect(places, done); })) return failed(error);
  http::request<http::string_body> request{is_post ? http::verb::post : http::verb::get, target,
                                           11};
  request.set(http::field::host, host_ + ":" + port_);
  request.set(http::field::connection, "close");
  if (!content_type.empty()) request.set(http::field::content_type, content_type);
  for (const auto& [name, value] : headers) request.set(name, value);
  request.body() = body;
  request.prepare_payload();
  if (!finish([&](auto done) { http::async_write(stream, request, done); })) return failed(error);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(body_bytes_max);
  if (!finish([&](auto done) { http::async_read(stream, buffer, parser, done); })) {
    return failed(error);
  }
  return HttpAnswer{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
}

std::string percent_encode(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += digits[byte >> 4U];
      encoded += digits[byte & 15U];
    }
  }
  return encoded;
}

}  // namespace paysaga::apps
