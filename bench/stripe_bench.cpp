// How many payments (create, then confirm) the Stripe simulator serves: the model alone, and over
// HTTP with a journal, client and server in this process.

#include <atomic>
#include <condition_variable>
#include <mutex>

#include <fmt/format.h>

#include "bench/harness.hpp"
#include "paysaga/engine/stripe/http_client.hpp"
#include "paysaga/sim/stripe/model.hpp"
#include "paysaga/sim/stripe/server.hpp"

namespace {

using namespace paysaga;
namespace stripe = engine::stripe;

constexpr const char* create_path = "/v1/payment_intents";

std::string create_body(int payment) {
  return fmt::format(
      "amount=4200&currency=eur&payment_method_types[]=card&metadata[order_id]=o{}"
      "&metadata[ledger]=bench",
      payment);
}

/// The id in an answer: the first member of every object.
std::string id_of(const std::string& body) {
  const std::size_t start = body.find("pi_");
  return start == std::string::npos ? std::string{}
                                    : body.substr(start, body.find('"', start) - start);
}

void model_alone(int payments) {
  sim::stripe::StripeModel model{{}};
  Time now = time_from_micros(1'700'000'000'000'000);
  const auto post = [&](std::string path, std::string body, std::string key) {
    now += milliseconds{1};
    return model.serve(
        {"POST", std::move(path), std::move(body), "Bearer sk_test_bench", std::move(key), {}, {}},
        now);
  };
  const double began = bench::thread_cpu_seconds();
  for (int i = 0; i < payments; ++i) {
    const std::string id =
        id_of(post(create_path, create_body(i), fmt::format("create-{}", i)).body);
    const auto done = post(fmt::format("{}/{}/confirm", create_path, id),
                           "payment_method=pm_card_visa", fmt::format("confirm-{}", i));
    ensure(done.status == 200, "a payment succeeds");
  }
  const double seconds = bench::thread_cpu_seconds() - began;
  ensure(model.books().totals().at("EUR").charges == static_cast<std::uint64_t>(payments),
         "every payment is in the books");
  fmt::print("model alone: {:.0f} payments/s of a core, {:.1f} us each\n", payments / seconds,
             seconds / payments * 1e6);
}

/// Pays so many times, a bounded number at once.
class Payers {
 public:
  Payers(stripe::HttpClient& client, int payments) : client_{client}, payments_{payments} {}

  void run(int at_once) {
    for (int i = 0; i < at_once; ++i) next();
    std::unique_lock lock{mutex_};
    over_.wait(lock, [&] { return done_ == payments_; });
  }

 private:
  void next() {
    const int payment = started_++;
    if (payment >= payments_) return;
    send(create_path, create_body(payment), fmt::format("create-{}", payment),
         [this, payment](const std::string& body) {
           send(fmt::format("{}/{}/confirm", create_path, id_of(body)),
                "payment_method=pm_card_visa", fmt::format("confirm-{}", payment),
                [this](const std::string&) { finish(); });
         });
  }
  void finish() {
    {
      const std::scoped_lock lock{mutex_};
      if (++done_ == payments_) over_.notify_all();
    }
    next();
  }
  template <class Then>
  void send(std::string target, std::string body, std::string key, Then then) {
    stripe::HttpRequest request;
    request.method = "POST";
    request.target = std::move(target);
    request.headers = {{"Authorization", "Bearer sk_test_bench"},
                       {"Content-Type", "application/x-www-form-urlencoded"},
                       {"Idempotency-Key", std::move(key)}};
    request.body = std::move(body);
    client_.send(std::move(request), [then](const stripe::HttpResult& result) {
      const auto* response = std::get_if<stripe::HttpResponse>(&result);
      ensure(response != nullptr && response->status == 200, "a payment succeeds");
      then(response->body);
    });
  }

  stripe::HttpClient& client_;
  const int payments_;
  std::atomic<int> started_{0};
  std::mutex mutex_;
  std::condition_variable over_;
  int done_ = 0;
};

/// Payments a second.
double over_http(int payments, int at_once) {
  const bench::Directory directory;
  sim::StripeServer server;
  sim::StripeServerOptions options;
  options.journal = directory.path() + "/stripe.log";
  ensure(server.start(options).has_value(), "the simulator starts");
  stripe::HttpClientOptions client_options;
  client_options.url = *stripe::BaseUrl::parse(server.url());
  auto client = stripe::HttpClient::start(client_options);
  ensure(client.has_value(), "the client starts");
  const bench::Stopwatch watch;
  const double cpu = bench::cpu_seconds();
  Payers{**client, payments}.run(at_once);
  const double seconds = watch.seconds();
  ensure(server.violations() == 0, "nothing is charged twice");
  fmt::print(
      "  {} payments in {:.2f} s: {:.0f}/s, {:.2f} ms of processor time each, client and "
      "server\n",
      payments, seconds, payments / seconds, (bench::cpu_seconds() - cpu) / payments * 1e3);
  return payments / seconds;
}

}  // namespace

int main(int argc, char** argv) {
  const int payments = static_cast<int>(bench::option(argc, argv, "payments", 20'000));
  const int runs = static_cast<int>(bench::option(argc, argv, "runs", 5));
  const int at_once = static_cast<int>(bench::option(argc, argv, "at-once", 32));
  bench::print_machine("stripe");
  model_alone(payments);
  fmt::print("over HTTP, {} at once, with a journal:\n", at_once);
  std::vector<double> rates;
  for (int run = 0; run < runs; ++run) rates.push_back(over_http(payments, at_once));
  fmt::print("median {:.0f} payments/s of {} runs\n", bench::median(rates), runs);
}
