#include "paysaga/engine/stripe/http_client.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "paysaga/engine/stripe/connection.hpp"

namespace paysaga::engine::stripe {

namespace asio = boost::asio;
using SteadyTime = HttpClientOptions::SteadyTime;

/// One thread with its own connections and queue: nothing in it is shared, so nothing is locked.
class HttpClient::Shard {
 public:
  Shard(const HttpClientOptions& options, asio::ssl::context* tls)
      : options_{options}, tls_{tls}, queue_timer_{io_}, guard_{io_.get_executor()} {
    thread_ = std::thread{[this] { io_.run(); }};
  }
  ~Shard() { stop(); }
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  void send(HttpRequest request, Done done) {
    {
      const std::lock_guard lock{stop_mutex_};
      if (!stopping_) {
        auto job = std::make_shared<Job>(Job{std::move(request), std::move(done)});
        asio::post(io_, [this, job] { enqueue(job); });
        return;
      }
    }
    done(TransportFailure{Fault::stopped, false, {}});
  }

  void stop() {
    {
      const std::lock_guard lock{stop_mutex_};
      if (stopping_) return;
      stopping_ = true;
      asio::post(io_, [this] { abort(); });
    }
    thread_.join();
  }

 private:
  struct Job {
    HttpRequest request;
    Done done;
    SteadyTime queued_until{};
    bool maybe_sent = false;  // On a connection that was lost.
    bool repeated = false;
  };
  using JobPtr = std::shared_ptr<Job>;
  using ConnectionPtr = std::shared_ptr<Connection>;
  struct Idle {
    ConnectionPtr connection;
    SteadyTime since;
  };

  void enqueue(const JobPtr& job) {
    if (queued_ >= options_.queue_max) {
      return fail(*job, {Fault::overloaded, false, "too many requests wait for a connection"});
    }
    job->queued_until = options_.now() + options_.queue_timeout;
    queues_[std::min(job->request.lane, lanes_max - 1)].push_back(job);
    ++queued_;
    pump();
    if (queued_ > 0 && !sweeping_) sweep_later();
  }

  /// Gives waiting requests connections, as long as there are both.
  void pump() {
    while (!aborted_ && queued_ > 0) {
      if (idle_.empty() && active_.size() >= options_.connections_max) return;
      const JobPtr job = pop();
      if (ConnectionPtr connection = take_idle()) {
        active_.insert(connection);
        exchange(job, connection, true);
      } else {
        connect(job);
      }
    }
  }

  JobPtr pop() {
    auto& queue = *std::ranges::find_if(queues_, [](const auto& lane) { return !lane.empty(); });
    JobPtr job = std::move(queue.front());
    queue.pop_front();
    --queued_;
    return job;
  }

  /// The one used last, if it still lives; null if none does.
  ConnectionPtr take_idle() {
    while (!idle_.empty()) {
      const Idle last = std::move(idle_.back());
      idle_.pop_back();
      if (options_.now() - last.since < options_.idle_max && last.connection->reusable()) {
        return last.connection;
      }
      last.connection->close();
    }
    return nullptr;
  }

  void connect(const JobPtr& job) {
    if (options_.now() >= job->request.send_before) {
      return fail(*job, {Fault::expired, false, {}});
    }
    auto connection = make_connection(io_, tls_,
                                      {options_.url, options_.connect_timeout,
                                       options_.request_timeout, options_.response_bytes_max});
    active_.insert(connection);
    connection->connect([this, job, connection](std::optional<TransportFailure> failure) {
      if (!failure) return exchange(job, connection, false);
      active_.erase(connection);
      fail(*job, *std::move(failure));
      pump();
    });
  }

  void exchange(const JobPtr& job, const ConnectionPtr& connection, bool reused) {
    // Again after connecting: a key may have become too old in the meantime.
    if (options_.now() >= job->request.send_before) {
      fail(*job, {Fault::expired, false, {}});
      return release(connection);
    }
    connection->exchange(job->request,
                         [this, job, connection, reused](Connection::Outcome outcome) {
                           on_outcome(job, connection, reused, std::move(outcome));
                         });
  }

  void on_outcome(const JobPtr& job, const ConnectionPtr& connection, bool reused,
                  Connection::Outcome outcome) {
    if (auto* failure = std::get_if<TransportFailure>(&outcome.result)) {
      active_.erase(connection);
      job->maybe_sent = job->maybe_sent || failure->maybe_sent;
      if (reused && outcome.stale && job->request.repeatable && !job->repeated && !aborted_) {
        job->repeated = true;
        connect(job);
      } else {
        fail(*job, std::move(*failure));
      }
      return pump();
    }
    auto& response = std::get<HttpResponse>(outcome.result);
    response.repeated = job->maybe_sent;
    release(connection);  // First: the next request need not wait for what `done` does.
    std::exchange(job->done, nullptr)(std::move(response));
  }

  void release(const ConnectionPtr& connection) {
    active_.erase(connection);
    if (!aborted_ && connection->reusable()) {
      idle_.push_back({connection, options_.now()});
    } else {
      connection->close();
    }
    pump();
  }

  /// Whatever went wrong now, an earlier sending of the same request may have reached the server.
  static void fail(Job& job, TransportFailure failure) {
    failure.maybe_sent = failure.maybe_sent || job.maybe_sent;
    std::exchange(job.done, nullptr)(std::move(failure));
  }

  /// Ends requests that wait too long: connections may all be busy with slow answers.
  void sweep_later() {
    sweeping_ = true;
    queue_timer_.expires_after(
        std::min<std::chrono::milliseconds>(options_.queue_timeout, std::chrono::seconds{1}));
    queue_timer_.async_wait([this](const boost::system::error_code& error) {
      if (error || aborted_) return;
      sweeping_ = false;
      sweep();
      if (queued_ > 0) sweep_later();
    });
  }

  void sweep() {
    const SteadyTime now = options_.now();
    for (auto& queue : queues_) {
      while (!queue.empty() && queue.front()->queued_until <= now) {  // Oldest first.
        const JobPtr job = std::move(queue.front());
        queue.pop_front();
        --queued_;
        fail(*job, {Fault::overloaded, false, "no connection became free in time"});
      }
    }
  }

  void abort() {
    aborted_ = true;
    queue_timer_.cancel();
    while (queued_ > 0) fail(*pop(), {Fault::stopped, false, {}});
    const std::vector<ConnectionPtr> active{active_.begin(), active_.end()};
    for (const auto& connection : active) connection->close();
    for (const auto& idle : idle_) idle.connection->close();
    idle_.clear();
    ensure(active_.empty(), "a stopped client has answered every request");
    // Nobody waits any more; what may still run is a name look-up that cannot be interrupted.
    guard_.reset();
    io_.stop();
  }

  HttpClientOptions options_;
  asio::ssl::context* tls_;
  asio::io_context io_{1};
  asio::steady_timer queue_timer_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  std::array<std::deque<JobPtr>, lanes_max> queues_;
  std::size_t queued_ = 0;
  bool sweeping_ = false;
  bool aborted_ = false;
  std::vector<Idle> idle_;
  std::unordered_set<ConnectionPtr> active_;
  std::mutex stop_mutex_;
  bool stopping_ = false;
  std::thread thread_;  // Last: it starts when everything else stands.
};

class HttpClient::Impl {
 public:
  Impl(const HttpClientOptions& options, std::unique_ptr<asio::ssl::context> tls)
      : tls_{std::move(tls)} {
    const std::size_t threads = std::max<std::size_t>(options.threads, 1);
    HttpClientOptions share = options;
    share.connections_max = std::max<std::size_t>(options.connections_max / threads, 1);
    share.queue_max = std::max<std::size_t>(options.queue_max / threads, 1);
    for (std::size_t i = 0; i < threads; ++i) {
      shards_.push_back(std::make_unique<Shard>(share, tls_.get()));
    }
  }

  void send(HttpRequest request, Done done) {
    const std::size_t turn = next_.fetch_add(1, std::memory_order_relaxed);
    shards_[turn % shards_.size()]->send(std::move(request), std::move(done));
  }

  void stop() {
    for (const auto& shard : shards_) shard->stop();
  }

 private:
  std::unique_ptr<asio::ssl::context> tls_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::atomic<std::size_t> next_ = 0;
};

Result<std::unique_ptr<HttpClient>> HttpClient::start(HttpClientOptions options) {
  std::unique_ptr<asio::ssl::context> tls;
  if (options.url.tls) {
    tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
    boost::system::error_code error;
    tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                         asio::ssl::context::no_tlsv1_1,
                     error);
    if (options.ca_pem.empty()) {
      tls->set_default_verify_paths(error);
    } else {
      tls->add_certificate_authority(asio::buffer(options.ca_pem), error);
    }
    if (error) {
      return paysaga::fail(ErrorCode::malformed,
                           "the TLS roots cannot be read: " + error.message());
    }
  }
  return std::unique_ptr<HttpClient>{
      new HttpClient{std::make_unique<Impl>(options, std::move(tls))}};
}

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}

HttpClient::~HttpClient() {
  stop();
}

void HttpClient::send(HttpRequest request, Done done) {
  impl_->send(std::move(request), std::move(done));
}

void HttpClient::stop() {
  impl_->stop();
}

}  // namespace paysaga::engine::stripe
