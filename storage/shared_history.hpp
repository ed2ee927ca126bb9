#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "paysaga/storage/state_store.hpp"

namespace paysaga::storage {

/// The decisions of one order, oldest first. Copies share what they have in common, so that a copy
/// of thousands of them costs little; each goes on by itself.
///
/// Threads:  one at a time; copies any.
class SharedHistory {
 public:
  /// Replaces the row of the same offset, if there is one. Cheap at the end, where rows belong;
  /// elsewhere only after an order changed its partition.
  void add(HistoryRow row) {
    auto shared = std::make_shared<const HistoryRow>(std::move(row));
    if (chunks_.empty() || chunks_.back()->back()->offset < shared->offset) {
      return append(std::move(shared));
    }
    Chunk rows;
    for (const auto& chunk : chunks_) rows.insert(rows.end(), chunk->begin(), chunk->end());
    const auto place = std::ranges::lower_bound(rows, shared->offset, {}, offset_of);
    if ((*place)->offset == shared->offset) {
      *place = std::move(shared);
    } else {
      rows.insert(place, std::move(shared));
    }
    chunks_.clear();
    for (auto& each : rows) append(std::move(each));
  }

  /// At most `limit` rows from `from` on.
  [[nodiscard]] std::vector<HistoryRow> read(Offset from, std::size_t limit) const {
    std::vector<HistoryRow> rows;
    for (const auto& chunk : chunks_) {
      if (rows.size() == limit) break;
      if (chunk->back()->offset < from) continue;
      auto row = std::ranges::lower_bound(*chunk, from, {}, offset_of);
      for (; row != chunk->end() && rows.size() < limit; ++row) rows.push_back(**row);
    }
    return rows;
  }

 private:
  using Shared = std::shared_ptr<const HistoryRow>;
  using Chunk = std::vector<Shared>;  // Never empty.
  static constexpr std::size_t chunk_rows_max = 64;

  static Offset offset_of(const Shared& row) { return row->offset; }

  void append(Shared row) {
    if (chunks_.empty() || chunks_.back()->size() == chunk_rows_max) {
      chunks_.push_back(std::make_shared<Chunk>());
    } else if (chunks_.back().use_count() > 1) {
      chunks_.back() = std::make_shared<Chunk>(*chunks_.back());
    }
    chunks_.back()->push_back(std::move(row));
  }

  std::vector<std::shared_ptr<Chunk>> chunks_;
};

}  // namespace paysaga::storage
