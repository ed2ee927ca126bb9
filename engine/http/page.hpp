#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "paysaga/storage/order_row.hpp"

namespace paysaga::engine::http {

/// A part of a list. `items` are JSON objects; an empty `next` ends the list.
struct Page {
  std::vector<std::string> items;
  std::string next;
  std::vector<storage::PageCursor> places = {};  // Of each item, in a list that is merged.

  void add(std::string item, storage::PageCursor place);
};

/// A partition of which a list tells nothing.
struct Missing {
  storage::PartitionId partition{};
  std::string node;  // That leads it, as far as is known; may be empty.
  std::string why;   // One sentence.
};

/// What one node tells of a list: all that belongs to these partitions.
struct Part {
  storage::PartitionSet partitions;
  Page page;
};

/// What the other nodes told.
struct Gathered {
  std::vector<Part> parts;
  std::vector<Missing> missing;  // By partition.
};

enum class ListOrder { ascending, descending };

/// One page out of pages of the same list, each of which goes on from the same place and is sorted.
/// It ends where one of them ends that has more to come: what follows may belong there.
///
/// Shape:  at most `limit` items. A page with a `next` has items.
[[nodiscard]] Page merge(std::vector<Page> pages, ListOrder order, std::size_t limit);

}  // namespace paysaga::engine::http
