#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "paysaga/actors/node.hpp"
#include "paysaga/config/settings.hpp"
#include "paysaga/storage/state_store.hpp"

namespace paysaga::apps {

/// A node as `paysaga run` serves it: the runtime, its HTTP API and, by default, the built-in
/// Stripe simulator behind it.
class ServedNode {
 public:
  /// While no broker of the log answers, HTTP is served and says so; `keep_waiting` may end that.
  /// Errors: one line that says what to do.
  [[nodiscard]] static Result<std::unique_ptr<ServedNode>> start(config::Settings settings,
                                                                 std::function<bool()> keep_waiting,
                                                                 bool accept_input_loss = false);
  ~ServedNode();

  /// False if it does not lead all its partitions within the time.
  [[nodiscard]] bool wait_until_ready(std::chrono::seconds at_most,
                                      const std::function<bool()>& keep_waiting);
  void stop();
  /// The key and the webhook secrets of these settings are in force from now on. Any thread.
  /// Errors: malformed, forbidden (a key of the other mode): nothing has changed.
  [[nodiscard]] Result<void> replace_secrets(const config::StripeSettings& fresh);
  [[nodiscard]] actors::Node& node();
  [[nodiscard]] const storage::StateStore& store() const;
  [[nodiscard]] std::string url() const;
  /// "simulator http://127.0.0.1:41234", "test mode", "LIVE".
  [[nodiscard]] std::string stripe_text() const;

 private:
  class Impl;
  explicit ServedNode(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace paysaga::apps
