#include "paysaga/sim/world/group.hpp"

#include <memory>

#include <catch2/catch.hpp>

namespace paysaga::sim {
namespace {

/// A node that only listens.
struct Member final : storage::OwnershipListener {
  Member(storage::MemoryWorld& world, const std::string& name) : log{world.open(name)} {
    log->join(*this);
  }
  void gained(storage::PartitionId, storage::OwnershipToken) override { heard += '+'; }
  void lost(storage::PartitionId, storage::OwnershipToken) override { heard += '-'; }
  std::string heard;
  std::unique_ptr<storage::MemoryLog> log;
};

storage::MemoryLogOptions options() {
  storage::MemoryLogOptions options;
  options.partition_count = 4;
  options.threaded = false;
  options.first_takes_all = false;
  return options;
}

}  // namespace

TEST_CASE("group: all lose all, and most comes back to where it was", "[sim]") {
  storage::MemoryWorld log{options()};
  Member a{log, "a"};
  Member b{log, "b"};
  Group group{4, log};
  group.join("a");
  group.join("b");
  (void)log.deliver();
  a.heard.clear();
  b.heard.clear();
  const auto before = group.owners();
  std::size_t kept = 0;
  Prng prng = Prng::stream(1, "rebalance");
  constexpr std::size_t times = 50;
  for (std::size_t i = 0; i < times; ++i) {
    const auto former = group.owners();
    group.take_all();
    for (std::uint32_t p = 0; p < 4; ++p) CHECK_FALSE(log.owner(storage::PartitionId{p}));
    group.give_back(prng);
    for (std::uint32_t p = 0; p < 4; ++p) {
      CHECK(log.owner(storage::PartitionId{p}) == group.owners()[p]);
      kept += group.owners()[p] == former[p] ? 1 : 0;
    }
  }
  (void)log.deliver();
  CHECK(a.heard.size() + b.heard.size() == times * 4 * 2);
  CHECK(kept > times * 4 * 3 / 4);
  CHECK(kept < times * 4);
}

TEST_CASE("group: what somebody was given meanwhile is not given again", "[sim]") {
  storage::MemoryWorld log{options()};
  Member a{log, "a"};
  Group group{4, log};
  Prng prng = Prng::stream(1, "rebalance");
  group.take_all();  // Nobody has anything.
  group.give_back(prng);
  CHECK_FALSE(log.owner(storage::PartitionId{0}));
  group.join("a");
  group.take_all();
  const Member b{log, "b"};
  group.join("b");  // Evens out: it gains two of the four.
  (void)log.deliver();
  const std::string heard = b.heard;
  group.give_back(prng);
  (void)log.deliver();
  CHECK(b.heard.substr(0, heard.size()) == heard);
  for (std::uint32_t p = 0; p < 4; ++p) {
    CHECK(log.owner(storage::PartitionId{p}) == group.owners()[p]);
  }
}

}  // namespace paysaga::sim
