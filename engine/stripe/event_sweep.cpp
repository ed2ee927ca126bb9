#include "paysaga/engine/stripe/event_sweep.hpp"

#include <algorithm>
#include <utility>

#include "paysaga/saga/planted.hpp"

namespace paysaga::engine::stripe {

EventSweep::EventSweep(SweepOptions options, Ports ports)
    : options_{options}, ports_{std::move(ports)} {}

void EventSweep::sweep_since(Time from) {
  const std::lock_guard lock{guard_};
  asked_from_ = std::min(from, asked_from_.value_or(from));
  next_at_ = std::nullopt;
}

bool EventSweep::tick(Time now) {
  {
    const std::lock_guard lock{guard_};
    if (sweep_ || (next_at_ && now < *next_at_)) return false;
    const bool all = !options_.has_webhooks || !swept_all_ || asked_from_;
    sweep_ = Sweep{.what = all ? Listed::events : Listed::undelivered_events,
                   .began = now,
                   .asked_from = std::exchange(asked_from_, std::nullopt)};
  }
  ask_newest();
  return true;
}

void EventSweep::ask_newest() {
  // It is no order's question.
  ports_.ask({newest_event(), OrderId::of("sweep"), {}},
             [this](const actors::ProviderReply& reply) { on_newest(reply); });
}

void EventSweep::on_newest(const actors::ProviderReply& reply) {
  const auto* page = std::get_if<answer::Page>(&reply.answer);
  if (page == nullptr) return end(paysaga::to_text(reply.answer));
  if (page->objects.empty()) return end({});  // Nothing has ever happened there.
  const std::optional<Time> newest = created_of_object(page->objects.front());
  if (!newest) return end("the newest event does not say when it was created");
  {
    const std::lock_guard lock{guard_};
    const Time oldest = *newest - options_.back_max;
    const std::optional<Time> swept = ports_.load();
    Time from = swept ? *swept - options_.overlap : oldest;
    if (sweep_->asked_from) from = std::min(from, *sweep_->asked_from);
    from = std::clamp(from, oldest, *newest);
    sweep_->until = *newest;
    sweep_->span = window_from(from, *newest);
    sweep_->report.from = from;
  }
  ask_page();
}

/// The last window is open: what has happened meanwhile comes with it.
ListSpan EventSweep::window_from(Time from, Time until) const {
  if (until - from <= options_.window) return {from, std::nullopt};
  return {from, from + options_.window};
}

void EventSweep::ask_page() {
  const Call call = [this] {
    const std::lock_guard lock{guard_};
    return list_page(sweep_->what, sweep_->span, sweep_->after, options_.page_size);
  }();
  ports_.ask({call, OrderId::of("sweep"), {}},
             [this](const actors::ProviderReply& reply) { on_page(reply); });
}

void EventSweep::on_page(const actors::ProviderReply& reply) {
  const auto* page = std::get_if<answer::Page>(&reply.answer);
  if (page == nullptr) return end(paysaga::to_text(reply.answer));
  {
    const std::lock_guard lock{guard_};
    sweep_->has_more = page->has_more && !planted(PlantedBug::sweep_skips_page);
    if (page->has_more) sweep_->after = id_of_object(page->objects.back());
    sweep_->open = page->objects.size() + 1;  // The one more is this page itself.
    sweep_->report.events += page->objects.size();
  }
  for (const std::string& event : page->objects) take(event);
  settle_one();
}

void EventSweep::take(const std::string& event) {
  const std::string id = id_of_object(event);
  const bool known = [&] {
    const std::lock_guard lock{guard_};
    return known_.contains(id);
  }();
  if (known) return settle_one();
  const Time created = created_of_object(event).value_or(Time{});
  ports_.take(event,
              [this, id, created](const WebhookAnswer& answer) { took(id, created, answer); });
}

void EventSweep::took(const std::string& id, Time created, const WebhookAnswer& answer) {
  {
    const std::lock_guard lock{guard_};
    if (answer.result == WebhookResult::stored) ++sweep_->report.stored;
    if (answer.result == WebhookResult::foreign) ++sweep_->report.foreign;
    if (answer.result == WebhookResult::unavailable) {
      sweep_->failure = answer.detail;
    } else {
      known_.emplace(id, created);
    }
  }
  settle_one();
}

void EventSweep::settle_one() {
  {
    const std::lock_guard lock{guard_};
    if (--sweep_->open > 0) return;
  }
  page_done();
}

void EventSweep::page_done() {
  {
    std::unique_lock lock{guard_};
    Sweep& sweep = *sweep_;
    if (!sweep.failure.empty()) {
      const std::string failure = sweep.failure;
      lock.unlock();
      return end(failure);
    }
    if (!sweep.has_more) {  // The window is done.
      const Time done = sweep.span.to.value_or(sweep.until);
      const std::optional<Time> before = ports_.load();
      if (!before || *before < done) ports_.save(done);
      const bool last = !sweep.span.to;
      sweep.span = window_from(done, sweep.until);
      sweep.after.clear();
      if (last) {
        lock.unlock();
        return end({});
      }
    }
  }
  ask_page();
}

void EventSweep::end(std::string failure) {
  SweepReport report;
  {
    const std::lock_guard lock{guard_};
    const bool failed = !failure.empty();
    const bool all = sweep_->what == Listed::events;
    // What was asked for is asked for again, until it is swept.
    if (failed && sweep_->asked_from) {
      asked_from_ = std::min(*sweep_->asked_from, asked_from_.value_or(Time::max()));
    }
    const bool hurries = asked_from_ && !failed;
    if (!hurries) next_at_ = sweep_->began + (failed ? options_.retry : options_.every);
    swept_all_ = swept_all_ || (all && !failed);
    const Time oldest = sweep_->until - options_.overlap;
    std::erase_if(known_, [oldest](const auto& event) { return event.second < oldest; });
    report = std::move(sweep_->report);
    report.failure = std::move(failure);
    sweep_.reset();
  }
  ports_.done(report);
}

}  // namespace paysaga::engine::stripe
