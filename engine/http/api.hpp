#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "paysaga/engine/http/engine.hpp"
#include "paysaga/engine/http/message.hpp"
#include "paysaga/engine/http/routes.hpp"
#include "paysaga/engine/metrics.hpp"

namespace paysaga::engine::http {

struct ApiOptions {
  std::string version;
  std::string node;
  bool livemode = false;
  std::vector<std::string> tokens;  // With any, each request needs one; probes and webhooks do not.
  Duration wait_max = seconds{60};  // Of `Prefer: wait`.
};

/// The HTTP API without its network: a request in, a response out. The one resource that is a
/// stream, POST /v1/commands, is begun by `begin_stream` and run by CommandStream.
///
/// Threads:   any.
/// Lifetime:  in a shared_ptr: answers of the engine that are still to come keep it. Engine and
///            metrics outlive it.
class Api : public std::enable_shared_from_this<Api> {
 public:
  using Done = std::function<void(Response)>;

  /// Until `started`: nothing is decided or shown, and whoever asks hears that it is too early.
  Api(Metrics& metrics, ApiOptions options);
  Api(Engine& engine, Metrics& metrics, ApiOptions options);
  /// Its log may not have been reachable for long.
  void started(Engine& engine) { engine_ = &engine; }

  /// `done` comes once, from any thread or from within the call.
  void handle(Request request, Done done);
  /// True if the request asks for the stream of commands.
  [[nodiscard]] static bool is_stream(const Request& request);
  /// Why the stream must not begin; none: it may.
  [[nodiscard]] std::optional<Response> refuse_stream(const Request& request) const;
  [[nodiscard]] Engine& engine() const {
    ensure(is_started(), "nobody gets to an engine that has not started");
    return *engine_;
  }
  [[nodiscard]] Metrics& metrics() { return metrics_; }

 private:
  struct Call {
    Request request;
    Target target;
    Match match;
    Done done;
  };
  struct Asked;  // A command on its way.

  [[nodiscard]] bool is_started() const { return engine_ != nullptr; }
  [[nodiscard]] std::optional<Response> guard(const Request& request) const;
  void dispatch(Call call);
  [[nodiscard]] Response show_now(const Call& call) const;  // What needs no actor.
  [[nodiscard]] Response show_timeline(const Call& call, const OrderId& order) const;
  [[nodiscard]] Response show_order(const OrderId& order) const;
  [[nodiscard]] Response describe_node() const;
  void wait_and_show(Call call, const OrderId& order);
  /// Lists of which each node knows a part: api_list.cpp.
  struct Listing;
  void show_list(Call call);
  void list_orders(Listing listing);
  void count_orders(Listing listing);
  void list_dead_letters(Listing listing);
  void list_actors(Listing listing);
  void list_partitions(Listing listing);
  void answer_list(Listing listing, Page page);
  void show_actor(Call call, const OrderId& order);
  void show_next_action(Call call, const OrderId& order);
  void lift(const Call& call, const OrderId& order);
  /// True if the node that leads the dead letter's partition answers, or nobody can.
  [[nodiscard]] bool pass_on_letter(Call& call);
  void settle_dead_letter(const Call& call);
  void expose_metrics(Call call);
  void make_checkpoint(Call call);
  /// Holds of nodes: api_hold.cpp.
  void run_hold(Call call);
  void list_holds(Call call);
  void change_hold(Call call, actors::NodeHold hold);
  void take_webhook(Call call);
  /// api_reconcile.cpp
  void reconcile(const Call& call);

  void run_command(Call call, OrderId order);
  void submit(const std::shared_ptr<Asked>& asked, actors::Submission submission);
  void answer(const std::shared_ptr<Asked>& asked, const actors::Submitted& submitted);
  void answer_done(const std::shared_ptr<Asked>& asked, const actors::Submitted& submitted,
                   const std::shared_ptr<const Saga>& saga) const;
  [[nodiscard]] std::optional<Duration> wait_of(const Request& request) const;

  std::atomic<Engine*> engine_ = nullptr;
  Metrics& metrics_;
  const ApiOptions options_;
  std::mutex guard_;
  std::set<std::string> in_progress_;  // Command ids, with their order.
};

/// docs/api/openapi.json, as it was when this was built.
[[nodiscard]] std::string_view openapi_json();

}  // namespace paysaga::engine::http
