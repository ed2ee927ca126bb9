#include "paysaga/engine/kafka/installation.hpp"

#include <algorithm>
#include <future>
#include <memory>
#include <random>

#include "paysaga/engine/kafka/topics.hpp"

namespace paysaga::engine::kafka {
namespace {

constexpr std::string_view key = "installation";
constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t name_size = 16;
constexpr storage::PartitionId place{0};

std::string random_name() {
  std::random_device device;
  std::uniform_int_distribution<std::size_t> which{0, letters.size() - 1};
  std::string name(name_size, ' ');
  std::ranges::generate(name, [&] { return letters[which(device)]; });
  return name;
}

/// Of two nodes that start at once both may write; the first record holds for everybody.
Result<void> write_name(Producer& producer, const KafkaOptions& options) {
  auto written = std::make_shared<std::promise<Result<storage::Offset>>>();
  producer.send(membership_topic(options), place, {std::string{key}, {}, random_name()},
                [written](Result<storage::Offset> done) { written->set_value(std::move(done)); });
  auto outcome = written->get_future();
  if (outcome.wait_for(options.open_timeout) != std::future_status::ready) {
    return fail(ErrorCode::unavailable, "the installation's name was not written in time");
  }
  const auto done = outcome.get();
  if (!done) return tl::unexpected{done.error()};
  return {};
}

Result<std::string> read_name(const KafkaOptions& options, Reader& reader, storage::Offset first) {
  auto read = std::make_shared<std::promise<Result<storage::LogBatch>>>();
  auto outcome = read->get_future();
  const auto reading = reader.read(
      membership_topic(options), place, first,
      [read, told = false](Result<storage::LogBatch> batch) mutable {
        if (told || (batch && batch->entries.empty())) return;
        told = true;
        read->set_value(std::move(batch));
      },
      false);
  if (outcome.wait_for(options.open_timeout) != std::future_status::ready) {
    return fail(ErrorCode::unavailable, "the installation's name was not read in time");
  }
  auto batch = outcome.get();
  if (!batch) return tl::unexpected{batch.error()};
  storage::LogRecord& record = batch->entries.front().record;
  const bool ours = record.key == key && record.value.size() == name_size &&
                    record.value.find_first_not_of(letters) == std::string::npos;
  if (ours) return std::move(record.value);
  return fail(ErrorCode::corrupt, "the first record of " + membership_topic(options) +
                                      " is none of ours: somebody else writes there; give the "
                                      "group another name with kafka.group");
}

}  // namespace

Result<std::string> installation_of(const Client& client, const KafkaOptions& options,
                                    Producer& producer, Reader& reader) {
  const std::string topic = membership_topic(options);
  auto range = offsets_of(client, topic, place, options.open_timeout);
  if (range && range->first == range->second) {
    if (auto written = write_name(producer, options); !written) {
      return tl::unexpected{written.error()};
    }
    range = offsets_of(client, topic, place, options.open_timeout);
  }
  if (!range) return tl::unexpected{range.error()};
  return read_name(options, reader, range->first);
}

}  // namespace paysaga::engine::kafka
