#include "actors/world.hpp"
#include "kafka/log_under_test.hpp"
#include "paysaga/saga/topic.hpp"

namespace paysaga::engine::kafka {
namespace {

using actors::trial::eventually;
using storage::PartitionId;
using storage::Use;
using storage::conformance::Answer;

constexpr PartitionId p0{0};

/// A node on a group of its own that has one partition.
struct KafkaNode {
  std::unique_ptr<KafkaLog> log;
  storage::MemoryStore store;
  actors::trial::Recorder seen;
  std::unique_ptr<actors::Node> node;

  KafkaNode(const KafkaOptions& options, actors::PaymentProvider& provider,
            const actors::Clock& clock)
      : log{std::move(*KafkaLog::open(options))},
        store{{log->identity(), actors::trial::ledger, options.partition_count}} {
    actors::NodeOptions of = actors::trial::calm_options();
    of.group = options.group;
    of.topic_prefix = topic_of(options, "");
    of.snapshots = true;
    node = std::make_unique<actors::Node>(std::move(of), *log, store, provider, clock, seen);
    node->start();
    eventually("the node leads", [&] { return node->ready(); });
  }

  [[nodiscard]] std::string say(const std::string& json) const {
    storage::ParsedCommand command = actors::trial::parsed(json);
    const actors::trial::Box<actors::Submitted> box;
    node->submit({std::move(command.order), std::move(command.input)}, box.fill());
    return actors::trial::text_of(box.get().kind);
  }
  [[nodiscard]] storage::Offset committed(Use use) const {
    Answer<Result<std::optional<storage::Commit>>> answer;
    log->committed_position(use, p0, answer.callback());
    const auto read = answer.wait();
    return read && *read && **read ? (**read)->next : 0;
  }
  [[nodiscard]] std::uint64_t version(const std::string& order) const {
    const auto summary = store.summary(OrderId::of(order));
    return summary && *summary ? (*summary)->version : 0;
  }
};

}  // namespace

TEST_CASE("kafka: a node with an empty disk goes on from the snapshot and the journal behind it",
          "[kafka]") {
  KafkaOptions options = fresh_options();
  options.partition_count = 1;
  options.topics.clear();
  for (int i = 0; i < topic_count; ++i) {
    options.topics.push_back(topic_of(options, std::string{to_text(static_cast<Topic>(i))}));
  }
  actors::trial::ScriptedProvider provider;
  provider.obey();
  const actors::trial::TestClock clock;
  std::optional<KafkaNode> first{std::in_place, options, provider, clock};
  CHECK(first->say(actors::trial::initiate("c1", "o1")) == "accepted");
  CHECK(first->say(actors::trial::initiate("c2", "o2")) == "accepted");
  eventually("the intents are made", [&] { return provider.calls() >= 2; });
  const auto end = [&] { return storage::conformance::journal_range(*first->log, p0).second; };
  eventually("all of it is published and in the snapshot", [&] {
    const storage::Offset journal = end();
    return first->committed(Use::snapshotter) == journal &&
           first->committed(Use::publisher) == journal;
  });
  REQUIRE(delete_journal(options, p0, first->committed(Use::snapshotter)));
  CHECK(first->say(actors::trial::confirm("c3", "o1")) == "accepted");
  const std::uint64_t version = first->version("o1");
  first->node->stop(seconds{1});
  const auto orders = first->store.list({})->orders;
  first.reset();

  const KafkaNode second{options, provider, clock};
  CHECK(second.seen.told("failed").empty());
  CHECK(second.version("o1") >= version);
  CHECK(second.store.list({})->orders.size() == orders.size());
  CHECK((*second.store.summary(OrderId::of("o2")))->version > 1);
  CHECK(second.say(actors::trial::initiate("c2", "o2")) == "repeated");
  CHECK(second.say(actors::trial::confirm("c4", "o2")) == "accepted");
  second.node->stop(seconds{1});
}

}  // namespace paysaga::engine::kafka
