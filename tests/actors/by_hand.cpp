#include "actors/by_hand.hpp"

#include <algorithm>

namespace paysaga::actors::trial {
namespace {

const Time begin = time_from_micros(1'750'000'000'000'000);
constexpr char name[] = "a";

storage::MemoryLogOptions options_of(const HandClock& clock, HandCourier& courier,
                                     std::uint32_t partition_count) {
  storage::MemoryLogOptions options;
  options.partition_count = partition_count;
  options.clock = [&clock] { return clock.now(); };
  options.threaded = false;
  options.courier = &courier;
  return options;
}

}  // namespace

void HandCourier::carry(const storage::MemoryStep& step, std::function<void()> happen) {
  waiting_.push_back({step.kind, std::move(happen)});
}

std::optional<storage::MemoryFault> HandCourier::fault(Kind kind, std::string_view,
                                                       storage::PartitionId) {
  if (kind != Kind::append || append_faults.empty()) return std::nullopt;
  const auto first = append_faults.front();
  append_faults.pop_front();
  return first;
}

std::size_t HandCourier::waiting(Kind kind) const {
  return static_cast<std::size_t>(std::ranges::count(waiting_, kind, &Step::kind));
}

bool HandCourier::happen(Kind kind, std::size_t skip) {
  const auto step = std::ranges::find_if(
      waiting_, [&](const Step& waits) { return waits.kind == kind && skip-- == 0; });
  if (step == waiting_.end()) return false;
  happen_at(step);
  return true;
}

bool HandCourier::happen_next() {
  const auto step =
      std::ranges::find_if(waiting_, [&](const Step& s) { return !held_.contains(s.kind); });
  if (step == waiting_.end()) return false;
  happen_at(step);
  return true;
}

void HandCourier::happen_at(std::deque<Step>::iterator step) {
  const std::function<void()> now = std::move(step->happen);
  waiting_.erase(step);
  now();
}

HandWorld::HandWorld(std::uint32_t partition_count_)
    : clock{begin},
      log{options_of(clock, courier, partition_count_)},
      partition_count{partition_count_},
      outside_{log.open("outside")} {}

storage::MemoryStore HandWorld::new_store() const {
  return storage::MemoryStore{{outside_->identity(), ledger, partition_count}};
}

void HandWorld::settle() {
  for (bool moved = true; moved;) {
    moved = courier.happen_next();
    for (const HandNode* each : nodes_) {
      while (each->node->runnable() > 0) {
        each->node->run_one(0);
        moved = true;
      }
    }
  }
}

void HandWorld::sleep(Duration passed) {
  clock.advance(passed);
  for (HandNode* each : nodes_) each->clock.advance(passed);
}

void HandWorld::pass(Duration passed) {
  sleep(passed);
  for (const HandNode* each : nodes_) each->node->advance(passed);
  settle();
}

void HandWorld::put(const std::string& topic, storage::PartitionId partition,
                    const std::string& value) {
  put(topic, partition, storage::LogRecord{"k", {}, value});
}

void HandWorld::put(const std::string& topic, storage::PartitionId partition,
                    storage::LogRecord record) {
  outside_->put({topic, partition, std::move(record)}, [](const auto&) {});
  REQUIRE(courier.happen(HandCourier::Kind::publish));
}

int HandWorld::decided(const std::string& input_id, storage::PartitionId partition) const {
  return static_cast<int>(std::ranges::count(counted_in(log, partition), input_id,
                                             [](const Counted& c) { return c.decision.input_id; }));
}

std::vector<std::string> HandWorld::said(const std::string& topic,
                                         storage::PartitionId partition) const {
  std::vector<std::string> values;
  for (const Counted& record : counted_in(log, partition)) {
    for (const storage::RecordOutput& output : record.decision.outputs) {
      const auto times = std::ranges::count(output.topics, topic);
      values.insert(values.end(), static_cast<std::size_t>(times), output.record.value);
    }
  }
  return values;
}

std::vector<std::string> HandWorld::published(const std::string& topic,
                                              storage::PartitionId partition) const {
  std::vector<std::string> values;
  for (const storage::LogEntry& entry : log.topic(topic, partition))
    values.push_back(entry.record.value);
  return values;
}

HandNode::HandNode(HandWorld& of, storage::StateStore& with, Duration ahead,
                   std::unique_ptr<storage::Log> end)
    : world{of},
      store{with},
      clock{of.clock.now() + ahead},
      log{end ? std::move(end) : of.log.open(name)} {
  make_node(calm_options(), of.provider);
}

HandNode::HandNode(HandWorld& of, storage::StateStore& with, Roles roles, PaymentProvider& provider)
    : world{of}, store{with}, clock{of.clock.now()}, log{of.log.open(name)} {
  NodeOptions options = calm_options();
  options.roles = roles;
  if (roles != Roles::both) options.group += roles == Roles::orders ? "-orders" : "-payments";
  make_node(std::move(options), provider);
}

void HandNode::make_node(NodeOptions options, PaymentProvider& provider) {
  options.node = name;
  options.threads = 0;
  options.snapshots = world.snapshots;
  options.standby = world.standby;
  options.publish_atomic = world.publish_atomic;
  options.publish_ahead_max = world.publish_ahead_max;
  options.idle_after = idle_after;
  node = std::make_unique<Node>(std::move(options), *log, store, provider, clock, seen);
  world.nodes_.push_back(this);
}

HandNode::~HandNode() {
  std::erase(world.nodes_, this);
}

void HandNode::lead() {
  node->start();
  world.settle();
  REQUIRE(node->ready());
}

Box<Submitted> HandNode::ask(const std::string& json) const {
  storage::ParsedCommand command = parsed(json);
  Box<Submitted> box;
  node->submit({std::move(command.order), std::move(command.input)}, box.fill());
  return box;
}

std::string HandNode::say(const std::string& json) const {
  const Box<Submitted> box = ask(json);
  world.settle();
  return box.times() == 0 ? "nothing" : text_of(box.get().kind);
}

void HandNode::run_round() const {
  for (std::size_t left = node->runnable(); left > 0; --left) node->run_one(0);
}

void HandNode::run_only() const {
  REQUIRE(node->runnable() == 1);
  node->run_one(0);
}

Saga HandNode::saga(const std::string& order) const {
  const auto loaded = store.load(OrderId::of(order));
  REQUIRE(loaded.has_value());
  REQUIRE(loaded->has_value());
  return (*loaded)->saga;
}

PartitionInfo HandNode::partition() const {
  Box<std::vector<PartitionInfo>> box;
  node->partitions(box.fill());
  world.settle();
  REQUIRE(box.times() == 1);
  return box.get().at(0);
}

}  // namespace paysaga::actors::trial
