#include "apps/topic_source.hpp"

#include <algorithm>
#include <set>

#include "paysaga/engine/kafka/settings.hpp"
#include "paysaga/engine/kafka/topic_desk.hpp"
#include "paysaga/storage/local_log_view.hpp"

namespace paysaga::apps {
namespace {

constexpr std::size_t batch_entries = 512;

class LocalTopics final : public TopicSource {
 public:
  LocalTopics(std::string directory, std::string prefix)
      : directory_{std::move(directory)}, prefix_{std::move(prefix)} {}

  /// A view shows one moment, so that each look at the lanes takes another one.
  [[nodiscard]] Result<void> open() {
    auto view = storage::LocalLogView::open(directory_);
    if (!view) return tl::unexpected{view.error()};
    view_ = std::move(*view);
    return {};
  }
  Result<std::string> find(const std::string& topic) override {
    for (const std::string& name : {prefix_ + topic, topic}) {
      if (has(name)) return name;
    }
    return fail(ErrorCode::not_found, "no entry was ever put into the topic " + topic +
                                          "; `paysaga topic list` says which have some");
  }
  Result<std::vector<Lane>> lanes(const std::string& topic) override {
    if (auto opened = open(); !opened) return tl::unexpected{opened.error()};
    std::vector<Lane> lanes;
    for (const auto& lane : view_->lanes()) {
      if (lane.topic == topic) lanes.push_back({lane.partition, lane.first, lane.end});
    }
    return lanes;
  }
  Result<void> read(const std::string& topic, const Lane& lane, storage::Offset from,
                    const std::function<void(const storage::LogEntry&)>& each) override {
    while (from < lane.end) {
      const auto batch = view_->read_topic(topic, lane.partition, from, batch_entries);
      if (!batch) return tl::unexpected{batch.error()};
      for (const storage::LogEntry& entry : batch->entries) each(entry);
      from = batch->next;
    }
    return {};
  }

 private:
  [[nodiscard]] bool has(const std::string& topic) const {
    return std::ranges::any_of(view_->lanes(),
                               [&](const auto& lane) { return lane.topic == topic; });
  }
  std::string directory_;
  std::string prefix_;
  std::unique_ptr<storage::LocalLogView> view_;
};

class KafkaTopics final : public TopicSource {
 public:
  KafkaTopics(std::unique_ptr<engine::kafka::TopicDesk> desk, std::string prefix)
      : desk_{std::move(desk)}, prefix_{std::move(prefix)} {}

  Result<std::string> find(const std::string& topic) override {
    // An installation's own topic before another one's of the bare name.
    if (!prefix_.empty() && desk_->lanes(prefix_ + topic)) return prefix_ + topic;
    const auto lanes = desk_->lanes(topic);
    if (!lanes) return tl::unexpected{lanes.error()};
    return topic;
  }
  Result<std::vector<Lane>> lanes(const std::string& topic) override {
    const auto found = desk_->lanes(topic);
    if (!found) return tl::unexpected{found.error()};
    std::vector<Lane> lanes;
    for (const auto& lane : *found) lanes.push_back({lane.partition, lane.first, lane.end});
    return lanes;
  }
  Result<void> read(const std::string& topic, const Lane& lane, storage::Offset from,
                    const std::function<void(const storage::LogEntry&)>& each) override {
    return desk_->read(topic, lane.partition, from, lane.end, each);
  }

 private:
  std::unique_ptr<engine::kafka::TopicDesk> desk_;
  std::string prefix_;
};

}  // namespace

Result<std::unique_ptr<TopicSource>> open_topics(const config::Settings& settings) {
  if (settings.journal.kind == config::JournalKind::local) {
    auto topics =
        std::make_unique<LocalTopics>(settings.node.data / "log", settings.kafka.topic_prefix);
    if (auto opened = topics->open(); !opened) return tl::unexpected{opened.error()};
    return topics;
  }
  auto desk = engine::kafka::open_desk(settings);
  if (!desk) return tl::unexpected{desk.error()};
  return std::make_unique<KafkaTopics>(std::move(*desk), settings.kafka.topic_prefix);
}

}  // namespace paysaga::apps
