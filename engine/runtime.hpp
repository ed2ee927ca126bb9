#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "paysaga/actors/node.hpp"
#include "paysaga/config/settings.hpp"
#include "paysaga/engine/node_holds.hpp"
#include "paysaga/saga/saga.hpp"
#include "paysaga/storage/state_store.hpp"

namespace paysaga::engine {

/// One engine in this process: log, store, provider and actors, wired by the settings.
///
/// Threads:  every call from any thread; callbacks come from the runtime's threads, must not block.
class Runtime {
 public:
  struct Ports {
    /// Replaces the provider of the settings (an embedder's own, or a test's).
    actors::PaymentProvider* provider = nullptr;
    actors::Observer* observer = nullptr;
    /// Where this node's HTTP is reached: stands in its claims. Empty: as in the settings.
    std::string address;
    /// Asked while the log is not reachable yet: false ends the wait.
    std::function<bool()> keep_waiting = [] { return true; };
    /// Goes on without inputs that may be lost.
    bool accept_input_loss = false;
  };

  /// Opens the data directory and starts. While no broker of the log answers, it waits and says so.
  /// Errors: one line each, see docs/guarantees.md.
  [[nodiscard]] static Result<std::unique_ptr<Runtime>> start(const config::Settings& settings,
                                                              Ports ports);
  ~Runtime();
  void stop(Duration grace);

  [[nodiscard]] actors::Node& node();
  [[nodiscard]] const storage::StateStore& store() const;
  [[nodiscard]] storage::Log& log();
  [[nodiscard]] actors::PaymentProvider& provider();
  [[nodiscard]] const std::string& ledger() const;
  /// Calls to Stripe that are made from now on carry the key of these settings.
  /// Errors: malformed, forbidden (no key, or one of the other mode): the former stays.
  [[nodiscard]] Result<void> replace_key(const config::StripeSettings& fresh);
  [[nodiscard]] NodeHolds& holds();
  /// A checkpoint of the data directory within it, for a backup: storage/checkpoint.hpp.
  [[nodiscard]] Result<std::filesystem::path> checkpoint() const;

 private:
  class Impl;
  explicit Runtime(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace paysaga::engine
