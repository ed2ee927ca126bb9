#include "paysaga/engine/http/forwarder.hpp"

#include "paysaga/engine/http/problem.hpp"

namespace paysaga::engine::http {
namespace {

constexpr std::chrono::seconds answer_timeout{65};  // Longer than any `Prefer: wait`.

using Subject = std::optional<OrderId>;

Response again(const Subject& order, std::string_view code, std::string detail) {
  Problem problem{
      503, std::string{code}, std::move(detail), order ? order->text() : "", {}, {}, true, 1};
  return http::to_response(problem);
}

}  // namespace

Forwarder::Forwarder(storage::Log& log, std::string node, std::string address)
    : address_{std::move(address)}, peers_{std::move(node), answer_timeout}, owners_{log} {}

Forwarder::~Forwarder() {
  peers_.stop();
}

void Forwarder::forward(storage::PartitionId partition, const Subject& order, Request request,
                        Done done) {
  owners_.find(partition, [this, partition, order, request = std::move(request),
                           done = std::move(done)](Result<storage::Claim> claim) mutable {
    if (!claim) return done(again(order, "not_leading", claim.error().detail));
    if (claim->address == address_) {
      owners_.forget(partition);
      return done(again(order, "not_leading", "the partition changes its leader"));
    }
    send(partition, order, claim->address, std::move(request), done);
  });
}

void Forwarder::send(storage::PartitionId partition, const Subject& order,
                     const std::string& address, Request request, const Done& done) {
  const auto answered = [this, partition, order, address, done](Peers::Answer answer) {
    if (auto* response = std::get_if<Response>(&answer)) {
      if (response->status == 503) owners_.forget(partition);
      return done(std::move(*response));
    }
    owners_.forget(partition);
    const auto& failure = std::get<stripe::TransportFailure>(answer);
    const std::string why{stripe::to_text(failure.fault)};
    if (!failure.maybe_sent) {
      return done(
          again(order, "not_leading", "the leader at " + address + " is not reachable: " + why));
    }
    const std::string advice = order ? "repeat with the same Idempotency-Key"
                                     : "look whether it was done before you repeat it";
    done(again(order, "outcome_unknown",
               "the leader at " + address + " did not answer (" + why + "): " + advice));
  };
  if (peers_.ask(address, std::move(request), answered)) return;
  done(again(order, "not_leading", "the leader's address " + address + " cannot be asked"));
}

}  // namespace paysaga::engine::http
