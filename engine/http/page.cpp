#include "paysaga/engine/http/page.hpp"

#include <optional>
#include <utility>

namespace paysaga::engine::http {
namespace {

/// A page that is taken from, item by item.
struct Source {
  Page page;
  std::size_t at = 0;

  [[nodiscard]] bool done() const { return at == page.items.size(); }
  [[nodiscard]] bool has_more() const { return !done() || !page.next.empty(); }
  [[nodiscard]] const storage::PageCursor& place() const { return page.places[at]; }
};

/// The source whose item comes first. None: all are done, or one is of which more is to come.
Source* first_of(std::vector<Source>& sources, ListOrder order) {
  Source* first = nullptr;
  for (Source& source : sources) {
    if (source.done() && source.has_more()) return nullptr;
    if (source.done()) continue;
    const bool before =
        first == nullptr || (order == ListOrder::ascending ? source.place() < first->place()
                                                           : first->place() < source.place());
    if (before) first = &source;
  }
  return first;
}

}  // namespace

void Page::add(std::string item, storage::PageCursor place) {
  items.push_back(std::move(item));
  places.push_back(std::move(place));
}

Page merge(std::vector<Page> pages, ListOrder order, std::size_t limit) {
  std::vector<Source> sources;
  for (Page& page : pages) {
    ensure(page.places.size() == page.items.size(), "every item of a merged list has its place");
    ensure(page.next.empty() || !page.items.empty(),
           "a page that is followed by another has items");
    sources.push_back({std::move(page)});
  }
  Page merged;
  while (merged.items.size() < limit) {
    Source* source = first_of(sources, order);
    if (source == nullptr) break;
    merged.add(std::move(source->page.items[source->at]),
               std::move(source->page.places[source->at]));
    ++source->at;
  }
  for (const Source& source : sources) {
    if (source.has_more() && !merged.items.empty()) merged.next = to_text(merged.places.back());
  }
  return merged;
}

}  // namespace paysaga::engine::http
