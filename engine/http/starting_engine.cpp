#include "paysaga/engine/http/starting_engine.hpp"

namespace paysaga::engine::http {
namespace {

constexpr const char* too_early = "the node is starting: its log is not reachable yet";

tl::unexpected<Error> not_yet() {
  return fail(ErrorCode::unavailable, too_early);
}

}  // namespace

void StartingEngine::submit(actors::Submission submission, Done<actors::Submitted> done) {
  if (engine() != nullptr) return engine()->submit(std::move(submission), std::move(done));
  done({actors::Submitted::Kind::not_leading, {}, too_early, nullptr});
}

void StartingEngine::wait(OrderId order, Duration at_most, Done<std::shared_ptr<const Saga>> done) {
  if (engine() != nullptr) return engine()->wait(std::move(order), at_most, std::move(done));
  done(nullptr);
}

std::string StartingEngine::order_json(const Saga& saga) const {
  ensure(engine() != nullptr, "who has an order has an engine that knows it");
  return engine()->order_json(saga);
}

Result<std::shared_ptr<const Saga>> StartingEngine::load(const OrderId& order) const {
  if (engine() != nullptr) return engine()->load(order);
  return not_yet();
}

Result<Page> StartingEngine::timeline(const OrderId& order, std::string_view after,
                                      std::size_t limit) const {
  if (engine() != nullptr) return engine()->timeline(order, after, limit);
  return not_yet();
}

Result<Page> StartingEngine::list(const storage::OrderQuery& query) const {
  if (engine() != nullptr) return engine()->list(query);
  return not_yet();
}

void StartingEngine::actors(std::size_t limit, Done<std::vector<actors::ActorInfo>> done) {
  if (engine() != nullptr) return engine()->actors(limit, std::move(done));
  done({});
}

void StartingEngine::actor(OrderId order, Done<std::optional<actors::ActorInfo>> done) {
  if (engine() != nullptr) return engine()->actor(std::move(order), std::move(done));
  done(std::nullopt);
}

void StartingEngine::partitions(Done<std::vector<actors::PartitionInfo>> done) {
  if (engine() != nullptr) return engine()->partitions(std::move(done));
  done({});
}

void StartingEngine::resume(OrderId order, std::string reason, Done<Result<std::monostate>> done) {
  if (engine() == nullptr) return done(not_yet());
  engine()->resume(std::move(order), std::move(reason), std::move(done));
}

void StartingEngine::skip(OrderId order, std::string reason, Done<Result<std::monostate>> done) {
  if (engine() == nullptr) return done(not_yet());
  engine()->skip(std::move(order), std::move(reason), std::move(done));
}

Result<Page> StartingEngine::dead_letters(std::string_view after, std::size_t limit) const {
  if (engine() != nullptr) return engine()->dead_letters(after, limit);
  return not_yet();
}

Result<std::string> StartingEngine::dead_letter(std::string_view id) const {
  if (engine() != nullptr) return engine()->dead_letter(id);
  return not_yet();
}

void StartingEngine::redrive(std::string id, std::string reason, bool force,
                             Done<Result<std::monostate>> done) {
  if (engine() == nullptr) return done(not_yet());
  engine()->redrive(std::move(id), std::move(reason), force, std::move(done));
}

void StartingEngine::discard(std::string id, std::string reason,
                             Done<Result<std::monostate>> done) {
  if (engine() == nullptr) return done(not_yet());
  engine()->discard(std::move(id), std::move(reason), std::move(done));
}

bool StartingEngine::elsewhere(const OrderId& order) const {
  return engine() != nullptr && engine()->elsewhere(order);
}

void StartingEngine::forward(const OrderId& order, Request request, Done<Response> done) {
  ensure(engine() != nullptr, "only an engine knows who else there is");
  engine()->forward(order, std::move(request), std::move(done));
}

bool StartingEngine::ready() const {
  return engine() != nullptr && engine()->ready();
}

void StartingEngine::gauges(Done<Gauges> done) {
  if (engine() != nullptr) return engine()->gauges(std::move(done));
  done({});
}

}  // namespace paysaga::engine::http
