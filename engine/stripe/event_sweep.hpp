#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "paysaga/engine/stripe/listing.hpp"
#include "paysaga/engine/stripe/webhooks.hpp"

namespace paysaga::engine::stripe {

struct SweepOptions {
  Duration every = minutes{10};
  Duration retry = minutes{1};         // After a sweep that failed.
  Duration overlap = minutes{15};      // An event may be listed so much later than it says.
  Duration back_max = hours{24 * 30};  // Stripe keeps events no longer.
  Duration window = hours{6};          // What is swept at a time, and then not once more.
  int page_size = list_page_max;
  /// An endpoint takes webhooks: after the first sweep of a node only those that it missed are
  /// fetched. Else all.
  bool has_webhooks = false;
};

/// What one sweep has met.
struct SweepReport {
  Time from;
  std::uint64_t events = 0;   // Listed.
  std::uint64_t stored = 0;   // Put on the topic for their orders.
  std::uint64_t foreign = 0;  // Of somebody else on the account.
  std::string failure;        // Why it ended early, if it did.
};

/// Fetches the events that Stripe keeps and passes on those about our orders, as if each were a
/// webhook: what nobody sent, or nobody could take, is heard of all the same.
///
/// Windows of time are swept oldest first, so that what is done of a long absence stays done.
/// Events that this node has passed on lately are left out, others that were heard before are
/// recognised by their orders. How far a sweep goes is told by the newest event that Stripe has:
/// this machine's clock may be wrong, and only says when the next one is due.
///
/// Threads:   any.
/// Lifetime:  outlives the last callback of its ports.
class EventSweep {
 public:
  struct Ports {
    Ask ask;
    std::function<void(std::string body, Webhooks::Done)> take;
    /// Everything before it was swept; none: nothing yet. They may block and call nobody back.
    std::function<std::optional<Time>()> load;
    std::function<void(Time)> save;
    std::function<void(const SweepReport&)> done = [](const SweepReport&) {};
  };
  EventSweep(SweepOptions options, Ports ports);

  /// Begins a sweep if one is due and none is under way; whether it did.
  bool tick(Time now);
  /// A sweep of all events since `from`, as soon as none is under way.
  void sweep_since(Time from);

 private:
  /// The sweep that is under way.
  struct Sweep {
    Listed what = Listed::events;
    Time began;
    std::optional<Time> asked_from{};
    Time until{};     // The newest event's.
    ListSpan span{};  // The window.
    std::string after{};
    bool has_more = false;
    std::size_t open = 0;   // Events of the page that are not stored yet.
    std::string failure{};  // Of one of them.
    SweepReport report{};
  };
  [[nodiscard]] ListSpan window_from(Time from, Time until) const;
  void ask_newest();
  void on_newest(const actors::ProviderReply& reply);
  void ask_page();
  void on_page(const actors::ProviderReply& reply);
  void take(const std::string& event);
  void took(const std::string& id, Time created, const WebhookAnswer& answer);
  void settle_one();
  void page_done();
  void end(std::string failure);

  const SweepOptions options_;
  const Ports ports_;
  std::mutex guard_;  // Of all below. Never held while a port is called, but for load and save.
  bool swept_all_ = false;  // In this life.
  /// When the events were created that were passed on, as far back as a sweep may meet them again.
  std::unordered_map<std::string, Time> known_;
  std::optional<Time> asked_from_;
  std::optional<Time> next_at_;
  std::optional<Sweep> sweep_;
};

}  // namespace paysaga::engine::stripe
