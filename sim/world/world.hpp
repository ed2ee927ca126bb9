#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "paysaga/sim/check/oracle.hpp"
#include "paysaga/sim/world/courier.hpp"
#include "paysaga/sim/world/customers.hpp"
#include "paysaga/sim/world/machine.hpp"
#include "paysaga/sim/world/plan.hpp"
#include "paysaga/sim/world/side.hpp"
#include "paysaga/sim/world/timeline.hpp"
#include "paysaga/storage/codec_command.hpp"

namespace paysaga::sim {

/// What came of a run.
struct RunResult {
  enum class Kind { ok, wrong, stuck };
  Kind kind = Kind::ok;
  std::vector<Finding> findings;
  std::uint64_t hash = 0;  // Of everything that landed in the log, and of the books.
  std::uint64_t sagas = 0;
  std::uint64_t decisions = 0;
  std::uint64_t voided = 0;  // Journal records that did not count.
  std::uint64_t charges = 0;
  std::uint64_t requests = 0;  // That reached the payment service.
  std::uint64_t steps = 0;     // Messages handled by actors.
  Duration virtual_time{0};
  ByFault<std::uint64_t> faults{};
  std::map<std::string, std::uint64_t> pairs;     // (state, input), as check/history met them.
  std::map<std::string, std::uint64_t> statuses;  // How the orders ended.
};

/// One line of a run's story. `order` is empty for what happens to nodes.
using Tell = std::function<void(Time, const std::string& order, const std::string& what)>;

/// A simulated world: machines with real nodes on them, their log, the payment service, the
/// customers; in virtual time, on one thread, from one seed.
class World {
 public:
  explicit World(const Plan& plan, Tell tell = {});
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Runs the day, ends the faults, waits until everything has come to rest, checks.
  [[nodiscard]] RunResult run();

 private:
  /// A command on its way in over HTTP.
  struct Ask {
    std::string order;
    std::string id;
    storage::ParsedCommand command;
    Roles of;  // Whose nodes are meant; `both`: any that decide it.
    bool answered = false;
    int tries = 0;
  };
  using AskPtr = std::shared_ptr<Ask>;

  // world.cpp
  void add_side(Roles roles, const std::string& group, std::uint32_t nodes);
  [[nodiscard]] storage::MemoryLogOptions log_options(const std::string& group);
  [[nodiscard]] Surroundings surroundings(Side& side);
  void landed(std::string_view topic, storage::PartitionId partition,
              const storage::LogEntry& entry);
  void topic_landed(Topic topic, storage::PartitionId partition, const storage::LogEntry& entry);
  [[nodiscard]] bool leads_all(const Side& side) const;
  void step();
  void pass_time();
  [[nodiscard]] bool at_rest() const;
  [[nodiscard]] bool heard_all() const;
  void come_to_rest();
  void check_leaks();
  [[nodiscard]] std::string what_is_in_flight();
  void restart_cold();
  [[nodiscard]] RunResult outcome();
  void tell(const std::string& order, const std::string& what);

  // world_doors.cpp
  [[nodiscard]] Customers::Doors doors();
  void ask(const std::string& order, const std::string& id, const std::string& json, Roles of);
  void try_ask(const AskPtr& ask);
  void pay(const std::string& order);
  void dispute(const std::string& order, const std::string& act);
  void give_back(const std::string& order, std::int64_t minor);
  /// A webhook of that type about the order's intent, once or twice, at once or late.
  void send_news(const std::string& order, const std::string& type);
  [[nodiscard]] std::optional<IntentId> intent_of(const std::string& order) const;
  void answered(const AskPtr& ask, int attempt, const actors::Submitted& answer);
  void put(const std::string& topic, storage::PartitionId partition, storage::LogRecord record);
  [[nodiscard]] Machine* some_machine(const Ask& ask, Prng& prng);

  // world_faults.cpp
  void schedule_faults();
  void strike(Fault fault);
  void for_a_while(Prng& prng, Duration low, Duration high, std::function<void()> then);
  void rebalance_whole(Side& side);
  void stall_snapshots(Side& side);
  static void forget_positions(Side& side);
  [[nodiscard]] static bool put_position_back(Side& side, storage::PartitionId partition,
                                              const std::string& why);
  void cut_off(Machine& machine);
  void cut_off_provider(Prng& prng, Duration low, Duration high);
  void kill(Machine& machine, Fault how);
  void pause(Machine& machine);
  void restart_later(Machine& machine, Prng& prng);
  void start_at(Machine& machine, Time at);
  void leave(Machine& machine);
  void go_away(Side& side);
  void trim(Side& side, bool ask_disks);
  void on_failure(std::uint32_t machine, storage::PartitionId partition, const std::string& why);
  void on_quarantine(const OrderId& order, const std::string& why);
  void patrol();
  void until(Time end) { busy_until_ = std::max(busy_until_, end); }
  void resume_quarantined(Side& side);
  void heal();
  [[nodiscard]] Side& side_of(const Machine& machine) {
    return machine.roles() == Roles::orders ? *sides_.back() : *sides_.front();
  }

  const Plan plan_;
  Tell tell_;
  Timeline timeline_;
  Dice dice_;
  stripe::StripeModel stripe_;
  Oracle oracle_;
  Courier courier_;
  std::vector<std::unique_ptr<Side>> sides_;        // The first runs payments.
  std::vector<std::unique_ptr<Machine>> machines_;  // Of all sides.
  std::unique_ptr<storage::MemoryLog> outside_;
  Customers customers_;
  Prng scheduler_;
  Prng doors_prng_;
  Duration idle_step_;
  Time busy_until_;
  std::uint64_t asks_open_ = 0;
  std::uint64_t news_ = 0;             // Webhooks so far: part of the next one's id.
  std::optional<Time> unheard_since_;  // When the last webhook was lost.
  Time fetched_at_{};                  // When the last fetched event landed in its topic.
  std::uint64_t steps_ = 0;
  std::uint64_t hash_ = 0;
  bool trimmed_ = false;
  bool stuck_ = false;
};

}  // namespace paysaga::sim
