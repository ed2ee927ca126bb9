#include "apps/node_target.hpp"

#include <chrono>
#include <utility>

#include "paysaga/storage/codec_command.hpp"

namespace paysaga::apps {
namespace {

/// Longer than any settled day lasts; a wait that ends here holds its order's lines no longer.
constexpr std::chrono::hours wait_max{1};

LineResult result_of(const actors::Submitted& submitted) {
  using From = actors::Submitted::Kind;
  using To = LineResult::Kind;
  switch (submitted.kind) {
    case From::accepted:
      return {To::accepted, {}};
    case From::repeated:
      return {To::repeated, {}};
    case From::refused:
      return {To::refused, submitted.code + ": " + submitted.detail};
    case From::parked:
      return {To::parked, {}};
    case From::quarantined:
      return {To::quarantined, submitted.detail};
    case From::unknown_order:
      return {To::refused, "unknown_order: no such order"};
    case From::overloaded:
    case From::not_leading:
    case From::outcome_unknown:
      return {To::again, {}};
  }
  std::abort();
}

}  // namespace

void NodeTarget::submit(const CommandLine& line, std::function<void(LineResult)> done) {
  auto parsed = storage::parse_command(line.text);
  if (!parsed) return done({LineResult::Kind::invalid, parsed.error().detail});
  node_.submit(
      {std::move(parsed->order), std::move(parsed->input), true},
      [done = std::move(done)](const actors::Submitted& submitted) { done(result_of(submitted)); });
}

void NodeTarget::wait(const std::string& order, const std::string& wanted,
                      std::function<void()> done) {
  wait_until(
      order,
      [wanted](const Saga& saga) {
        const bool busy =
            !saga.parked.empty() || (saga.payment && !saga.payment->operations.empty());
        return is_over(status_text(saga), wanted, busy);
      },
      std::move(done));
}

void NodeTarget::settled(const std::string& order, std::function<void()> done) {
  wait_until(
      order, [](const Saga& saga) { return status_text(saga) != "PAYMENT_PROCESSING"; },
      std::move(done));
}

void NodeTarget::wait_until(const std::string& order, std::function<bool(const Saga&)> until,
                            std::function<void()> done) {
  auto id = OrderId::parse(order);
  if (!id) return done();  // Its lines are refused one by one.
  const Time deadline =
      std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()) + wait_max;
  node_.wait(std::move(*id), std::move(until), deadline,
             [done = std::move(done)](const auto&) { done(); });
}

}  // namespace paysaga::apps
