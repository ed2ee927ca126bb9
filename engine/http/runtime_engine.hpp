#pragma once

#include "paysaga/engine/http/engine.hpp"
#include "paysaga/engine/runtime.hpp"

namespace paysaga::engine::http {

/// A runtime in this process behind the HTTP API.
///
/// Lifetime:  the runtime outlives it.
class RuntimeEngine final : public Engine {
 public:
  explicit RuntimeEngine(Runtime& runtime) : runtime_{runtime} {}

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
  [[nodiscard]] bool ready() const override;
  void gauges(Done<Gauges> done) override;

 private:
  Runtime& runtime_;
};

}  // namespace paysaga::engine::http
