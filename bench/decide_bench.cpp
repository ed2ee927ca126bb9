// How long the pure core takes to decide one input: the four inputs of a payment that goes well.

#include <fmt/format.h>

#include "bench/harness.hpp"
#include "paysaga/engine/stripe/request_encoder.hpp"
#include "paysaga/saga/saga.hpp"

namespace {

using namespace paysaga;

IntentObject intent(IntentStatus status, const Money& amount) {
  return IntentObject{.id = IntentId::of("pi_1"),
                      .status = status,
                      .amount = amount,
                      .received_minor = status == IntentStatus::succeeded ? amount.minor : 0,
                      .order = "o1",
                      .attempt = 1,
                      .ledger = "benchledge"};
}

}  // namespace

int main(int argc, char** argv) {
  const auto rounds = static_cast<int>(bench::option(argc, argv, "rounds", 20'000));
  const auto runs = static_cast<int>(bench::option(argc, argv, "runs", 9));
  bench::print_machine("decide");
  const engine::stripe::StripeEncoder encoder;
  const Policy policy;
  const Context context{
      time_from_micros(1'700'000'000'000'000), policy, encoder, "paysaga", "benchledge", 7, false};
  const OrderId order = OrderId::of("o1");
  const Money amount{4200, *Currency::parse("EUR")};
  const auto command = [&](const char* id, Command what) {
    return Input{order, CommandInput{EventId::of(id), 1, std::move(what), {}, {}}};
  };
  const auto answer = [&](const Saga& saga, Answer what) {
    return Input{order,
                 AnswerInput{pending_calls(saga, context).at(0).id, std::move(what), "req_1", {}}};
  };
  // The states that the four inputs are decided on, and the inputs, made once.
  const Saga fresh = new_saga(order);
  const Input initiate = command(
      "c1", command::PaymentInitiate{
                amount, CustomerId::of("cus_1"), MethodId::of("pm_card_visa"), {}, false, {}});
  const Saga creating = decide(fresh, initiate, context).next;
  const Input created =
      answer(creating, answer::Intent{intent(IntentStatus::requires_payment_method, amount)});
  const Saga confirming = decide(creating, created, context).next;
  const Input confirmed =
      answer(confirming, answer::Intent{intent(IntentStatus::succeeded, amount)});
  const Saga paid = decide(confirming, confirmed, context).next;
  const Input fulfilled = command("c2", command::OrderFulfilled{});
  const struct {
    const char* name;
    const Saga& saga;
    const Input& input;
  } steps[] = {{"payment.initiate", fresh, initiate},
               {"create answered", creating, created},
               {"confirm answered", confirming, confirmed},
               {"order.fulfilled", paid, fulfilled}};
  std::vector<double> all;
  for (const auto& step : steps) {
    std::vector<double> nanos;
    std::uint64_t sink = 0;
    for (int run = 0; run < runs; ++run) {
      const double begun = bench::thread_cpu_seconds();
      for (int i = 0; i < rounds; ++i) {
        sink += decide(step.saga, step.input, context).events.size();
      }
      nanos.push_back((bench::thread_cpu_seconds() - begun) * 1e9 / rounds);
    }
    all.push_back(bench::median(nanos));
    fmt::print("  {:<18} {:6.0f} ns a decision (median of {} runs of {}, {} events)\n", step.name,
               bench::median(nanos), runs, rounds,
               sink / (static_cast<std::uint64_t>(rounds) * static_cast<std::uint64_t>(runs)));
  }
  double sum = 0;
  for (const double nanos : all) sum += nanos;
  fmt::print("  mean of the four   {:6.0f} ns (aim: 2,000)\n", sum / 4);
}
