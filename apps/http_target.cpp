#include "apps/http_target.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <simdjson.h>

#include "apps/json_view.hpp"

namespace paysaga::apps {
namespace {

constexpr std::size_t connections = 4;
constexpr std::size_t lines_a_request_max = 256;
constexpr std::chrono::milliseconds look_every{50};
constexpr std::chrono::milliseconds again_after{200};
constexpr int failures_max = 25;  // In a row: about five seconds without an answer.

LineResult result_of(const Json& result) {
  using Kind = LineResult::Kind;
  const std::string outcome = text_at(result, "/outcome");
  const std::string detail = text_at(result, "/code") + ": " + text_at(result, "/detail");
  if (outcome == "accepted") return {Kind::accepted, {}};
  if (outcome == "repeated") return {Kind::repeated, {}};
  if (outcome == "parked") return {Kind::parked, {}};
  if (outcome == "refused") return {Kind::refused, detail};
  if (outcome == "quarantined") return {Kind::quarantined, detail};
  if (text_at(result, "/retryable") == "true") return {Kind::again, detail};
  return {Kind::invalid, text_at(result, "/detail")};
}

}  // namespace

class HttpTarget::Impl {
 public:
  explicit Impl(const NodeClient& client) {
    for (std::size_t i = 0; i < connections; ++i) {
      threads_.emplace_back([this, client] { send_lines(client); });
    }
    threads_.emplace_back([this, client] { look_at_orders(client); });
  }

  ~Impl() {
    {
      const std::lock_guard lock{mutex_};
      stopped_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void submit(const CommandLine& line, std::function<void(LineResult)> done) {
    const std::lock_guard lock{mutex_};
    lines_.push_back({line.text, std::move(done)});
    changed_.notify_all();
  }

  void wait(const std::string& order, std::function<bool(const Json&)> over,
            std::function<void()> done) {
    const std::lock_guard lock{mutex_};
    looks_.push_back({order, std::move(over), std::move(done)});
  }

  [[nodiscard]] std::optional<Error> failure() const {
    const std::lock_guard lock{mutex_};
    return failure_;
  }

 private:
  struct Line {
    std::string text;
    std::function<void(LineResult)> done;
  };
  struct Look {
    std::string order;
    std::function<bool(const Json&)> over;
    std::function<void()> done;
  };

  void send_lines(NodeClient client) {
    std::unique_lock lock{mutex_};
    for (;;) {
      changed_.wait(lock, [this] { return stopped_ || !lines_.empty(); });
      if (stopped_) return;
      std::vector<Line> taken;
      while (!lines_.empty() && taken.size() < lines_a_request_max) {
        taken.push_back(std::move(lines_.front()));
        lines_.pop_front();
      }
      lock.unlock();
      post(client, taken);
      lock.lock();
    }
  }

  /// One request; every line of it gets its result, or is to be sent again.
  void post(NodeClient& client, std::vector<Line>& lines) {
    std::string body;
    for (const Line& line : lines) body += line.text + "\n";
    const auto answer = client.post("/v1/commands", body, "application/x-ndjson", {});
    std::size_t answered = 0;
    if (answer && answer->status == 200) {
      failures_ = 0;
      simdjson::dom::parser parser;
      std::size_t from = 0;
      for (std::size_t end = 0; answered < lines.size(); from = end + 1) {
        end = answer->body.find('\n', from);
        if (end == std::string::npos) break;
        Json result;
        if (parser.parse(answer->body.substr(from, end - from)).get(result) != simdjson::SUCCESS) {
          break;
        }
        lines[answered++].done(result_of(result));
      }
    } else {
      note_failure(answer ? Error{ErrorCode::unavailable,
                                  "the node answered " + std::to_string(answer->status)}
                          : answer.error());
      std::this_thread::sleep_for(again_after);
    }
    for (; answered < lines.size(); ++answered) {
      lines[answered].done({LineResult::Kind::again, {}});
    }
  }

  void note_failure(Error error) {
    if (++failures_ < failures_max) return;
    const std::lock_guard lock{mutex_};
    failure_ = std::move(error);
  }

  void look_at_orders(NodeClient client) {
    std::unique_lock lock{mutex_};
    while (!stopped_) {
      std::vector<Look> looks = std::exchange(looks_, {});
      lock.unlock();
      std::vector<Look> kept;
      for (Look& look : looks) {
        const auto answer = client.get("/v1/orders/" + percent_encode(look.order));
        simdjson::dom::parser parser;
        Json order;
        const bool known = answer && answer->status == 200 &&
                           parser.parse(answer->body).get(order) == simdjson::SUCCESS;
        if (known && look.over(order)) {
          look.done();
        } else {
          kept.push_back(std::move(look));
        }
      }
      lock.lock();
      std::move(kept.begin(), kept.end(), std::back_inserter(looks_));
      changed_.wait_for(lock, look_every, [this] { return stopped_; });
    }
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Line> lines_;
  std::vector<Look> looks_;
  std::optional<Error> failure_;
  std::atomic<int> failures_ = 0;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

HttpTarget::HttpTarget(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
HttpTarget::~HttpTarget() = default;

Result<std::unique_ptr<HttpTarget>> HttpTarget::to(const std::string& url) {
  auto client = NodeClient::to(url);
  if (!client) return tl::unexpected{client.error()};
  if (const auto alive = client->get("/livez"); !alive) return tl::unexpected{alive.error()};
  return std::unique_ptr<HttpTarget>{new HttpTarget{std::make_unique<Impl>(*client)}};
}

void HttpTarget::submit(const CommandLine& line, std::function<void(LineResult)> done) {
  impl_->submit(line, std::move(done));
}

void HttpTarget::wait(const std::string& order, const std::string& wanted,
                      std::function<void()> done) {
  impl_->wait(
      order,
      [wanted](const Json& seen) {
        const bool busy = !text_at(seen, "/parked/0/command").empty() ||
                          !text_at(seen, "/payment/operations/0/phase").empty();
        return is_over(text_at(seen, "/status"), wanted, busy);
      },
      std::move(done));
}

void HttpTarget::settled(const std::string& order, std::function<void()> done) {
  impl_->wait(
      order, [](const Json& seen) { return text_at(seen, "/status") != "PAYMENT_PROCESSING"; },
      std::move(done));
}

std::optional<Error> HttpTarget::failure() const {
  return impl_->failure();
}

}  // namespace paysaga::apps
