#pragma once

#include <atomic>

#include "paysaga/engine/http/engine.hpp"

namespace paysaga::engine::http {

/// Stands before the engine while that starts, which may take as long as its log is not reachable:
/// until then it is not ready, decides nothing and says that it is too early.
///
/// Threads:   any.
/// Lifetime:  the engine outlives it.
class StartingEngine final : public Engine {
 public:
  /// From now on everything goes to `engine`.
  void started(Engine& engine) { engine_ = &engine; }

  void submit(actors::Submission submission, Done<actors::Submitted> done) override;
  void wait(OrderId order, Duration at_most, Done<std::shared_ptr<const Saga>> done) override;
  [[nodiscard]] std::string order_json(const Saga& saga) const override;
  [[nodiscard]] Result<std::shared_ptr<const Saga>> load(const OrderId& order) const override;
  [[nodiscard]] Result<Page> timeline(const OrderId& order, std::string_view after,
                                      std::size_t limit) const override;
  [[nodiscard]] Result<Page> list(const storage::OrderQuery& query) const override;
  void actors(std::size_t limit, Done<std::vector<actors::ActorInfo>> done) override;
  void actor(OrderId order, Done<std::optional<actors::ActorInfo>> done) override;
  void partitions(Done<std::vector<actors::PartitionInfo>> done) override;
  void resume(OrderId order, std::string reason, Done<Result<std::monostate>> done) override;
  void skip(OrderId order, std::string reason, Done<Result<std::monostate>> done) override;
  [[nodiscard]] Result<Page> dead_letters(std::string_view after, std::size_t limit) const override;
  [[nodiscard]] Result<std::string> dead_letter(std::string_view id) const override;
  void redrive(std::string id, std::string reason, bool force,
               Done<Result<std::monostate>> done) override;
  void discard(std::string id, std::string reason, Done<Result<std::monostate>> done) override;
  [[nodiscard]] bool elsewhere(const OrderId& order) const override;
  void forward(const OrderId& order, Request request, Done<Response> done) override;
  [[nodiscard]] bool ready() const override;
  void gauges(Done<Gauges> done) override;

 private:
  [[nodiscard]] Engine* engine() const { return engine_; }

  std::atomic<Engine*> engine_ = nullptr;
};

}  // namespace paysaga::engine::http
