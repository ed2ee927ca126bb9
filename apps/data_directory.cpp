#include "apps/data_directory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "paysaga/saga/topic.hpp"
#include "paysaga/storage/codec_view.hpp"
#include "paysaga/storage/rocks_store.hpp"

namespace paysaga::apps {
namespace {

constexpr std::size_t page_orders_max = 1'000;
constexpr std::size_t page_decisions_max = 1'000;

}  // namespace

Result<std::unique_ptr<storage::StateStore>> open_store(const std::string& data) {
  storage::RocksStore::Options options;
  options.read_only = true;
  auto store = storage::RocksStore::open(data + "/state", options);
  if (!store) return tl::unexpected{store.error()};
  return std::unique_ptr<storage::StateStore>{std::move(*store)};
}

storage::PartitionSet all_partitions(const storage::StateStore& store) {
  storage::PartitionSet partitions;
  for (std::uint32_t i = 0; i < store.identity().partition_count; ++i) {
    partitions.insert(storage::PartitionId{i});
  }
  return partitions;
}

bool is_in_use(const std::filesystem::path& data) {
  for (const char* lock : {"log/LOCK", "state/LOCK"}) {
    const int file = ::open((data / lock).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    struct flock held {};
    held.l_type = F_WRLCK;
    held.l_whence = SEEK_SET;
    const bool told = ::fcntl(file, F_GETLK, &held) == 0;
    ::close(file);
    if (told && held.l_type != F_UNLCK) return true;
  }
  return false;
}

Result<std::vector<std::string>> list_orders(const storage::StateStore& store,
                                             storage::OrderQuery query, std::size_t limit) {
  std::vector<std::string> orders;
  do {
    query.limit = std::min(page_orders_max, limit - orders.size());
    auto page = store.list(query);
    if (!page) return tl::unexpected{page.error()};
    for (const storage::OrderSummary& order : page->orders) {
      orders.push_back(storage::summary_json(order));
    }
    query.after = std::move(page->next);
  } while (!query.after.empty() && orders.size() < limit);
  return orders;
}

Result<std::string> stored_order(const storage::StateStore& store, const std::string& order) {
  auto id = OrderId::parse(order);
  if (!id) return tl::unexpected{id.error()};
  auto loaded = store.load(*id);
  if (!loaded) return tl::unexpected{loaded.error()};
  if (!*loaded) return fail(ErrorCode::not_found, "no order " + order + " in this data directory");
  const auto quarantine = store.quarantine(*id);
  return storage::order_json((*loaded)->saga, (*loaded)->partition,
                             quarantine ? *quarantine : std::nullopt);
}

Result<std::vector<std::string>> stored_timeline(const storage::StateStore& store,
                                                 const std::string& order) {
  auto id = OrderId::parse(order);
  if (!id) return tl::unexpected{id.error()};
  const auto summary = store.summary(*id);
  if (!summary) return tl::unexpected{summary.error()};
  if (!*summary) return fail(ErrorCode::not_found, "no order " + order + " in this data directory");
  std::vector<std::string> decisions;
  storage::Offset from = 0;
  for (;;) {
    const auto rows = store.history(*id, from, page_decisions_max);
    if (!rows) return tl::unexpected{rows.error()};
    for (const storage::HistoryRow& row : *rows) decisions.push_back(storage::history_json(row));
    if (rows->size() < page_decisions_max) return decisions;
    from = rows->back().offset + 1;
  }
}

}  // namespace paysaga::apps
