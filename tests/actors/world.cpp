#include "actors/world.hpp"

#include <algorithm>
#include <future>

#include "paysaga/saga/topic.hpp"
#include "paysaga/storage/acceptor.hpp"
#include "paysaga/storage/codec_saga.hpp"

namespace paysaga::actors::trial {
namespace {

constexpr auto patience = std::chrono::seconds{60};
const Money price{4'200, *Currency::parse("EUR")};

storage::MemoryLogOptions log_options(const TestClock& clock, std::uint32_t partition_count) {
  storage::MemoryLogOptions options;
  options.partition_count = partition_count;
  options.clock = [&clock] { return clock.now(); };
  return options;
}

IntentObject intent(const OrderId& order, IntentStatus status) {
  IntentObject object{.id = IntentId::of("pi_" + order.text()), .status = status, .amount = price};
  object.received_minor = status == IntentStatus::succeeded ? price.minor : 0;
  object.order = order.text();
  object.attempt = 1;
  object.ledger = ledger;
  return object;
}

}  // namespace

void eventually(const std::string& what, const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) FAIL("in vain: " + what);
    std::this_thread::yield();
  }
}

Time TestClock::now() const {
  const auto passed =
      std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began_);
  return time_from_micros(1'750'000'000'000'000) + passed + Duration{ahead_.load()};
}

void ScriptedProvider::call(ProviderCall call, Done done) {
  std::unique_lock lock{mutex_};
  heard_.push_back({call, obeys_ ? Done{} : done});
  const bool obeys = obeys_;
  lock.unlock();
  if (obeys) done(ProviderReply{good(call), "req", milliseconds{1}});
}

void ScriptedProvider::obey() {
  std::unique_lock lock{mutex_};
  obeys_ = true;
  const std::size_t count = heard_.size();
  lock.unlock();
  for (std::size_t i = 0; i < count; ++i) answer(i, good(at(i)));
}

std::size_t ScriptedProvider::calls() const {
  const std::lock_guard lock{mutex_};
  return heard_.size();
}

ProviderCall ScriptedProvider::at(std::size_t index) const {
  const std::lock_guard lock{mutex_};
  return heard_.at(index).call;
}

std::vector<std::string> ScriptedProvider::targets() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> targets;
  for (const Heard& heard : heard_) {
    targets.push_back(heard.call.call.request.target + " " + heard.call.order.text());
  }
  return targets;
}

void ScriptedProvider::wait_for_calls(std::size_t count) const {
  eventually(std::to_string(count) + " calls", [&] { return calls() >= count; });
}

void ScriptedProvider::answer(std::size_t index, Answer answer) {
  Done done;
  {
    const std::lock_guard lock{mutex_};
    done = std::exchange(heard_.at(index).done, {});
  }
  if (done) done(ProviderReply{std::move(answer), "req", milliseconds{1}});
}

Answer ScriptedProvider::good(const ProviderCall& call) {
  const std::string& target = call.call.request.target;
  if (target == "create") {
    return answer::Intent{intent(call.order, IntentStatus::requires_payment_method)};
  }
  if (target == "confirm") return answer::Intent{intent(call.order, IntentStatus::succeeded)};
  if (target == "cancel") return answer::Intent{intent(call.order, IntentStatus::canceled)};
  if (target == "list_intents") return answer::Intents{};
  return answer::Unknown{"not in the script"};
}

std::vector<std::string> Recorder::told(const std::string& of) const {
  const std::lock_guard lock{mutex_};
  const auto found = told_.find(of);
  return found == told_.end() ? std::vector<std::string>{} : found->second;
}

void Recorder::add(const std::string& of, std::string_view what) {
  const std::lock_guard lock{mutex_};
  told_[of].emplace_back(what);
}

World::World(std::uint32_t partition_count_)
    : log{log_options(clock, partition_count_)},
      partition_count{partition_count_},
      outside_{log.open("outside")} {}

storage::MemoryStore World::new_store() const {
  return storage::MemoryStore{{outside_->identity(), ledger, partition_count}};
}

std::vector<Counted> counted_in(const storage::MemoryWorld& log, storage::PartitionId partition) {
  std::vector<Counted> counted;
  storage::Acceptor acceptor{storage::Position{}};
  for (const storage::LogEntry& entry : log.journal(partition)) {
    auto accepted = acceptor.accept(entry);
    REQUIRE(accepted.has_value());
    const auto* record = std::get_if<storage::Counted>(&*accepted);
    if (record == nullptr) continue;
    if (const auto* view = std::get_if<storage::DecisionView>(&record->value)) {
      counted.push_back({entry.offset, view->own()});
    } else if (const auto* mark = std::get_if<storage::Mark>(&record->value)) {
      counted.push_back({entry.offset, {.inputs = mark->inputs}});
    }
  }
  return counted;
}

storage::LogRecord foreign_claim(std::uint32_t partition_count) {
  const std::string value = storage::encode(
      storage::Claim{{9}, "other", "", "paysaga", "payments,orders", partition_count, ""});
  return {{}, storage::claim_headers(value), value};
}

void append_as_another_node(storage::MemoryWorld& log) {
  (void)log.append_foreign(p0, foreign_claim());
  storage::Acceptor acceptor{storage::Position{}};
  for (const auto& entry : log.journal(p0)) REQUIRE(acceptor.accept(entry).has_value());
  storage::DecisionRecord decision;
  decision.action = storage::Action::dead_letter;
  decision.input_id = "journal/0/9";
  decision.outputs = {{{"payment-events"}, std::nullopt, {"k", {}, "of another node"}}};
  const std::string value = storage::encode(decision);
  storage::RecordStamp stamp{acceptor.position()};
  (void)log.append_foreign(p0, {{}, stamp.stamp(storage::RecordKind::decision, value), value});
}

std::vector<Counted> World::counted(storage::PartitionId partition) const {
  return counted_in(log, partition);
}

int World::decided(const std::string& input_id, storage::PartitionId partition) const {
  int times = 0;
  for (const Counted& record : counted(partition)) {
    times += record.decision.input_id == input_id ? 1 : 0;
  }
  return times;
}

int World::claims(storage::PartitionId partition) const {
  int claims = 0;
  for (const storage::LogEntry& entry : log.journal(partition)) {
    const auto header = storage::read_header(entry.record);
    claims += header && *header && (*header)->kind == storage::RecordKind::claim ? 1 : 0;
  }
  return claims;
}

std::vector<storage::LogRecord> World::said(const std::string& topic) const {
  std::vector<storage::LogRecord> records;
  for (std::uint32_t i = 0; i < partition_count; ++i) {
    for (const Counted& record : counted(storage::PartitionId{i})) {
      for (const storage::RecordOutput& output : record.decision.outputs) {
        const auto times = std::ranges::count(output.topics, topic);
        records.insert(records.end(), static_cast<std::size_t>(times), output.record);
      }
    }
  }
  return records;
}

std::vector<storage::LogRecord> World::published(const std::string& topic) const {
  std::vector<storage::LogRecord> records;
  for (std::uint32_t i = 0; i < partition_count; ++i) {
    for (const storage::LogEntry& entry : log.topic(topic, storage::PartitionId{i})) {
      records.push_back(entry.record);
    }
  }
  return records;
}

void World::check_published(const std::string& topic) const {
  INFO(topic);
  // Decisions may still be made: it is enough that both agree once.
  eventually("the topic holds what the journal says, once each and in order", [&] {
    const auto wanted = said(topic);
    return !wanted.empty() && published(topic) == wanted;
  });
}

void World::check_fold(const storage::StateStore& store, storage::PartitionId partition) const {
  // Decisions may still be made: it is enough that both agree once.
  eventually("the store is as the journal says", [&] {
    std::map<std::string, std::string> states;
    for (const Counted& record : counted(partition)) {
      if (!record.decision.state.empty()) states[record.decision.order] = record.decision.state;
    }
    return !states.empty() && std::ranges::all_of(states, [&](const auto& order_state) {
      const auto stored = store.load(OrderId::of(order_state.first));
      return stored && *stored && storage::encode_saga((*stored)->saga) == order_state.second;
    });
  });
}

void World::put(const std::string& topic, storage::PartitionId partition,
                storage::LogRecord record) {
  Box<Result<storage::Offset>> box;
  outside_->put({topic, partition, std::move(record)}, box.fill());
  REQUIRE(box.get().has_value());
}

Hold::Hold(World& world, From from) : log_{world.log.open("hold")} {
  const auto holds = std::make_shared<std::promise<void>>();
  holds_ = holds->get_future();
  log_->journal_range(p0, [holds, release = release_](const auto&) {
    holds->set_value();
    release->get_future().wait();
  });
  if (from == From::now) wait_until_it_holds();
}

Hold::~Hold() {
  release_->set_value();
}

NodeOptions calm_options() {
  NodeOptions options;
  options.ledger = ledger;
  options.idle_after = hours{1};
  options.seed = 7;
  return options;
}

Member::Member(World& of, storage::StateStore& with, NodeOptions options, const std::string& name)
    : world{of}, store{with}, log{of.log.open(name)} {
  options.node = name;
  node = std::make_unique<Node>(std::move(options), *log, store, of.provider, of.clock, seen);
}

void Member::lead() {
  node->start();
  eventually("the node leads", [this] { return node->ready(); });
}

Box<Submitted> Member::ask(const std::string& json) {
  storage::ParsedCommand command = parsed(json);
  Box<Submitted> box;
  node->submit({std::move(command.order), std::move(command.input)}, box.fill());
  return box;
}

Submitted Member::say(const std::string& json) {
  return ask(json).get(json);
}

PartitionInfo Member::partition(storage::PartitionId id) {
  Box<std::vector<PartitionInfo>> box;
  node->partitions(box.fill());
  return box.get("the partitions").at(storage::index_of(id));
}

std::string Member::status(const std::string& order) {
  const auto loaded = store.load(OrderId::of(order));
  REQUIRE(loaded.has_value());
  return *loaded ? status_text((*loaded)->saga) : "none";
}

Box<Result<std::monostate>> Member::resume(const std::string& order) {
  Box<Result<std::monostate>> box;
  node->resume(OrderId::of(order), "a person said so", box.fill());
  return box;
}

Box<Result<std::monostate>> Member::skip(const std::string& order) {
  Box<Result<std::monostate>> box;
  node->skip(OrderId::of(order), "a person said so", box.fill());
  return box;
}

void Member::wait_until_led(int claims) {
  eventually("claim " + std::to_string(claims),
             [&] { return seen.claims >= claims && node->ready(); });
}

storage::ParsedCommand parsed(const std::string& json) {
  auto command = storage::parse_command(json);
  REQUIRE(command.has_value());
  return *command;
}

std::string initiate(const std::string& id, const std::string& order) {
  return R"({"command":"payment.initiate","command_id":")" + id + R"(","order_id":")" + order +
         R"(","amount":{"minor":4200,"currency":"EUR"},"customer_id":"cus_1"})";
}

std::string confirm(const std::string& id, const std::string& order) {
  return R"({"command":"payment.confirm","command_id":")" + id + R"(","order_id":")" + order +
         R"(","payment_method":"pm_visa"})";
}

std::string cancel(const std::string& id, const std::string& order) {
  return R"({"command":"order.cancel","command_id":")" + id + R"(","order_id":")" + order +
         R"(","reason":"changed_my_mind"})";
}

std::string text_of(Submitted::Kind kind) {
  switch (kind) {
    case Submitted::Kind::accepted:
      return "accepted";
    case Submitted::Kind::repeated:
      return "repeated";
    case Submitted::Kind::refused:
      return "refused";
    case Submitted::Kind::parked:
      return "parked";
    case Submitted::Kind::quarantined:
      return "quarantined";
    case Submitted::Kind::unknown_order:
      return "unknown_order";
    case Submitted::Kind::overloaded:
      return "overloaded";
    case Submitted::Kind::not_leading:
      return "not_leading";
    case Submitted::Kind::outcome_unknown:
      return "outcome_unknown";
  }
  return "none";
}

std::string order_on(storage::PartitionId partition, std::uint32_t partition_count) {
  for (int i = 1;; ++i) {
    std::string order = "o" + std::to_string(i);
    if (partition_of(OrderId::of(order), partition_count) == storage::index_of(partition)) {
      return order;
    }
  }
}

}  // namespace paysaga::actors::trial
