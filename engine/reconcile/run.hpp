#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "paysaga/engine/reconcile/reconciler.hpp"

namespace paysaga::engine::reconcile {

/// One comparison, step by step, on a thread of its own: each call is waited for.
///
/// Errors:  of every step: unavailable (it was stopped, or nobody answers for long), malformed.
class Reconciler::Run {
 public:
  struct Around {
    const Ports& ports;
    /// Waits; false: the run is to stop.
    std::function<bool(Duration)> rest;
    /// Changes the report that others look at.
    std::function<void(const std::function<void(Report&)>&)> report;
  };
  Run(Around around, Time from) : around_{std::move(around)}, from_{from} {}

  [[nodiscard]] Result<void> run();

 private:
  /// What differed at the first look.
  struct Suspect {
    stripe::Listed what;
    std::string object;
    std::string order;
  };
  using Take = std::function<Result<void>(const std::string& object)>;

  void step(std::string_view name) const;
  [[nodiscard]] Result<void> each(stripe::Listed what, const Take& take);
  [[nodiscard]] Result<void> take_intent(const std::string& object);
  [[nodiscard]] Result<void> take_refund(const std::string& object);
  [[nodiscard]] Result<void> take_orders();
  [[nodiscard]] Result<void> take_order(const std::string& id);
  [[nodiscard]] Result<void> look_again();
  /// What still differs of a suspect; none: a call of its order is under way.
  [[nodiscard]] Result<std::optional<std::vector<Finding>>> differences(const Suspect& suspect);
  [[nodiscard]] Result<std::vector<Finding>> compare_objects(const Suspect& suspect,
                                                             const KnownOrder* here);
  void sum(const SeenIntent& there, const KnownOrder* here) const;

  /// Asks until there is an answer that is one.
  [[nodiscard]] Result<answer::Page> ask(const Call& call);
  /// None: there is no such object.
  [[nodiscard]] Result<std::optional<std::string>> object(stripe::Listed what, std::string_view id);
  [[nodiscard]] Result<std::string> get(const std::string& target, bool& found);
  [[nodiscard]] Result<std::optional<KnownOrder>> order(const std::string& id);

  const Around around_;
  const Time from_;
  std::unordered_set<std::size_t> seen_;  // Hashes of the intents of ours that were listed.
  std::vector<Suspect> suspects_;
};

}  // namespace paysaga::engine::reconcile
