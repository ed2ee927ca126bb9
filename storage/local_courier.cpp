#include "paysaga/storage/local_courier.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace paysaga::storage {
namespace {

/// What `reading` may have of the entries just written; none if it needs older ones first.
LogBatch fresh_for(const LocalReading& reading, LocalGroup::Part& part, bool last) {
  LogBatch batch{{}, reading.next};
  if (part.entries.empty() || reading.next < part.entries.front().offset) return batch;
  const auto from = part.entries.begin() + (reading.next - part.entries.front().offset);
  auto count = part.entries.end() - from;
  if (reading.limited) {
    count = static_cast<std::ptrdiff_t>(
        std::min(static_cast<std::size_t>(count), reading.credit.load()));
  }
  batch.next += count;
  batch.entries.reserve(static_cast<std::size_t>(count));
  if (last) {  // Nobody else wants them.
    std::move(from, from + count, std::back_inserter(batch.entries));
  } else {
    std::copy(from, from + count, std::back_inserter(batch.entries));
  }
  return batch;
}

}  // namespace

class LocalCourier::Handle final : public Reading {
 public:
  Handle(LocalCourier& courier, std::shared_ptr<LocalReading> reading)
      : courier_{courier}, reading_{std::move(reading)} {}
  ~Handle() override {
    reading_->gate.close();
    courier_.post([&courier = courier_, reading = reading_] { courier.forget(reading); });
  }
  void credit(std::size_t entries) override {
    if (!reading_->limited || entries == 0) return;
    // With credit left the courier goes on by itself; without, it has put the reading aside.
    if (reading_->credit.fetch_add(entries) != 0) return;
    courier_.post([&courier = courier_, reading = reading_] { courier.catch_up(reading); });
  }

 private:
  LocalCourier& courier_;
  std::shared_ptr<LocalReading> reading_;
};

LocalCourier::LocalCourier(const LocalDisk& disk) : disk_{disk}, thread_{[this] { run(); }} {}

LocalCourier::~LocalCourier() {
  stop();
}

void LocalCourier::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  posted_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void LocalCourier::push(Item item) {
  bool first = false;
  {
    const std::lock_guard lock{mutex_};
    first = items_.empty();
    items_.push_back(std::move(item));
  }
  if (first) posted_.notify_one();
}

void LocalCourier::post(LocalGroup group) {
  push(std::move(group));
}
void LocalCourier::post(std::function<void()> task) {
  push(std::move(task));
}

std::unique_ptr<Reading> LocalCourier::read(LocalLane& lane, Offset from, OnBatch on_batch,
                                            bool limited) {
  auto reading = std::make_shared<LocalReading>();
  reading->lane = &lane;
  reading->on_batch = std::move(on_batch);
  reading->limited = limited;
  reading->next = from;
  lane.reading_total.fetch_add(1);  // From now on the committer keeps what it writes there.
  post([this, reading] { begin(reading); });
  return std::make_unique<Handle>(*this, std::move(reading));
}

void LocalCourier::run() {
  std::vector<Item> taken;
  for (bool last = false; !last;) {
    {
      std::unique_lock lock{mutex_};
      posted_.wait(lock, [this] { return !items_.empty() || !behind_.empty() || stopping_; });
      taken.swap(items_);
      last = stopping_ && taken.empty();
    }
    for (Item& item : taken) {
      std::visit(Overload{[this](LocalGroup& group) { deliver(group); },
                          [](std::function<void()>& task) { task(); }},
                 item);
    }
    taken.clear();
    if (!last) read_behind();
  }
}

void LocalCourier::deliver(LocalGroup& group) {
  for (LocalGroup::Append& append : group.appends) {
    append.gate->pass([&] { append.done(std::move(append.outcome)); });
  }
  for (const std::function<void()>& other : group.others) other();
  for (LocalGroup::Part& part : group.parts) deliver(part);
  if (!group.failure) return;
  failure_ = std::move(group.failure);
  for (const auto& reading : std::exchange(all_, {})) end(*reading, *failure_);
}

void LocalCourier::deliver(LocalGroup::Part& part) {
  LocalLane& lane = *part.lane;
  lane.end_seen = std::max(lane.end_seen, part.end);
  for (std::size_t i = 0; i < lane.readings.size(); ++i) {
    LocalReading& reading = *lane.readings[i];
    if (reading.behind || reading.next >= part.end || reading.gate.closed()) continue;
    LogBatch batch = fresh_for(reading, part, i + 1 == lane.readings.size());
    if (!batch.entries.empty()) hand_over(reading, std::move(batch));
    catch_up(lane.readings[i]);
  }
}

void LocalCourier::hand_over(LocalReading& reading, LogBatch batch) {
  reading.next = batch.next;
  const std::size_t count = batch.entries.size();
  reading.gate.pass([&] { reading.on_batch(std::move(batch)); });
  if (reading.limited) reading.credit.fetch_sub(count);
}

void LocalCourier::end(LocalReading& reading, Error error) {
  reading.gate.pass([&] { reading.on_batch(tl::unexpected{std::move(error)}); });
  reading.gate.close();
}

void LocalCourier::begin(const std::shared_ptr<LocalReading>& reading) {
  LocalLane& lane = *reading->lane;
  // Groups that are still on their way are behind what the lane says: their entries are repeated
  // to nobody, because a reading takes only what it has not got.
  lane.end_seen = std::max(lane.end_seen, lane.end.load());
  if (failure_) return end(*reading, *failure_);
  if (reading->next < lane.first.load() || reading->next > lane.end_seen) {
    return end(*reading,
               {ErrorCode::out_of_range, lane.topic + " offset " + std::to_string(reading->next) +
                                             " is outside of " + std::to_string(lane.first.load()) +
                                             " to " + std::to_string(lane.end_seen)});
  }
  lane.readings.push_back(reading);
  all_.push_back(reading);
  catch_up(reading);
}

void LocalCourier::forget(const std::shared_ptr<LocalReading>& reading) {
  reading->lane->reading_total.fetch_sub(1);
  std::erase(reading->lane->readings, reading);
  std::erase(all_, reading);
  std::erase(behind_, reading);
}

void LocalCourier::catch_up(const std::shared_ptr<LocalReading>& reading) {
  if (reading->behind || reading->gate.closed()) return;
  if (reading->next >= reading->lane->end_seen) return;
  if (reading->limited && reading->credit.load() == 0) return;  // `credit` calls again.
  reading->behind = true;
  behind_.push_back(reading);
}

void LocalCourier::read_behind() {
  for (const auto& reading : std::exchange(behind_, {})) {
    reading->behind = false;
    if (reading->gate.closed()) continue;
    LaneLimit limit;
    if (reading->limited) limit.entries_max = std::min(limit.entries_max, reading->credit.load());
    if (limit.entries_max == 0) continue;
    auto batch = read_lane(disk_, *reading->lane, reading->next, reading->lane->end_seen, limit);
    if (!batch) {
      end(*reading, std::move(batch.error()));
      continue;
    }
    hand_over(*reading, std::move(*batch));
    catch_up(reading);
  }
}

}  // namespace paysaga::storage
