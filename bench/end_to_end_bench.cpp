// Whole sagas through the whole engine: payment.initiate, create and confirm at the Stripe
// simulator over HTTP, ORDER_CREATED published, order.fulfilled. The simulator's work is in the
// figures: it runs in the same process.
//
//     end_to_end_bench [--kafka HOST:PORT] [--sagas N] [--runs N] [--in-flight N]

#include <condition_variable>
#include <mutex>

#include <fmt/format.h>

#include "bench/embedded.hpp"
#include "bench/harness.hpp"

namespace {

using namespace paysaga;

struct Run {
  double sagas_a_second;
  double cpu_ms;
  std::uint64_t failed;
};

Run run_sagas(const std::string& brokers, Duration latency, int sagas, int in_flight_max) {
  const bench::Directory directory;
  bench::Embedded embedded{bench::settings_of(directory.path(), brokers), latency, nullptr};
  std::mutex mutex;
  std::condition_variable changed;
  int in_flight = 0;
  std::uint64_t failed = 0;
  const auto finish = [&](bool ok) {
    const std::lock_guard lock{mutex};
    --in_flight;
    failed += ok ? 0 : 1;
    changed.notify_one();
  };
  const double cpu = bench::cpu_seconds();
  const bench::Stopwatch watch;
  for (int i = 0; i < sagas; ++i) {
    {
      std::unique_lock lock{mutex};
      changed.wait(lock, [&] { return in_flight < in_flight_max; });
      ++in_flight;
    }
    const std::string order = "o" + std::to_string(i);
    embedded.pay(order, [](const actors::Submitted&) {});
    embedded.when_paid(order, [&embedded, &finish, order](bool paid) {
      if (!paid) return finish(false);
      embedded.fulfil(order, [&finish](const actors::Submitted& submitted) {
        finish(submitted.kind == actors::Submitted::Kind::accepted);
      });
    });
  }
  std::unique_lock lock{mutex};
  changed.wait(lock, [&] { return in_flight == 0; });
  const double seconds = watch.seconds();
  const double used = bench::cpu_seconds() - cpu;
  lock.unlock();
  embedded.runtime->stop(seconds > 0 ? std::chrono::seconds{5} : std::chrono::seconds{0});
  return {sagas / seconds, used * 1e3 / sagas, failed};
}

}  // namespace

int main(int argc, char** argv) {
  const auto sagas = static_cast<int>(bench::option(argc, argv, "sagas", 20'000));
  const auto runs = static_cast<int>(bench::option(argc, argv, "runs", 3));
  const auto in_flight = static_cast<int>(bench::option(argc, argv, "in-flight", 512));
  const std::string brokers = bench::word(argc, argv, "kafka");
  bench::print_machine(brokers.empty() ? "end_to_end" : "end_to_end on Kafka");
  for (const int latency_ms : {0, 30}) {
    std::vector<double> rates;
    std::vector<double> cpu;
    std::uint64_t failed = 0;
    for (int run = 0; run < runs; ++run) {
      const Run result = run_sagas(brokers, milliseconds{latency_ms}, sagas, in_flight);
      rates.push_back(result.sagas_a_second);
      cpu.push_back(result.cpu_ms);
      failed += result.failed;
    }
    fmt::print(
        "  Stripe {:>2} ms: {:>6.0f} sagas/s, {:.2f} ms of processor a saga, simulator included "
        "(median of {} runs of {}, {} in flight, {} failed)\n",
        latency_ms, bench::median(rates), bench::median(cpu), runs, sagas, in_flight, failed);
    if (failed > 0) return 1;
  }
}
