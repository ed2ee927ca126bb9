#include "paysaga/engine/reconcile/reconciler.hpp"

#include <algorithm>
#include <chrono>

#include "paysaga/engine/log.hpp"
#include "paysaga/engine/reconcile/run.hpp"
#include "paysaga/engine/system_clock.hpp"
#include "paysaga/storage/durable_file.hpp"

namespace paysaga::engine::reconcile {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t reports_max = 30;
constexpr std::size_t report_bytes_max = std::size_t{64} << 20U;

/// "20261127T081500Z": names sort as times do.
std::string id_of(Time time) {
  std::string id = paysaga::to_text(time).substr(0, 19) + "Z";
  std::erase_if(id, [](char c) { return c == '-' || c == ':'; });
  return id;
}

std::vector<fs::path> reports_in(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{directory, error}) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

Result<std::string> newest_report(const fs::path& directory) {
  const auto files = reports_in(directory);
  if (files.empty()) {
    return fail(ErrorCode::not_found,
                "nothing was reconciled yet; begin with `paysaga reconcile run --since 7d`");
  }
  return storage::read_text(files.back(), report_bytes_max);
}

Reconciler::Reconciler(Ports ports) : ports_{std::move(ports)} {}

Reconciler::~Reconciler() {
  stop();
}

void Reconciler::stop() {
  {
    const std::lock_guard lock{guard_};
    stopped_ = true;
  }
  stopping_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<std::string> Reconciler::begin(Time from, Time now) {
  const std::lock_guard lock{guard_};
  if (stopped_) return fail(ErrorCode::unavailable, "the node shuts down");
  if (report_ && report_->state == State::running) {
    return fail(ErrorCode::conflict,
                "the run " + report_->id + " is under way; see `paysaga reconcile report`");
  }
  if (thread_.joinable()) thread_.join();
  report_ = Report{};
  report_->id = id_of(now);
  report_->from = from;
  report_->began = now;
  thread_ = std::thread{[this, from] { perform(from); }};
  return report_json(*report_);
}

void Reconciler::perform(Time from) {
  ports_.sweep(from);
  const auto rest = [this](Duration time) {
    std::unique_lock lock{guard_};
    return !stopping_.wait_for(lock, time, [this] { return stopped_; });
  };
  const auto change = [this](const std::function<void(Report&)>& how) {
    const std::lock_guard lock{guard_};
    how(*report_);
  };
  const auto done = Run{{ports_, rest, change}, from}.run();
  Report ended;
  change([&](Report& report) {
    report.step.clear();
    report.ended = SystemClock{}.now();
    report.state = done ? State::done : State::failed;
    if (!done) report.why = done.error().detail;
    ended = report;
  });
  keep(ended);
  ports_.ended(ended);
}

void Reconciler::keep(const Report& report) const {
  std::error_code error;
  fs::create_directories(ports_.directory, error);
  const fs::path file = ports_.directory / (report.id + ".json");
  fs::path fresh = file;
  fresh += ".new";
  fs::remove(fresh, error);
  auto kept = storage::write_durably(fresh, report_json(report) + "\n");
  if (kept) kept = storage::rename_durably(fresh, file);
  if (!kept) {
    log_event(LogLevel::error, "reconciliation_not_kept", {{"why", kept.error().detail}});
    return;
  }
  const auto files = reports_in(ports_.directory);
  for (std::size_t i = 0; i + reports_max < files.size(); ++i) fs::remove(files[i], error);
}

Result<std::string> Reconciler::newest() const {
  {
    const std::lock_guard lock{guard_};
    if (report_) return report_json(*report_);
  }
  return newest_report(ports_.directory);
}

}  // namespace paysaga::engine::reconcile
