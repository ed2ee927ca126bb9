#include <algorithm>

#include "actors/log_around.hpp"
#include "actors/world.hpp"

namespace paysaga::actors::trial {
namespace {

using storage::Offset;
using storage::PartitionId;

const std::string commands = "payment-commands";

storage::LogRecord command(const std::string& order) {
  return {order, {}, initiate("c-" + order, order)};
}

/// What the store holds of the topic of commands.
storage::InputPosition told_of(const storage::StateStore& store) {
  const auto positions = store.input_positions(p0);
  REQUIRE(positions.has_value());
  const auto found = std::ranges::find(*positions, commands, &storage::InputPosition::topic);
  return found == positions->end() ? storage::InputPosition{} : *found;
}
Offset position_of(const storage::StateStore& store) {
  return told_of(store).next;
}
/// Once all is decided; a landmark moves only when it was seen again.
void wait_for_landmark(World& world, const storage::StateStore& store, Offset landmark) {
  eventually("the landmark is the last input", [&] {
    world.clock.advance(milliseconds{100});
    const auto told = told_of(store);
    return told.last && told.last->offset == landmark;
  });
}

/// A log whose topic of commands has lost its first records, or all that it had.
class TrimmedLog final : public LogAround {
 public:
  TrimmedLog(std::unique_ptr<storage::Log> under, Offset first)
      : LogAround{std::move(under)}, first_{first} {}
  std::unique_ptr<storage::Reading> read_input(std::string_view topic, PartitionId id, Offset from,
                                               storage::OnBatch on_batch) override {
    if (topic != commands || from >= first_) {
      return LogAround::read_input(topic, id, from, std::move(on_batch));
    }
    on_batch(fail(ErrorCode::out_of_range, "no such offset"));
    return std::make_unique<Nothing>();
  }
  void topic_range(std::string_view topic, PartitionId id,
                   Done<std::pair<Offset, Offset>> done) override {
    if (topic != commands) return LogAround::topic_range(topic, id, std::move(done));
    done(std::pair{first_, std::max<Offset>(first_, 9)});
  }

 private:
  struct Nothing final : storage::Reading {
    void credit(std::size_t) override {}
  };
  Offset first_;
};

/// A log whose topic of commands was deleted, made anew, and filled by producers that know nothing
/// of it.
class RemadeLog final : public LogAround {
 public:
  RemadeLog(std::unique_ptr<storage::Log> under, Offset first)
      : LogAround{std::move(under)}, first_{first} {}
  std::unique_ptr<storage::Reading> read_input(std::string_view topic, PartitionId id, Offset from,
                                               storage::OnBatch on_batch) override {
    const bool other = topic == commands && remade;
    return LogAround::read_input(other ? anew : topic, id, from, std::move(on_batch));
  }
  void topic_range(std::string_view topic, PartitionId id,
                   Done<std::pair<Offset, Offset>> done) override {
    if (topic != commands || !remade) {
      return LogAround::topic_range(topic, id, std::move(done));
    }
    if (silent-- > 0) return done(fail(ErrorCode::unavailable, "no broker answers"));
    LogAround::topic_range(anew, id, [first = first_, done = std::move(done)](auto range) {
      range->first = std::max(range->first, first);
      done(range);
    });
  }
  static constexpr std::string_view anew = "made-anew";
  std::atomic<bool> remade = true;
  std::atomic<int> silent = 0;  // So many questions are not answered.

 private:
  Offset first_;
};

/// A node on a topic of three commands, of which it has decided all, then one on that topic as it
/// is now.
class Twice {
 public:
  Twice() {
    world.provider.obey();
    for (const char* order : {"o1", "o2", "o3"}) world.put(commands, p0, command(order));
    Member first{world, store};
    first.lead();
    eventually("all are decided", [&] { return position_of(store) == 3; });
    wait_for_landmark(world, store, 2);
  }
  void fill(std::initializer_list<const char*> orders) {
    for (const char* order : orders) {
      world.put(std::string{RemadeLog::anew}, p0, command(order));
    }
  }
  void start(Offset first = 0, bool accept = false, int silent = 0) {
    node.reset();
    NodeOptions options = calm_options();
    options.accept_input_loss = accept;
    remade.emplace(world.log.open("a"), first);
    remade->silent = silent;
    seen.emplace();
    node.emplace(options, *remade, store, world.provider, world.clock, *seen);
    node->start();
  }

  World world;
  storage::MemoryStore store = world.new_store();
  std::optional<RemadeLog> remade;
  std::optional<Recorder> seen;
  std::optional<Node> node;
};

}  // namespace

TEST_CASE(
    "inputs: what was deleted before it was read is said, and passed over if a person says so",
    "[actors]") {
  World world;
  auto store = world.new_store();
  world.provider.obey();
  for (const char* order : {"o1", "o2", "o3"}) {
    world.put(commands, p0, command(order));
  }
  NodeOptions options = calm_options();
  TrimmedLog trimmed{world.log.open("a"), 2};
  {
    Recorder seen;
    Node node{options, trimmed, store, world.provider, world.clock, seen};
    node.start();
    eventually("it is said", [&] { return !seen.told("failed").empty(); });
    CHECK(seen.told("failed").at(0) ==
          "inputs may be lost: 0 to 1 of payment-commands partition 0 were deleted, and nothing "
          "tells "
          "that they were decided; have them sent again if you can, and start the node once with "
          "--accept-data-loss: it goes on at 2");
    CHECK_FALSE(node.ready());
  }
  CHECK(world.decided("c-o3") == 0);
  options.accept_input_loss = true;
  {
    Recorder seen;
    Node node{options, trimmed, store, world.provider, world.clock, seen};
    node.start();
    eventually("the rest is decided", [&] { return position_of(store) == 3; });
    CHECK(seen.told("failed").empty());
  }
  CHECK(world.decided("c-o1") == 0);
  CHECK(world.decided("c-o3") == 1);
  options.accept_input_loss = false;  // Once is enough.
  Recorder seen;
  Node node{options, trimmed, store, world.provider, world.clock, seen};
  node.start();
  eventually("it leads", [&] { return node.ready(); });
  CHECK(seen.told("failed").empty());
}

TEST_CASE(
    "inputs: a topic that was made anew and filled past the position is not taken for the old",
    "[actors]") {
  Twice twice;
  twice.fill({"n1", "n2", "n3", "n4", "n5"});
  twice.start();
  eventually("it is said", [&] { return !twice.seen->told("failed").empty(); });
  CHECK(twice.seen->told("failed").at(0) ==
        "inputs may be lost: payment-commands partition 0 holds at 2 not what was read there, and "
        "was read up to 3: it was made anew, or has lost records; have them sent again if you can, "
        "and start the node once with --accept-data-loss: it goes on at 0");
  CHECK(twice.world.decided("c-n4") == 0);
  twice.start(0, true);
  eventually("the new topic is decided from its beginning",
             [&] { return position_of(twice.store) == 5; });
  for (const char* id : {"c-n1", "c-n2", "c-n3", "c-n4", "c-n5"}) {
    CHECK(twice.world.decided(id) == 1);
  }
  twice.fill({"n6"});
  twice.start();  // Once is enough.
  eventually("it goes on", [&] { return position_of(twice.store) == 6; });
  CHECK(twice.seen->told("failed").empty());
  CHECK(twice.world.decided("c-n5") == 1);
}

TEST_CASE("inputs: a topic that was made anew and is shorter is noticed before anything is put",
          "[actors]") {
  for (const auto& orders :
       {std::vector<const char*>{}, std::vector{"n1"}, std::vector{"n1", "n2"}}) {
    Twice twice;
    for (const char* order : orders) twice.fill({order});
    twice.start();
    eventually("it is said", [&] {
      twice.world.clock.advance(milliseconds{100});
      return !twice.seen->told("failed").empty();
    });
    CHECK(twice.seen->told("failed").at(0).rfind(
              "inputs may be lost: payment-commands partition 0 ends at " +
                  std::to_string(orders.size()) + ", but was read up to 3 already",
              0) == 0);
  }
}

/// A node whose topic of commands is made anew and filled past its position between two fetches of
/// its reader, which goes on at the old offset as if nothing had been.
class Unaware {
 public:
  Unaware() {
    world.provider.obey();
    for (const char* order : {"o1", "o2", "o3"}) world.put(commands, p0, command(order));
    start(false);
    eventually("all are decided", [&] { return position_of(store) == 3; });
    wait_for_landmark(world, store, 2);
    for (const char* order : {"n1", "n2", "n3", "n4", "n5"}) {
      world.put(std::string{RemadeLog::anew}, p0, command(order));
    }
    remade->remade = true;
    for (const char* order : {"n4", "n5"}) world.put(commands, p0, command(order));
    eventually("it goes on", [&] { return position_of(store) == 5; });
  }
  void start(bool as_remade, bool accept = false) {
    node.reset();
    NodeOptions options = calm_options();
    options.accept_input_loss = accept;
    remade.emplace(world.log.open("a"), 0);
    remade->remade = as_remade;
    seen.emplace();
    node.emplace(options, *remade, store, world.provider, world.clock, *seen);
    node->start();
  }
  void refuses(const std::string& when, Duration step) {
    eventually(when, [&] {
      world.clock.advance(step);
      return !seen->told("failed").empty();
    });
    CHECK(seen->told("failed").at(0) ==
          "inputs may be lost: payment-commands partition 0 holds at 2 not what was read there, "
          "and was read up to 5: it was made anew, or has lost records; have them sent again if "
          "you can, and start the node once with --accept-data-loss: it goes on at 0");
    CHECK(told_of(store).last->offset == 2);
  }

  World world;
  storage::MemoryStore store = world.new_store();
  std::optional<RemadeLog> remade;
  std::optional<Recorder> seen;
  std::optional<Node> node;
};

TEST_CASE("inputs: a reader that runs looks again whether its topic is the one that it read",
          "[actors]") {
  Unaware unaware;
  unaware.refuses("it is noticed", milliseconds{100});
  unaware.start(true);
  unaware.refuses("it is noticed again", {});
  unaware.start(true, true);
  eventually("the new topic is decided from its beginning",
             [&] { return unaware.world.decided("c-n3") == 1; });
  CHECK(unaware.world.decided("c-n4") == 1);
}

TEST_CASE("inputs: a node that fell before it looked again leaves what tells the topic apart",
          "[actors]") {
  Unaware unaware;
  unaware.start(true);
  unaware.refuses("it is noticed by the next life", {});
}

TEST_CASE("inputs: a node that is stopped tells how far it was", "[actors]") {
  World world;
  auto store = world.new_store();
  world.provider.obey();
  {
    Member member{world, store};  // Its clock stands: no second passes, and no mark is due.
    member.lead();
    world.put(commands, p0, command("o1"));
    eventually("it is decided", [&] { return member.status("o1") == "PAYMENT_PENDING"; });
    for (int i = 0; i < 2; ++i) world.put(commands, p0, command("o1"));
    eventually("its repetitions were read", [&] { return member.seen.repeated == 2; });
    CHECK(position_of(store) == 1);
  }
  CHECK(position_of(store) == 3);
}

TEST_CASE("inputs: a topic in doubt whose broker does not answer is not gone on with", "[actors]") {
  for (const auto& orders : {std::vector<const char*>{"n1"}, {"n1", "n2", "n3", "n4", "n5"}}) {
    Twice twice;
    for (const char* order : orders) twice.fill({order});
    twice.start(0, false, 2);
    eventually("it is said", [&] {
      twice.world.clock.advance(milliseconds{100});
      const auto failed = twice.seen->told("failed");
      return !failed.empty() && failed.back().rfind("inputs may be lost: ", 0) == 0;
    });
    CHECK(twice.remade->silent < 0);
    CHECK(twice.world.decided("c-n5") == 0);
  }
}

TEST_CASE("inputs: a topic filled again with the same records is gone on with", "[actors]") {
  Twice twice;
  twice.fill({"o1", "o2", "o3", "o4"});
  twice.start();
  eventually("the next one is decided", [&] { return position_of(twice.store) == 4; });
  CHECK(twice.seen->told("failed").empty());
  CHECK(twice.world.decided("c-o3") == 1);
}

TEST_CASE("inputs: a landmark that retention has deleted tells nothing and stops nobody",
          "[actors]") {
  Twice twice;
  twice.fill({"n1", "n2", "n3", "n4"});
  twice.start(3);
  eventually("what comes behind the position is decided",
             [&] { return position_of(twice.store) == 4; });
  CHECK(twice.seen->told("failed").empty());
  CHECK(twice.world.decided("c-n3") == 0);
  CHECK(twice.world.decided("c-n4") == 1);
}

}  // namespace paysaga::actors::trial
