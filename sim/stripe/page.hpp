#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/params.hpp"

namespace paysaga::sim::stripe {

/// The objects that a list is about, in the order of their creation: all of a kind, or some.
class Listed {
 public:
  /// All from `begin` to before `end`.
  Listed(Index begin, Index end) : begin_{begin}, size_{end - begin} {}
  /// Those of them that `wanted` names.
  template <class Wanted>
  Listed(Index begin, Index end, const Wanted& wanted) : some_{true} {
    for (Index index = begin; index < end; ++index) {
      if (wanted(index)) objects_.push_back(index);
    }
    size_ = static_cast<Index>(objects_.size());
  }
  explicit Listed(std::vector<Index> objects)
      : some_{true}, objects_{std::move(objects)}, size_{static_cast<Index>(objects_.size())} {}

  [[nodiscard]] Index size() const { return size_; }
  [[nodiscard]] Index operator[](Index place) const {
    return some_ ? objects_[place] : begin_ + place;
  }
  /// The place of an object; none if it is not listed.
  [[nodiscard]] std::optional<Index> place_of(Index object) const;

 private:
  bool some_ = false;
  Index begin_ = 0;
  std::vector<Index> objects_;  // Rising.
  Index size_ = 0;
};

/// What a list is made with.
struct ListPlan {
  const Form& form;
  const Listed& listed;
  std::string_view url;
  /// The object of an id; none if there is no such object.
  std::function<std::optional<Index>(std::string_view id)> find;
  /// Rises with the index.
  std::function<Time(Index)> created;
  std::function<void(std::string& out, Index)> append;
};

/// One page, newest first: reads limit, cursors and `created`.
/// Source:  docs.stripe.com/api/pagination.
[[nodiscard]] Reply list_page(const ListPlan& plan);
/// Errors: not 1..100. 10 if it is absent.
[[nodiscard]] Checked<Index> read_limit(const Form& form);

}  // namespace paysaga::sim::stripe
