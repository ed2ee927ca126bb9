#include "paysaga/engine/reconcile/run.hpp"

#include <algorithm>
#include <future>
#include <memory>

#include "paysaga/storage/json_reader.hpp"

namespace paysaga::engine::reconcile {
namespace {

using stripe::Listed;

constexpr int tries_max = 30;
constexpr Duration wait_max = seconds{30};  // Between two tries.
constexpr Duration wait_min = milliseconds{500};
constexpr Duration poll = milliseconds{100};
constexpr int looks_again = 3;

tl::unexpected<Error> stopped() {
  return fail(ErrorCode::unavailable, "the node shuts down");
}

Duration wait_before(int next_try) {
  return std::min<Duration>(wait_min * (1 << std::min(next_try, 6)), wait_max);
}

/// What comes by a callback, waited for; none: the run is to stop.
template <class T>
std::optional<T> wait_for(std::future<T> future, const std::function<bool(Duration)>& rest) {
  while (future.wait_for(poll) != std::future_status::ready) {
    if (!rest(Duration{0})) return std::nullopt;
  }
  return future.get();
}

bool is_missing(const Answer& answer) {
  const auto* refused = std::get_if<answer::Refused>(&answer);
  return refused != nullptr && refused->code == "resource_missing";
}

void add(Sums& sums, std::int64_t captured, std::int64_t refunded) {
  if (captured == 0) return;
  ++sums.payments;
  sums.captured_minor += captured;
  sums.refunded_minor += refunded;
}

}  // namespace

Result<void> Reconciler::Run::run() {
  step("intents");
  auto done = each(Listed::intents, [this](const auto& object) { return take_intent(object); });
  if (!done) return done;
  step("refunds");
  done = each(Listed::refunds, [this](const auto& object) { return take_refund(object); });
  if (!done) return done;
  step("orders");
  done = take_orders();
  if (!done) return done;
  step("again");
  return look_again();
}

void Reconciler::Run::step(std::string_view name) const {
  around_.report([name](Report& report) { report.step = name; });
}

Result<void> Reconciler::Run::each(Listed what, const Take& take) {
  std::string after;
  for (;;) {
    const auto page = ask(stripe::list_page(what, {from_, std::nullopt}, after));
    if (!page) return tl::unexpected{page.error()};
    for (const std::string& object : page->objects) {
      if (const auto taken = take(object); !taken) return taken;
    }
    if (!page->has_more) return {};
    after = stripe::id_of_object(page->objects.back());
  }
}

Result<void> Reconciler::Run::take_intent(const std::string& object) {
  const auto there = read_seen_intent(object);
  if (!there) return tl::unexpected{there.error()};
  if (there->ledger != around_.ports.ledger) {
    around_.report([&](Report& report) {
      ++report.foreign;
      add(report.sums[std::string{there->amount.currency.text()}].foreign, there->captured_minor,
          there->refunded_minor);
    });
    return {};
  }
  seen_.insert(std::hash<std::string>{}(there->id));
  const auto here = order(there->order);
  if (!here) return tl::unexpected{here.error()};
  const KnownOrder* known = *here ? &**here : nullptr;
  around_.report([](Report& report) { ++report.intents; });
  sum(*there, known);
  if (!compare(*there, known).empty()) {
    suspects_.push_back({Listed::intents, there->id, there->order});
  }
  return {};
}

void Reconciler::Run::sum(const SeenIntent& there, const KnownOrder* here) const {
  around_.report([&](Report& report) {
    CurrencySums& sums = report.sums[std::string{there.amount.currency.text()}];
    add(sums.there, there.captured_minor, there.refunded_minor);
    const bool same = here != nullptr && here->intent == there.id;
    if (same) add(sums.here, here->captured_minor, here->refunded_minor);
  });
}

/// A refund that bears no mark was made elsewhere: its intent tells whose it is.
Result<void> Reconciler::Run::take_refund(const std::string& object) {
  auto there = read_seen_refund(object);
  if (!there) return tl::unexpected{there.error()};
  if (there->ledger.empty() && !there->intent.empty()) {
    const auto paid = this->object(Listed::intents, there->intent);
    if (!paid) return tl::unexpected{paid.error()};
    const auto intent = *paid ? read_seen_intent(**paid) : fail(ErrorCode::not_found, "");
    if (intent) {
      there->order = intent->order;
      there->ledger = intent->ledger;
    }
  }
  if (there->ledger != around_.ports.ledger) {
    around_.report([](Report& report) { ++report.foreign; });
    return {};
  }
  around_.report([](Report& report) { ++report.refunds; });
  const auto here = order(there->order);
  if (!here) return tl::unexpected{here.error()};
  if (!compare(*there, *here ? &**here : nullptr).empty()) {
    suspects_.push_back({Listed::refunds, there->id, there->order});
  }
  return {};
}

/// The other way round: every order that has changed since, the newest first.
Result<void> Reconciler::Run::take_orders() {
  std::string after;
  for (;;) {
    bool found = false;
    const auto body = get("/v1/orders?limit=500" + (after.empty() ? "" : "&after=" + after), found);
    if (!body) return tl::unexpected{body.error()};
    const auto document = storage::JsonDocument::parse(*body);
    const auto orders = document ? document->root().find("orders") : std::nullopt;
    if (!orders) return fail(ErrorCode::malformed, "the list of orders cannot be read");
    const auto incomplete = document->root().find("incomplete");
    if (incomplete && !storage::JsonCursor{*incomplete}.done()) {
      return fail(ErrorCode::unavailable, "not every partition's orders can be listed now");
    }
    for (storage::JsonCursor at{*orders}; !at.done(); at.next()) {
      const auto updated = at.value().find("updated_at");
      const auto id = at.value().find("order_id");
      const auto time = updated && updated->text() ? parse_time(*updated->text())
                                                   : fail(ErrorCode::malformed, "no updated_at");
      if (!time || !id || !id->text()) return fail(ErrorCode::malformed, "an order without a time");
      if (*time < from_) return {};
      if (const auto taken = take_order(std::string{*id->text()}); !taken) return taken;
    }
    const auto next = document->root().find("next");
    if (!next || !next->text() || next->text()->empty()) return {};
    after = *next->text();
  }
}

Result<void> Reconciler::Run::take_order(const std::string& id) {
  const auto here = order(id);
  if (!here) return tl::unexpected{here.error()};
  around_.report([](Report& report) { ++report.orders; });
  if (!*here || (*here)->intent.empty()) return {};
  if (seen_.contains(std::hash<std::string>{}((*here)->intent))) return {};
  suspects_.push_back({Listed::intents, (*here)->intent, id});  // Older, or not there.
  return {};
}

Result<void> Reconciler::Run::look_again() {
  for (int look = 0; look < looks_again && !suspects_.empty(); ++look) {
    if (!around_.rest(around_.ports.again_after)) return stopped();
    const bool last = look + 1 == looks_again;
    std::vector<Suspect> left;
    for (const Suspect& suspect : suspects_) {
      auto findings = differences(suspect);
      if (!findings) return tl::unexpected{findings.error()};
      if (*findings && (*findings)->empty()) continue;
      if (!last) {
        left.push_back(suspect);
        continue;
      }
      around_.report([&](Report& report) {
        if (!*findings) ++report.moving;
        for (Finding& finding : findings->value_or(std::vector<Finding>{})) {
          if (std::ranges::find(report.findings, finding) != report.findings.end()) continue;
          if (report.findings.size() < Report::findings_max) {
            report.findings.push_back(std::move(finding));
          } else {
            ++report.findings_left_out;
          }
        }
      });
    }
    suspects_ = std::move(left);
  }
  return {};
}

Result<std::optional<std::vector<Finding>>> Reconciler::Run::differences(const Suspect& suspect) {
  const auto here = order(suspect.order);
  if (!here) return tl::unexpected{here.error()};
  auto findings = compare_objects(suspect, *here ? &**here : nullptr);
  if (!findings) return tl::unexpected{findings.error()};
  if (!findings->empty() && *here && (*here)->moving) {
    std::erase_if(*findings, [](const Finding& finding) { return !is_final(finding.what); });
    if (findings->empty()) return std::nullopt;
  }
  return std::optional{*std::move(findings)};
}

Result<std::vector<Finding>> Reconciler::Run::compare_objects(const Suspect& suspect,
                                                              const KnownOrder* here) {
  const auto there = object(suspect.what, suspect.object);
  if (!there) return tl::unexpected{there.error()};
  if (!*there) {
    const bool own = here != nullptr && here->intent == suspect.object;
    return own ? std::vector{unknown_there(*here)} : std::vector<Finding>{};
  }
  if (suspect.what == Listed::refunds) {
    const auto refund = read_seen_refund(**there);
    if (!refund) return tl::unexpected{refund.error()};
    return compare(*refund, here);
  }
  const auto intent = read_seen_intent(**there);
  if (!intent) return tl::unexpected{intent.error()};
  return compare(*intent, here);
}

Result<answer::Page> Reconciler::Run::ask(const Call& call) {
  std::string why;
  for (int attempt = 0; attempt < tries_max; ++attempt) {
    if (attempt > 0 && !around_.rest(wait_before(attempt))) return stopped();
    const auto answered = std::make_shared<std::promise<Answer>>();
    // It is no order's question.
    around_.ports.ask(
        {call, OrderId::of("reconcile"), {}},
        [answered](const actors::ProviderReply& reply) { answered->set_value(reply.answer); });
    auto answer = wait_for(answered->get_future(), around_.rest);
    if (!answer) return stopped();
    if (auto* page = std::get_if<answer::Page>(&*answer)) return std::move(*page);
    why = paysaga::to_text(*answer);
    if (is_missing(*answer)) return fail(ErrorCode::not_found, why);
    if (std::holds_alternative<answer::Refused>(*answer)) break;
  }
  return fail(ErrorCode::unavailable, "Stripe does not list what it has: " + why);
}

Result<std::optional<std::string>> Reconciler::Run::object(Listed what, std::string_view id) {
  auto page = ask(stripe::read_object(what, id));
  if (!page && page.error().code == ErrorCode::not_found) return std::nullopt;
  if (!page) return tl::unexpected{page.error()};
  if (page->objects.empty()) return fail(ErrorCode::malformed, "an object without its text");
  return std::optional{std::move(page->objects.front())};
}

/// `found` is false where there is nothing under that address.
Result<std::string> Reconciler::Run::get(const std::string& target, bool& found) {
  struct Heard {
    int status;
    std::string body;
  };
  int status = 0;
  for (int attempt = 0; attempt < tries_max; ++attempt) {
    if (attempt > 0 && !around_.rest(wait_before(attempt))) return stopped();
    const auto answered = std::make_shared<std::promise<Heard>>();
    around_.ports.get(target, [answered](int code, std::string body) {
      answered->set_value({code, std::move(body)});
    });
    auto heard = wait_for(answered->get_future(), around_.rest);
    if (!heard) return stopped();
    status = heard->status;
    found = status != 404;
    if (status == 200 || status == 404) return std::move(heard->body);
  }
  return fail(ErrorCode::unavailable, target + " is answered " + std::to_string(status));
}

Result<std::optional<KnownOrder>> Reconciler::Run::order(const std::string& id) {
  if (!OrderId::parse(id)) return std::nullopt;
  bool found = false;
  const auto body = get("/v1/orders/" + id, found);
  if (!body) return tl::unexpected{body.error()};
  if (!found) return std::nullopt;
  auto known = read_known_order(*body);
  if (!known) return tl::unexpected{known.error()};
  return std::optional{*std::move(known)};
}

}  // namespace paysaga::engine::reconcile
