#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "paysaga/actors/node.hpp"
#include "paysaga/engine/http/engine.hpp"
#include "paysaga/engine/http/fellows.hpp"
#include "paysaga/engine/http/forwarder.hpp"
#include "paysaga/engine/http/gatherer.hpp"
#include "paysaga/engine/node_holds.hpp"
#include "paysaga/engine/reconcile/reconciler.hpp"
#include "paysaga/storage/state_store.hpp"

namespace paysaga::engine::http {

/// The engine of a node, for its HTTP API: commands go to the actors, reads to the store.
///
/// Lifetime:  node and store outlive it; it outlives the node's last callback.
class RuntimeEngine final : public Engine {
 public:
  using Checkpoint = std::function<Result<std::filesystem::path>()>;
  /// All null if there are no other nodes.
  struct Neighbours {
    Forwarder* forwarder = nullptr;
    Gatherer* gatherer = nullptr;
    Fellows* fellows = nullptr;
  };
  /// All null on a node that runs no payments.
  struct Provider {
    const RequestEncoder* encoder = nullptr;
    stripe::Webhooks* webhooks = nullptr;
    reconcile::Reconciler* reconciler = nullptr;
  };
  /// `holds`: null where none are kept.
  RuntimeEngine(actors::Node& node, const storage::StateStore& store, Neighbours neighbours,
                Checkpoint checkpoint, Provider provider, NodeHolds* holds = nullptr);

  void submit(actors::Submission submission, Done<actors::Submitted> done) override;
  void wait(OrderId order, Duration at_most, Done<std::shared_ptr<const Saga>> done) override;
  [[nodiscard]] std::string order_json(const Saga& saga) const override;
  [[nodiscard]] Result<std::shared_ptr<const Saga>> load(const OrderId& order) const override;
  [[nodiscard]] Result<Page> timeline(const OrderId& order, std::string_view after,
                                      std::size_t limit) const override;
  [[nodiscard]] Result<Page> list(const storage::OrderQuery& query) const override;
  [[nodiscard]] Result<std::vector<storage::OrderCount>> count(
      const storage::PartitionSet& partitions, storage::CountBy by) const override;
  void actors(std::size_t limit, Done<std::vector<actors::ActorInfo>> done) override;
  void actor(OrderId order, Done<std::optional<actors::ActorInfo>> done) override;
  void partitions(Done<std::vector<actors::PartitionInfo>> done) override;
  [[nodiscard]] bool quarantined(const OrderId& order) const override;
  void resume(OrderId order, std::string reason, Done<Result<std::monostate>> done) override;
  void skip(OrderId order, std::string reason, Done<Result<std::monostate>> done) override;
  [[nodiscard]] Result<Page> dead_letters(const storage::DeadLetterQuery& query) const override;
  [[nodiscard]] Result<std::string> dead_letter(std::string_view id) const override;
  void redrive(std::string id, std::string reason, bool force,
               Done<Result<std::monostate>> done) override;
  void discard(std::string id, std::string reason, Done<Result<std::monostate>> done) override;
  [[nodiscard]] std::uint32_t partition_count() const override;
  [[nodiscard]] storage::PartitionSet told() const override;
  void gather(std::string_view name, Request request, const storage::PartitionSet& partitions,
              Done<Gathered> done) override;
  [[nodiscard]] bool led_elsewhere(storage::PartitionId partition) const override;
  void forward_to(storage::PartitionId partition, Request request, Done<Response> done) override;
  [[nodiscard]] bool elsewhere(const OrderId& order) const override;
  [[nodiscard]] bool current(const OrderId& order) const override;
  void forward(const OrderId& order, Request request, Done<Response> done) override;
  void take_webhook(std::string body, std::string signature,
                    Done<stripe::WebhookAnswer> done) override;
  void checkpoint(Done<Result<std::string>> done) override;
  void show_intent(const OrderId& order, const IntentId& intent,
                   Done<Result<std::string>> done) override;
  void provider(Done<actors::ProviderInfo> done) override;
  [[nodiscard]] Result<std::string> reconcile(Duration since) override;
  [[nodiscard]] Result<std::string> reconciliation() const override;
  [[nodiscard]] std::vector<actors::NodeHold> holds() const override;
  [[nodiscard]] Result<void> set_hold(actors::NodeHold hold) override;
  [[nodiscard]] Result<void> clear_hold(actors::HoldScope scope, std::string_view name,
                                        std::string_view reason) override;
  void ask_fellows(const Request& request, Done<std::vector<FellowAnswer>> done) override;
  [[nodiscard]] bool ready() const override;
  void gauges(Done<Gauges> done) override;

 private:
  actors::Node& node_;
  const storage::StateStore& store_;
  const Neighbours neighbours_;
  Checkpoint checkpoint_;
  const Provider provider_;
  NodeHolds* holds_;
  std::mutex guard_;
  std::future<void> making_;  // A checkpoint: a second or two of writing, one at a time.
};

/// The gauges that the store knows of these partitions; `Gauges::partitions` is left empty.
[[nodiscard]] Gauges store_gauges(const storage::StateStore& store,
                                  const storage::PartitionSet& partitions, Time now);

}  // namespace paysaga::engine::http
