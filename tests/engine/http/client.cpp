#include "engine/http/client.hpp"

#include <array>
#include <cctype>

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace paysaga::engine::http {
namespace {

constexpr int patience_seconds = 20;

}  // namespace

std::string Reply::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

Client::Client(std::uint16_t port, int receive_bytes)
    : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  if (receive_bytes > 0) {
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  }
  const timeval patience{patience_seconds, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

Client::~Client() {
  ::close(socket_);
}

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Client::end_sending() {
  ::shutdown(socket_, SHUT_WR);
}

bool Client::fill() {
  std::array<char, 16'384> piece{};
  const ssize_t size = ::recv(socket_, piece.data(), piece.size(), 0);
  if (size <= 0) return false;
  buffer_.append(piece.data(), static_cast<std::size_t>(size));
  return true;
}

bool Client::is_closed() {
  if (!buffer_.empty()) return false;
  char byte = 0;
  const ssize_t size = ::recv(socket_, &byte, 1, 0);
  return size == 0 || (size < 0 && errno == ECONNRESET);
}

std::optional<std::string> Client::take_line() {
  while (buffer_.find("\r\n") == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  const std::size_t end = buffer_.find("\r\n");
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

std::optional<std::string> Client::take_bytes(std::size_t count) {
  while (buffer_.size() < count) {
    if (!fill()) return std::nullopt;
  }
  std::string bytes = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return bytes;
}

std::optional<Reply> Client::receive_header() {
  const auto first = take_line();
  if (!first || first->size() < 12) return std::nullopt;
  Reply reply;
  reply.status = std::stoi(first->substr(9, 3));
  for (auto line = take_line(); line && !line->empty(); line = take_line()) {
    const std::size_t colon = line->find(": ");
    std::string name = line->substr(0, colon);
    for (char& letter : name) {
      letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    }
    reply.headers.emplace_back(std::move(name), line->substr(colon + 2));
  }
  return reply;
}

std::optional<std::string> Client::receive_chunk() {
  const auto size = take_line();
  if (!size) return std::nullopt;
  auto bytes = take_bytes(std::stoul(*size, nullptr, 16));
  if (!bytes || !take_line()) return std::nullopt;
  return bytes;
}

std::optional<Reply> Client::receive(bool has_body) {
  auto reply = receive_header();
  if (!reply || !has_body || reply->status == 100) return reply;
  if (reply->header("transfer-encoding") == "chunked") {
    for (auto chunk = receive_chunk(); chunk && !chunk->empty(); chunk = receive_chunk()) {
      reply->body += *chunk;
    }
    return reply;
  }
  auto body = take_bytes(std::stoul("0" + reply->header("content-length")));
  if (!body) return std::nullopt;
  reply->body = std::move(*body);
  return reply;
}

std::string request_bytes(std::string_view method, std::string_view target, std::string_view body,
                          std::string_view headers) {
  std::string bytes;
  bytes.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  if (!body.empty()) {
    if (headers.find("Content-Type:") == std::string_view::npos) {
      bytes += "Content-Type: application/json\r\n";
    }
    bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return bytes.append(headers).append("\r\n").append(body);
}

Reply ask(std::uint16_t port, std::string_view method, std::string_view target,
          std::string_view body, std::string_view headers) {
  Client client{port};
  REQUIRE(client.send(request_bytes(method, target, body, headers)));
  auto reply = client.receive(method != "HEAD");
  REQUIRE(reply.has_value());
  return *reply;
}

}  // namespace paysaga::engine::http
