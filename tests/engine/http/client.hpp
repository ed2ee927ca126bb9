#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace paysaga::engine::http {

/// An answer as it came over the wire.
struct Reply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // Names in lower case.
  std::string body;

  [[nodiscard]] std::string header(std::string_view name) const;
};

/// A client that says exactly what it is told, byte by byte: also what no good client says.
class Client {
 public:
  /// Shape:  `receive_bytes` is the size of the socket's receive buffer; 0 leaves it alone.
  explicit Client(std::uint16_t port, int receive_bytes = 0);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// False if the connection is gone.
  bool send(std::string_view bytes);
  /// The next answer; none if the connection ended, or nothing came for 20 seconds.
  std::optional<Reply> receive(bool has_body = true);
  /// The next line of a chunked answer whose header was received with `receive_header`.
  std::optional<Reply> receive_header();
  std::optional<std::string> receive_chunk();
  /// True if the server closes within 20 seconds and says nothing more.
  bool is_closed();
  /// Says that nothing more will be sent.
  void end_sending();

 private:
  bool fill();
  std::optional<std::string> take_line();
  std::optional<std::string> take_bytes(std::size_t count);
  int socket_;
  std::string buffer_;
};

/// One request on its own connection. `headers` are whole lines, each with its \r\n.
[[nodiscard]] Reply ask(std::uint16_t port, std::string_view method, std::string_view target,
                        std::string_view body = "", std::string_view headers = "");
/// The bytes of such a request; JSON if there is a body.
[[nodiscard]] std::string request_bytes(std::string_view method, std::string_view target,
                                        std::string_view body = "", std::string_view headers = "");

}  // namespace paysaga::engine::http
