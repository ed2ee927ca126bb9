#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "paysaga/actors/node.hpp"
#include "paysaga/engine/http/message.hpp"
#include "paysaga/engine/http/page.hpp"
#include "paysaga/engine/metrics.hpp"
#include "paysaga/engine/stripe/webhooks.hpp"
#include "paysaga/saga/saga.hpp"
#include "paysaga/storage/order_counts.hpp"
#include "paysaga/storage/state_store.hpp"

namespace paysaga::engine::http {

/// What the HTTP API needs of the engine behind it. A runtime stands behind it in a node, a fake in
/// the tests of the API.
///
/// Threads:   every call from any thread; a callback comes once, from any thread or from within the
///            call, and may come after the server has stopped.
class Engine {
 public:
  template <class T>
  using Done = std::function<void(T)>;
  virtual ~Engine() = default;

  virtual void submit(actors::Submission submission, Done<actors::Submitted> done) = 0;
  /// Comes when nothing is under way for the order, or after `at_most`; null: no such order.
  virtual void wait(OrderId order, Duration at_most, Done<std::shared_ptr<const Saga>> done) = 0;

  /// The order as people see it, a JSON object.
  [[nodiscard]] virtual std::string order_json(const Saga& saga) const = 0;
  /// Null: no such order.
  [[nodiscard]] virtual Result<std::shared_ptr<const Saga>> load(const OrderId& order) const = 0;
  /// The order's decisions, oldest first; no items: no such order. Errors: malformed (`after`).
  [[nodiscard]] virtual Result<Page> timeline(const OrderId& order, std::string_view after,
                                              std::size_t limit) const = 0;
  /// Errors: malformed (`after` is none of ours).
  [[nodiscard]] virtual Result<Page> list(const storage::OrderQuery& query) const = 0;

  /// The orders of these partitions. Errors: those of the store.
  [[nodiscard]] virtual Result<std::vector<storage::OrderCount>> count(
      const storage::PartitionSet& partitions, storage::CountBy by) const = 0;

  virtual void actors(std::size_t limit, Done<std::vector<actors::ActorInfo>> done) = 0;
  virtual void actor(OrderId order, Done<std::optional<actors::ActorInfo>> done) = 0;
  virtual void partitions(Done<std::vector<actors::PartitionInfo>> done) = 0;
  /// True if the order is stopped after a fault: then `resume` is what lets it go on.
  [[nodiscard]] virtual bool quarantined(const OrderId& order) const = 0;
  /// Lifts a quarantine. Errors: not_found, forbidden (it is not quarantined), unavailable.
  virtual void resume(OrderId order, std::string reason, Done<Result<std::monostate>> done) = 0;
  virtual void skip(OrderId order, std::string reason, Done<Result<std::monostate>> done) = 0;

  /// Errors: as `list`. A page of many bytes may have fewer than `limit`, and a `next`.
  [[nodiscard]] virtual Result<Page> dead_letters(const storage::DeadLetterQuery& query) const = 0;
  /// A JSON object; not_found.
  [[nodiscard]] virtual Result<std::string> dead_letter(std::string_view id) const = 0;

  /// As actors::Node::redrive and discard.
  virtual void redrive(std::string id, std::string reason, bool force,
                       Done<Result<std::monostate>> done) = 0;
  virtual void discard(std::string id, std::string reason, Done<Result<std::monostate>> done) = 0;

  [[nodiscard]] virtual std::uint32_t partition_count() const = 0;
  /// The partitions of which this node tells in lists: those that it leads and has caught up with;
  /// all, if there are no other nodes.
  [[nodiscard]] virtual storage::PartitionSet told() const = 0;
  /// Asks the nodes that lead these partitions for their parts of the list `name`.
  virtual void gather(std::string_view /*name*/, Request /*request*/,
                      const storage::PartitionSet& /*partitions*/, Done<Gathered> /*done*/) {
    ensure(false, "only an engine with other nodes beside it asks them");
  }

  /// True if another node leads the order's partition: what is asked of the order goes there.
  [[nodiscard]] virtual bool elsewhere(const OrderId& /*order*/) const { return false; }
  /// True if what this node knows of the order is no older than any answer that was given before:
  /// it leads the partition and has caught up. Without it the state may be that of a former lead.
  [[nodiscard]] virtual bool current(const OrderId& /*order*/) const { return true; }
  /// Passes a request on to that node.
  virtual void forward(const OrderId& /*order*/, Request /*request*/, Done<Response> /*done*/) {
    ensure(false, "only an engine with other nodes beside it passes requests on");
  }

  /// The same for what belongs to no order but to a partition.
  [[nodiscard]] virtual bool led_elsewhere(storage::PartitionId /*partition*/) const {
    return false;
  }
  virtual void forward_to(storage::PartitionId /*partition*/, Request /*request*/,
                          Done<Response> /*done*/) {
    ensure(false, "only an engine with other nodes beside it passes requests on");
  }

  /// As stripe::Webhooks::take.
  virtual void take_webhook(std::string /*body*/, std::string /*signature*/,
                            Done<stripe::WebhookAnswer> done) {
    done({stripe::WebhookResult::unavailable, "this node runs no payments: it takes no webhooks"});
  }

  /// A checkpoint of the data directory: the new directory that holds it. Errors: unavailable (one
  /// is being made), storage_failed.
  virtual void checkpoint(Done<Result<std::string>> done) {
    done(fail(ErrorCode::forbidden, "this engine keeps no data directory"));
  }

  /// The order's payment intent as Stripe shows it now, a JSON object. It holds the client secret:
  /// it goes to whoever asked, and nowhere else. Errors: unavailable (Stripe gives no answer; the
  /// detail says why), forbidden (this node runs no payments).
  virtual void show_intent(const OrderId& /*order*/, const IntentId& /*intent*/,
                           Done<Result<std::string>> done) {
    done(fail(ErrorCode::forbidden, "this node runs no payments"));
  }

  /// How this node calls its provider now.
  virtual void provider(Done<actors::ProviderInfo> done) { done({}); }

  /// As reconcile::Reconciler::begin, for all since that long ago.
  [[nodiscard]] virtual Result<std::string> reconcile(Duration /*since*/) {
    return fail(ErrorCode::forbidden, "this node runs no payments: it reconciles nothing");
  }
  /// As reconcile::Reconciler::newest.
  [[nodiscard]] virtual Result<std::string> reconciliation() const {
    return fail(ErrorCode::forbidden, "this node runs no payments: it reconciles nothing");
  }

  /// The holds of this node, as NodeHolds: set and cleared here alone.
  [[nodiscard]] virtual std::vector<actors::NodeHold> holds() const { return {}; }
  [[nodiscard]] virtual Result<void> set_hold(actors::NodeHold /*hold*/) {
    return fail(ErrorCode::forbidden, "this engine keeps no holds");
  }
  [[nodiscard]] virtual Result<void> clear_hold(actors::HoldScope /*scope*/,
                                                std::string_view /*name*/,
                                                std::string_view /*reason*/) {
    return fail(ErrorCode::forbidden, "this engine keeps no holds");
  }
  /// Asks all other nodes of the group that are known the same.
  virtual void ask_fellows(const Request& /*request*/, Done<std::vector<FellowAnswer>> done) {
    done({});
  }

  /// True when this node can answer: its partitions are led and caught up.
  [[nodiscard]] virtual bool ready() const = 0;
  virtual void gauges(Done<Gauges> done) = 0;
};

}  // namespace paysaga::engine::http
