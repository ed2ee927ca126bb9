#include "paysaga/engine/http/connection.hpp"

#include <array>
#include <chrono>
#include <ctime>
#include <mutex>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "paysaga/engine/http/problem.hpp"
#include "paysaga/engine/log.hpp"

namespace paysaga::engine::http {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using tcp = net::ip::tcp;
using SystemError = boost::system::error_code;
template <class T>
using Awaitable = net::awaitable<T>;
using HeadParser = bhttp::request_parser<bhttp::empty_body>;

constexpr auto no_throw = net::as_tuple(net::use_awaitable);
constexpr std::size_t piece_bytes = std::size_t{64} << 10U;
constexpr auto linger_time = std::chrono::seconds{2};
constexpr int linger_reads_max = 64;

/// The headers that the API looks at.
constexpr std::array<bhttp::field, 6> standard_headers = {
    bhttp::field::host,   bhttp::field::origin,        bhttp::field::content_type,
    bhttp::field::prefer, bhttp::field::authorization, bhttp::field::expect};
constexpr std::array<const char*, 6> other_headers = {"idempotency-key",   "traceparent",
                                                      "correlation-id",    "stripe-signature",
                                                      "paysaga-forwarded", "paysaga-partitions"};

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

std::string lower_case(std::string_view text) {
  std::string lower{text};
  for (char& letter : lower) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return lower;
}

Request to_request(const bhttp::request_header<>& head) {
  Request request;
  request.method = view(head.method_string());
  request.target = view(head.target());
  for (const bhttp::field field : standard_headers) {
    const auto found = head.find(field);
    if (found == head.end()) continue;
    request.headers.emplace_back(lower_case(view(bhttp::to_string(field))), view(found->value()));
  }
  for (const char* const name : other_headers) {
    const auto found = head.find(name);
    if (found != head.end()) request.headers.emplace_back(name, view(found->value()));
  }
  return request;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 64> text{};
  const std::size_t size =
      std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

Response problem_of(int status, std::string code, std::string detail) {
  return to_response({status, std::move(code), std::move(detail), {}, {}, {}, false, {}});
}

/// How an answer goes out.
struct Framing {
  unsigned version = 11;
  bool keep_alive = false;
  bool without_body = false;  // HEAD.
};

template <class Body>
void set_headers(bhttp::response<Body>& message, const Response& response, const Framing& framing) {
  message.version(framing.version);
  message.result(static_cast<unsigned>(response.status));
  message.reason(beast::string_view{status_phrase(response.status).data(),
                                    status_phrase(response.status).size()});
  message.set(bhttp::field::date, http_date());
  message.set(bhttp::field::content_type, response.content_type);
  message.set(bhttp::field::cache_control, "no-store");
  message.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.keep_alive(framing.keep_alive);
}

class HttpConnection final : public Connection,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(ConnectionSetup setup, tcp::socket socket)
      : setup_{std::move(setup)}, stream_{std::move(socket)}, wake_{stream_.get_executor()} {
    wake_.expires_at(net::steady_timer::time_point::max());
  }

  void start() {
    net::co_spawn(
        stream_.get_executor(), [self = shared_from_this()] { return self->run(); },
        [self = shared_from_this()](const std::exception_ptr& error) { self->ended(error); });
  }

  void finish() override {
    on_strand([](HttpConnection& self) {
      self.finishing_ = true;
      if (!self.interruptible_) return;
      // The read that waits ends as if the client had said all it has to say.
      SystemError ignored;
      self.stream_.socket().shutdown(tcp::socket::shutdown_receive, ignored);
    });
  }

  void cut() override {
    on_strand([](HttpConnection& self) {
      self.broken_ = true;
      self.stream_.close();
    });
  }

 private:
  /// Lets the coroutines of this connection look again at what they wait for. From any thread.
  void wake() {
    on_strand([](HttpConnection&) {});
  }

  template <class Act>
  void on_strand(Act act) {
    const std::lock_guard lock{guard_};
    if (over_) return;  // Its context may have run out: nothing would ever take the work.
    net::post(stream_.get_executor(), [self = shared_from_this(), act] {
      act(*self);
      self->wake_.cancel();
    });
  }

  /// Waits until `ready()`; false if the connection broke meanwhile.
  template <class Ready>
  Awaitable<bool> until(Ready ready) {
    while (!broken_ && !ready()) co_await wake_.async_wait(no_throw);
    co_return !broken_;
  }

  // Each co_await below is a statement of its own: within the condition of an `if` in a loop g++ 12
  // makes a frame whose parts overlap.

  Awaitable<void> run() {
    while (!finishing_ && !broken_) {
      const bool asked = co_await first_bytes();
      if (!asked) break;
      const bool open = co_await serve_request();
      if (!open) break;
    }
    co_await linger();
  }

  /// Waits for the next request to begin.
  Awaitable<bool> first_bytes() {
    if (buffer_.size() > 0) co_return true;
    interruptible_ = true;
    stream_.expires_after(setup_.options.idle_timeout);
    const auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(4096), no_throw);
    interruptible_ = false;
    buffer_.commit(size);
    co_return !error;
  }

  /// True if another request may follow.
  Awaitable<bool> serve_request() {
    HeadParser head;
    head.header_limit(static_cast<std::uint32_t>(setup_.options.header_bytes_max));
    head.body_limit(boost::none);
    stream_.expires_after(setup_.options.header_timeout);
    const auto [error, size] = co_await bhttp::async_read_header(stream_, buffer_, head, no_throw);
    if (error) {
      co_await refuse_unreadable(error);
      co_return false;
    }
    Request request = to_request(head.get());
    framing_ = {head.get().version(), head.get().keep_alive(), request.method == "HEAD"};
    if (framing_.version == 11 && !request.header("host")) {
      co_await refuse(problem_of(400, "host_missing", "HTTP/1.1 asks for a Host header"));
      co_return false;
    }
    if (Api::is_stream(request)) {
      const bool open_after = co_await serve_stream(head, request);
      co_return open_after;
    }
    const bool whole = co_await read_body(head, request);
    if (!whole) co_return false;
    const bool open = co_await answer(std::move(request));
    co_return open;
  }

  Awaitable<bool> read_body(HeadParser& head, Request& request) {
    const std::size_t bytes_max = setup_.options.body_bytes_max;
    if (head.content_length().value_or(0) > bytes_max) {
      co_await refuse_unreadable(bhttp::error::body_limit);
      co_return false;
    }
    const bool goes_on = co_await say_continue(request);
    if (!goes_on) co_return false;
    bhttp::request_parser<bhttp::string_body> parser{std::move(head)};
    parser.body_limit(bytes_max);
    stream_.expires_after(setup_.options.body_timeout);
    const auto [error, size] = co_await bhttp::async_read(stream_, buffer_, parser, no_throw);
    if (error) {
      co_await refuse_unreadable(error);
      co_return false;
    }
    request.body = std::move(parser.get().body());
    co_return true;
  }

  Awaitable<bool> say_continue(const Request& request) {
    if (lower_case(request.header("expect").value_or("")) != "100-continue") co_return true;
    static constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
    stream_.expires_after(setup_.options.write_timeout);
    const auto [error, size] = co_await net::async_write(stream_, net::buffer(text), no_throw);
    co_return !error;
  }

  Awaitable<bool> answer(Request request) {
    struct Slot {
      std::mutex guard;
      std::optional<Response> response;
    };
    const auto slot = std::make_shared<Slot>();
    setup_.api->handle(std::move(request), [slot, self = shared_from_this()](Response response) {
      {
        const std::lock_guard lock{slot->guard};
        slot->response = std::move(response);
      }
      self->wake();
    });
    const bool answered = co_await until([&slot] {
      const std::lock_guard lock{slot->guard};
      return slot->response.has_value();
    });
    if (!answered) co_return false;
    if (finishing_) framing_.keep_alive = false;
    const bool open = co_await write(*slot->response);
    co_return open;
  }

  /// True if the connection stays open.
  Awaitable<bool> write(const Response& response) {
    SystemError failed;
    stream_.expires_after(setup_.options.write_timeout);
    if (framing_.without_body) {
      bhttp::response<bhttp::empty_body> message;
      set_headers(message, response, framing_);
      message.content_length(response.body.size());
      bhttp::response_serializer<bhttp::empty_body> serializer{message};
      const auto [error, size] = co_await bhttp::async_write_header(stream_, serializer, no_throw);
      failed = error;
    } else {
      bhttp::response<bhttp::string_body> message;
      set_headers(message, response, framing_);
      message.body() = response.body;
      message.prepare_payload();
      const auto [error, size] = co_await bhttp::async_write(stream_, message, no_throw);
      failed = error;
    }
    co_return !failed && framing_.keep_alive;
  }

  Awaitable<void> refuse(Response response) {
    framing_.keep_alive = false;
    input_left_ = true;
    setup_.api->metrics().http_answered("none", response.status, Duration{0});
    co_await write(response);
  }

  /// Answers what could not be read, where somebody is left to hear it.
  Awaitable<void> refuse_unreadable(SystemError error) {
    if (error == bhttp::error::header_limit || error == bhttp::error::buffer_overflow) {
      co_await refuse(problem_of(
          431, "header_too_large",
          "a header has at most " + std::to_string(setup_.options.header_bytes_max) + " bytes"));
    } else if (error == bhttp::error::body_limit) {
      co_await refuse(problem_of(
          413, "body_too_large",
          "a body has at most " + std::to_string(setup_.options.body_bytes_max) + " bytes"));
    } else if (error == beast::error::timeout) {
      log_event(LogLevel::debug, "http_client_too_slow");
    } else if (error != bhttp::error::end_of_stream && error != bhttp::error::partial_message &&
               error.category() == bhttp::make_error_code(bhttp::error::bad_method).category()) {
      co_await refuse(problem_of(400, "malformed", "no HTTP/1.1 request: " + error.message()));
    }
  }

  // The stream of commands: this coroutine reads while `write_results` writes.

  Awaitable<bool> serve_stream(HeadParser& head, const Request& request) {
    const auto begun = std::chrono::steady_clock::now();
    auto refused = setup_.api->refuse_stream(request);
    if (!refused && framing_.version < 11) {
      refused = problem_of(400, "http_version", "the stream of commands asks for HTTP/1.1");
    }
    if (refused) {
      co_await refuse(std::move(*refused));
      co_return false;
    }
    const bool goes_on = co_await say_continue(request);
    if (!goes_on) co_return false;
    const bool begun_writing = co_await write_stream_header();
    if (!begun_writing) co_return false;
    const auto commands = std::make_shared<CommandStream>(
        setup_.api->engine(), setup_.api->metrics(), setup_.options.stream,
        request.header(forwarded_header).has_value(),
        [self = shared_from_this()] { self->wake(); });
    bool written = false;
    net::co_spawn(stream_.get_executor(), write_results(commands),
                  [self = shared_from_this(), &written](const std::exception_ptr& error) {
                    if (error) self->broken_ = true;
                    written = true;
                    self->wake_.cancel();
                  });
    const bool read = co_await read_commands(head, *commands);
    while (!written) co_await wake_.async_wait(no_throw);  // It points into this frame.
    const auto took = std::chrono::steady_clock::now() - begun;
    setup_.api->metrics().http_answered("commands", broken_ ? 500 : 200,
                                        std::chrono::duration_cast<Duration>(took));
    co_return read && !broken_ && framing_.keep_alive;
  }

  Awaitable<bool> write_stream_header() {
    bhttp::response<bhttp::empty_body> message;
    set_headers(message, {200, "application/x-ndjson", {}, {}}, framing_);
    message.chunked(true);
    bhttp::response_serializer<bhttp::empty_body> serializer{message};
    stream_.expires_after(setup_.options.write_timeout);
    const auto [error, size] = co_await bhttp::async_write_header(stream_, serializer, no_throw);
    co_return !error;
  }

  /// True if the whole body was read.
  Awaitable<bool> read_commands(HeadParser& head, CommandStream& commands) {
    bhttp::request_parser<bhttp::buffer_body> parser{std::move(head)};
    parser.body_limit(boost::none);
    std::vector<char> piece(piece_bytes);
    while (!parser.is_done()) {
      parser.get().body().data = piece.data();
      parser.get().body().size = piece.size();
      SystemError failed;
      if (!finishing_) {
        interruptible_ = true;
        stream_.expires_after(setup_.options.body_timeout);
        const auto [error, size] =
            co_await bhttp::async_read_some(stream_, buffer_, parser, no_throw);
        interruptible_ = false;
        failed = error;
      }
      const std::size_t size = piece.size() - parser.get().body().size;
      const std::string_view bytes{piece.data(), size};
      const bool fed = co_await feed(commands, bytes);
      if (!fed) co_return false;
      if (finishing_ && !parser.is_done()) {
        commands.stop();
        wake_.cancel();
        co_return false;
      }
      if (failed && failed != bhttp::error::need_buffer) {
        // The client is gone or silent. What it had begun to say is no command.
        broken_ = true;
        stream_.close();
        wake_.cancel();
        co_return false;
      }
    }
    commands.end();
    wake_.cancel();
    co_return true;
  }

  Awaitable<bool> feed(CommandStream& commands, std::string_view bytes) {
    while (!bytes.empty()) {
      const bool room = co_await until([&commands] { return !commands.full(); });
      if (!room) co_return false;
      bytes.remove_prefix(commands.feed(bytes));
    }
    co_return true;
  }

  Awaitable<void> write_results(std::shared_ptr<CommandStream> commands) {
    while (!commands->finished()) {
      const bool woken =
          co_await until([&commands] { return commands->has_results() || commands->finished(); });
      if (!woken) co_return;
      const std::string results = commands->take_results(piece_bytes);
      if (results.empty()) continue;
      wake_.cancel();  // There is room again.
      const bool written = co_await write_piece(bhttp::make_chunk(net::buffer(results)));
      if (!written) co_return;
    }
    if (finishing_) framing_.keep_alive = false;
    co_await write_piece(bhttp::make_chunk_last());
  }

  template <class Buffers>
  Awaitable<bool> write_piece(Buffers buffers) {
    stream_.expires_after(setup_.options.write_timeout);
    const auto [error, size] = co_await net::async_write(stream_, buffers, no_throw);
    if (!error) co_return true;
    broken_ = true;
    stream_.close();
    wake_.cancel();
    co_return false;
  }

  /// Closes so that the last answer is not torn away by input that nobody read.
  Awaitable<void> linger() {
    SystemError failed;
    if (!broken_) stream_.socket().shutdown(tcp::socket::shutdown_send, failed);
    std::vector<char> piece(piece_bytes);
    stream_.expires_after(linger_time);
    for (int i = 0; input_left_ && i < linger_reads_max && !failed && !broken_; ++i) {
      const auto [error, size] = co_await stream_.async_read_some(net::buffer(piece), no_throw);
      failed = error;
    }
    stream_.close();
  }

  void ended(const std::exception_ptr& error) {
    if (error) log_event(LogLevel::error, "http_connection_failed", {});
    {
      const std::lock_guard lock{guard_};
      over_ = true;
    }
    std::exchange(setup_.closed, {})();
  }

  ConnectionSetup setup_;  // First, so last to go: its context is under all that follows.
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  net::steady_timer wake_;  // Never runs out; cancelling it wakes the coroutines that wait.
  Framing framing_;
  bool finishing_ = false;      // These are touched on the strand only.
  bool interruptible_ = false;  // A read waits that `finish` may end.
  bool broken_ = false;
  bool input_left_ = false;  // A request was refused before all of it was read.
  std::mutex guard_;
  bool over_ = false;  // Under the guard.
};

}  // namespace

std::shared_ptr<Connection> open_connection(ConnectionSetup setup, int socket, bool is_ipv6) {
  tcp::socket taken{net::make_strand(*setup.context)};
  SystemError failed;
  taken.assign(is_ipv6 ? tcp::v6() : tcp::v4(), socket, failed);
  ensure(!failed, "an accepted socket can be taken over");
  auto connection = std::make_shared<HttpConnection>(std::move(setup), std::move(taken));
  connection->start();
  return connection;
}

}  // namespace paysaga::engine::http
