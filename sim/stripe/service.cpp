#include "paysaga/sim/stripe/service.hpp"

#include <algorithm>
#include <utility>

#include "paysaga/sim/stripe/json.hpp"

namespace paysaga::sim {
namespace {

/// The one place of the simulator that reads a clock.
Time wall_clock() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

stripe::Answer unwritten(const Error& error) {
  stripe::Answer answer;
  answer.status = 503;
  stripe::JsonWriter json{answer.body};
  json.open('{');
  json.open("error", '{');
  json.text("message", error.detail);
  json.text("type", "api_error");
  json.close('}');
  json.close('}');
  return answer;
}

}  // namespace

Result<std::unique_ptr<StripeService>> StripeService::open(const StripeServerOptions& options) {
  stripe::ModelOptions model{options.seed, options.faults, options.behaviour, options.key_kept,
                             options.limits};
  model.behaviour.hasten(options.speed);
  std::optional<stripe::Journal> journal;
  if (!options.journal.empty()) {
    Result<stripe::Journal> opened = stripe::Journal::open(options.journal, options.seed);
    if (!opened) return tl::unexpected{opened.error()};
    model.seed = opened->seed();
    journal.emplace(std::move(*opened));
  }
  std::unique_ptr<StripeService> service{new StripeService{model, std::move(journal)}};
  if (service->journal_) {
    const Result<void> replayed = service->journal_->replay(
        [&](const stripe::Record& record) { return service->model_.replay(record); });
    if (!replayed) return tl::unexpected{replayed.error()};
    service->model_.end_replay();
    if (auto kept = service->keep_behaviour(model.behaviour); !kept) {
      return tl::unexpected{kept.error()};
    }
  }
  return service;
}

/// The journal has to know how long things take: a later life does them again.
Result<void> StripeService::keep_behaviour(const stripe::Behaviour& behaviour) {
  const bool known = model_.account().behaviour() == behaviour && !journal_->fresh();
  if (known) return {};
  stripe::Record record{
      wall_clock(), 0, stripe::Record::Outcome::answered, {}, "/_sim/behaviour", behaviour.form()};
  if (auto written = journal_->append(record); !written) return written;
  const Result<void> done = model_.replay(record);
  model_.end_replay();
  return done;
}

stripe::Course StripeService::arrive(stripe::Request request) {
  const std::scoped_lock lock{mutex_};
  return model_.arrive(std::move(request), wall_clock());
}

stripe::Answer StripeService::execute(const stripe::Course& course) {
  const std::scoped_lock lock{mutex_};
  const Time now = wall_clock();
  if (journal_) {
    if (const std::optional<stripe::Record> record = model_.record(course, now)) {
      if (const Result<void> written = journal_->append(*record); !written) {
        model_.abandon(course);
        return unwritten(written.error());
      }
    }
  }
  return model_.execute(course, now);
}

std::vector<stripe::Parcel> StripeService::take_parcels() {
  const std::scoped_lock lock{mutex_};
  return model_.take_parcels(wall_clock());
}

void StripeService::settle_parcel(std::uint64_t parcel, int status) {
  const std::scoped_lock lock{mutex_};
  model_.settle_parcel(parcel, status, wall_clock());
}

std::optional<Duration> StripeService::until_due() const {
  const std::scoped_lock lock{mutex_};
  const std::optional<Time> due = model_.next_due();
  return due ? std::optional{std::max(*due - wall_clock(), Duration{0})} : std::nullopt;
}

bool StripeService::holds_answer(const stripe::Course& course) const {
  const std::scoped_lock lock{mutex_};
  return model_.holds_answer(course);
}

void StripeService::set_pages(const std::string& url) {
  const std::scoped_lock lock{mutex_};
  model_.set_pages(url);
}

std::string StripeService::books(bool summary_only, std::string_view order_id) const {
  const std::scoped_lock lock{mutex_};
  return model_.books_json(summary_only, order_id);
}

std::uint64_t StripeService::violations() const {
  const std::scoped_lock lock{mutex_};
  return model_.books().violations();
}

void StripeService::set_faults(const stripe::Faults& faults) {
  const std::scoped_lock lock{mutex_};
  model_.set_faults(faults);
}

}  // namespace paysaga::sim
