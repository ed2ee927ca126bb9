// HTTP/1.1 around the model: the only file of the simulator that includes Beast.

#include "paysaga/sim/stripe/server.hpp"

#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <fmt/format.h>

#include "paysaga/sim/stripe/courier.hpp"
#include "paysaga/sim/stripe/service.hpp"

namespace paysaga::sim {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::uint32_t header_bytes_max = 16U << 10U;
constexpr std::uint64_t body_bytes_max = 256U << 10U;
constexpr std::size_t read_bytes = 8U << 10U;
constexpr seconds hold_max{2};

std::string text_of(std::string_view view) {
  return std::string{view};
}

std::string_view reason_of(int status) {
  const auto reason = http::obsolete_reason(static_cast<http::status>(status));
  return {reason.data(), reason.size()};
}

/// Appends an answer as it goes over the wire; half of its body if it is cut.
void append_answer(std::string& out, const stripe::Answer& answer, bool keep_alive) {
  fmt::format_to(std::back_inserter(out),
                 "HTTP/1.1 {} {}\r\nServer: paysaga-stripe-simulator\r\nContent-Type: {}\r\n"
                 "Content-Length: {}\r\n",
                 answer.status, reason_of(answer.status), answer.content_type, answer.body.size());
  for (const auto& [name, value] : answer.headers) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  if (!keep_alive) out += "Connection: close\r\n";
  out += "\r\n";
  const bool cut = answer.delivery == stripe::Delivery::cut;
  out.append(answer.body, 0, cut ? answer.body.size() / 2 : answer.body.size());
}

/// Sends events to webhook endpoints when they are due, and lets due things happen.
///
/// Threads:   the server's; what the courier reports is brought there.
class Postman {
 public:
  Postman(asio::io_context& context, StripeService& service)
      : context_{context}, timer_{context}, service_{service} {}

  /// Call when something may have become due.
  void look() {
    for (stripe::Parcel& parcel : service_.take_parcels()) {
      courier_.send(std::move(parcel), [this, number = parcel.number](int status) {
        asio::post(context_, [this, number, status] {
          service_.settle_parcel(number, status);
          std::erase_if(waiting_, [](const auto& goes_on) { return goes_on(); });
          look();
        });
      });
    }
    const std::optional<Duration> due = service_.until_due();
    if (!due) return;
    // One timer: setting it again drops the former wait.
    timer_.expires_after(std::max<Duration>(*due, milliseconds{1}));
    timer_.async_wait([this](error_code error) {
      if (!error) look();
    });
  }
  /// Calls it after each delivery until it returns true.
  void after_deliveries(std::function<bool()> goes_on) { waiting_.push_back(std::move(goes_on)); }

 private:
  asio::io_context& context_;
  asio::steady_timer timer_;
  StripeService& service_;
  std::vector<std::function<bool()>> waiting_;
  stripe::Courier courier_;
};

/// One connection: it reads a request, waits, has it done, waits, answers, and reads the next.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, StripeService& service, Postman& postman,
          const StripeServerOptions& options)
      : stream_{std::move(socket)},
        timer_{stream_.get_executor()},
        buffer_{header_bytes_max + body_bytes_max},
        service_{service},
        postman_{postman},
        options_{options} {
    ++service_.connections;
  }
  ~Session() { --service_.connections; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Waits for the first byte of a request: between requests a client may be idle for long.
  void await_request() {
    if (buffer_.size() > 0) return read_request();
    stream_.expires_after(options_.idle_timeout);
    stream_.async_read_some(buffer_.prepare(read_bytes),
                            [self = shared_from_this()](error_code error, std::size_t count) {
                              if (error) return self->close();
                              self->buffer_.commit(count);
                              self->read_request();
                            });
  }

 private:
  /// Once it has begun, a request has to arrive soon.
  void read_request() {
    parser_.emplace();
    parser_->header_limit(header_bytes_max);
    parser_->body_limit(body_bytes_max);
    stream_.expires_after(options_.request_timeout);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](error_code error, std::size_t) {
                       if (error) return self->refuse(error);
                       self->serve();
                     });
  }

  void serve() {
    const auto& message = parser_->get();
    const auto header = [&](std::string_view name) {
      const auto value = message[boost::beast::string_view{name.data(), name.size()}];
      return std::string{value.data(), value.size()};
    };
    keep_alive_ = message.keep_alive() && message.method() != http::verb::head;
    stripe::Request request;
    request.method = text_of({message.method_string().data(), message.method_string().size()});
    request.target = text_of({message.target().data(), message.target().size()});
    request.authorization = header("Authorization");
    request.idempotency_key = header("Idempotency-Key");
    request.stripe_version = header("Stripe-Version");
    request.stripe_account = header("Stripe-Account");
    request.body = std::move(parser_->get().body());
    arrived_ = std::chrono::steady_clock::now();
    course_ = service_.arrive(std::move(request));
    after(course_.effect_after, [](Session& self) { self.execute(); });
  }

  void execute() {
    answer_ = service_.execute(course_);
    postman_.look();
    after(course_.answer_after, [](Session& self) { self.hold(); });
  }

  /// Some events are delivered before the answer; a receiver that does not answer holds it no
  /// longer than `hold_max`.
  void hold() {
    if (!service_.holds_answer(course_)) return write();
    stream_.expires_never();
    timer_.expires_after(hold_max);
    timer_.async_wait([self = shared_from_this()](error_code) { self->write(); });
    postman_.after_deliveries([waiting = weak_from_this()] {
      const auto self = waiting.lock();
      if (self == nullptr) return true;
      if (self->service_.holds_answer(self->course_)) return false;
      self->timer_.cancel();
      return true;
    });
  }

  /// Goes on when `delay` has passed since the request arrived.
  template <class Next>
  void after(Duration delay, Next next) {
    if (delay <= Duration{0}) return next(*this);
    stream_.expires_never();
    timer_.expires_at(arrived_ + delay);
    timer_.async_wait([self = shared_from_this(), next](error_code error) {
      if (!error) next(*self);
    });
  }

  void write() {
    if (answer_.delivery == stripe::Delivery::none) return close();
    if (answer_.delivery == stripe::Delivery::cut) keep_alive_ = false;
    out_.clear();
    append_answer(out_, answer_, keep_alive_ || answer_.delivery == stripe::Delivery::cut);
    stream_.expires_after(options_.write_timeout);
    asio::async_write(stream_, asio::buffer(out_),
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (error || !self->keep_alive_) return self->close();
                        self->await_request();
                      });
  }

  /// Answers what could not be read as a request, if the client may still hear it.
  void refuse(error_code error) {
    answer_ = {};
    if (error == http::error::body_limit) {
      answer_.status = 413;
    } else if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      answer_.status = 431;
    } else if (error == http::error::end_of_stream || error == http::error::partial_message ||
               error == beast::error::timeout ||
               error.category() == asio::error::get_system_category()) {
      return close();
    } else {
      answer_.status = 400;
    }
    answer_.body = fmt::format(R"({{"error":{{"message":"{}","type":"invalid_request_error"}}}})",
                               error.message());
    keep_alive_ = false;
    write();
  }

  void close() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.close();
  }

  beast::tcp_stream stream_;
  asio::steady_timer timer_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  StripeService& service_;
  Postman& postman_;
  const StripeServerOptions& options_;
  std::chrono::steady_clock::time_point arrived_;
  stripe::Course course_;
  stripe::Answer answer_;
  std::string out_;
  bool keep_alive_ = true;
};

}  // namespace

struct StripeServer::Service {
  StripeServerOptions options;
  std::unique_ptr<StripeService> stripe;
  asio::io_context context{1};
  tcp::acceptor acceptor{context};
  asio::steady_timer pause{context};
  std::unique_ptr<Postman> postman;  // After what it uses: its courier ends first.
  std::uint16_t port = 0;
  std::thread thread;

  ~Service() { stop(); }

  Result<void> listen() {
    error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error) return fail(ErrorCode::malformed, options.address + " is no IP address");
    const tcp::endpoint endpoint{address, options.port};
    if (!error) acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address{true}, error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (!error) port = acceptor.local_endpoint(error).port();
    if (!error) return {};
    return fail(
        error == asio::error::address_in_use ? ErrorCode::conflict : ErrorCode::unavailable,
        fmt::format("cannot listen on {}:{}: {}", options.address, options.port, error.message()));
  }

  [[nodiscard]] std::string url() const {
    const bool v6 = options.address.find(':') != std::string::npos;
    return fmt::format("http://{}{}{}:{}", v6 ? "[" : "", options.address, v6 ? "]" : "", port);
  }

  void accept() {
    acceptor.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) {  // Out of files: others have to close first.
        pause.expires_after(milliseconds{50});
        pause.async_wait([this](error_code stopped) {
          if (!stopped) accept();
        });
        return;
      }
      if (stripe->connections < options.connections_max) {
        socket.set_option(tcp::no_delay{true}, error);
        std::make_shared<Session>(std::move(socket), *stripe, *postman, options)->await_request();
      }
      accept();
    });
  }

  void stop() {
    context.stop();
    if (thread.joinable()) thread.join();
  }
};

StripeServer::StripeServer() = default;
StripeServer::~StripeServer() = default;

Result<std::uint16_t> StripeServer::start(const StripeServerOptions& options) {
  ensure(service_ == nullptr, "a server is started once");
  auto service = std::make_unique<Service>();
  service->options = options;
  // The port first: a second process learns of the first before it touches anything of its.
  if (auto listening = service->listen(); !listening) return tl::unexpected{listening.error()};
  auto stripe = StripeService::open(options);
  if (!stripe) return tl::unexpected{stripe.error()};
  service->stripe = std::move(*stripe);
  service->stripe->set_pages(service->url());
  service->postman = std::make_unique<Postman>(service->context, *service->stripe);
  asio::post(service->context, [raw = service.get()] { raw->postman->look(); });
  service->accept();
  service->thread = std::thread{[raw = service.get()] { raw->context.run(); }};
  service_ = std::move(service);
  return service_->port;
}

void StripeServer::stop() {
  service_.reset();
}

std::uint16_t StripeServer::port() const {
  return service_ == nullptr ? 0 : service_->port;
}

std::string StripeServer::url() const {
  return service_ == nullptr ? std::string{} : service_->url();
}

Result<std::string> StripeServer::books(bool summary_only, std::string_view order_id) const {
  if (service_ == nullptr) return fail(ErrorCode::unavailable, "the simulator is not running");
  return service_->stripe->books(summary_only, order_id);
}

std::uint64_t StripeServer::violations() const {
  return service_ == nullptr ? 0 : service_->stripe->violations();
}

void StripeServer::set_faults(const stripe::Faults& faults) {
  if (service_ != nullptr) service_->stripe->set_faults(faults);
}

}  // namespace paysaga::sim
