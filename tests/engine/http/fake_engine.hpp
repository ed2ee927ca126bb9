#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "paysaga/engine/http/engine.hpp"

namespace paysaga::engine::http {

/// An engine that remembers what it was asked and answers from a map of orders. A payment that is
/// initiated stays in PAYMENT_PROCESSING until `settle`.
class FakeEngine : public Engine {
 public:
  /// Every command is answered with this instead, if it is set.
  void answer_with(actors::Submitted answer);
  /// Commands wait for `release` from now on.
  void hold();
  void release();
  /// The order's payment is captured: PENDING. Those that wait for it are told.
  void settle(const std::string& order);
  void put(Saga saga);
  void set_ready(bool ready) { ready_ = ready; }
  void set_told(storage::PartitionSet told) {
    const std::lock_guard lock{guard_};
    told_ = std::move(told);
  }
  /// What Stripe shows of every intent; without it nothing is known of Stripe.
  void show_intents_as(Result<std::string> shown) {
    const std::lock_guard lock{guard_};
    shown_ = std::move(shown);
  }
  void set_current(bool current) { current_ = current; }
  /// What `list` and `dead_letters` were asked for last.
  [[nodiscard]] storage::OrderQuery last_query() const;
  [[nodiscard]] Duration last_wait() const;
  [[nodiscard]] std::vector<std::string> commands() const;  // "payment.initiate c1 ord_1".
  [[nodiscard]] std::size_t held() const;

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
  [[nodiscard]] bool quarantined(const OrderId& order) const override {
    return order.text() == "ord_1" || order.text() == "busy";
  }
  void resume(OrderId order, std::string reason, Done<Result<std::monostate>> done) override;
  void skip(OrderId order, std::string reason, Done<Result<std::monostate>> done) override;
  [[nodiscard]] Result<Page> dead_letters(const storage::DeadLetterQuery& query) const override;
  [[nodiscard]] Result<std::string> dead_letter(std::string_view id) const override;
  void redrive(std::string id, std::string reason, bool force,
               Done<Result<std::monostate>> done) override;
  void discard(std::string id, std::string reason, Done<Result<std::monostate>> done) override;
  [[nodiscard]] std::uint32_t partition_count() const override { return 4; }
  [[nodiscard]] storage::PartitionSet told() const override {
    const std::lock_guard lock{guard_};
    return told_;
  }
  [[nodiscard]] bool current(const OrderId& /*order*/) const override { return current_; }
  [[nodiscard]] bool ready() const override { return ready_; }
  void gauges(Done<Gauges> done) override;
  void show_intent(const OrderId& order, const IntentId& intent,
                   Done<Result<std::string>> done) override;

 private:
  actors::Submitted decide(const actors::Submission& submission);

  mutable std::mutex guard_;
  std::map<std::string, std::shared_ptr<const Saga>> orders_;
  std::map<std::string, std::uint64_t> seen_;  // Body hashes by command id.
  std::vector<std::string> commands_;
  std::optional<actors::Submitted> answer_;
  std::optional<Result<std::string>> shown_;
  bool holding_ = false;
  std::vector<std::pair<actors::Submission, Done<actors::Submitted>>> held_;
  std::vector<std::pair<std::string, Done<std::shared_ptr<const Saga>>>> waiting_;
  mutable storage::OrderQuery query_;
  Duration wait_{};
  storage::PartitionSet told_{storage::PartitionId{0}, storage::PartitionId{1},
                              storage::PartitionId{2}, storage::PartitionId{3}};
  std::atomic<bool> ready_ = true;
  std::atomic<bool> current_ = true;
};

/// An order with a payment of 42.00 EUR.
[[nodiscard]] Saga make_order(const std::string& id, order::Status status,
                              payment::Status payment_status);

}  // namespace paysaga::engine::http
