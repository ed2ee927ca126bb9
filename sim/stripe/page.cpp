// Lists: newest first, one page at a time, cursors are ids.

#include "paysaga/sim/stripe/page.hpp"

#include <algorithm>
#include <charconv>

namespace paysaga::sim::stripe {
namespace {

constexpr std::int64_t limit_max = 100;
constexpr Index limit_default = 10;

/// Which places are asked for: those from `begin` to before `end`, at most `limit` of them, taken
/// from the newest or, for ending_before, from the oldest.
struct Page {
  Index begin;
  Index end;
  Index limit;
  bool from_oldest;
};

/// Narrows the page to what `created` allows.
Checked<void> narrow_created(const ListPlan& plan, Page& page) {
  // The first object at or after a second.
  const auto first_from = [&](std::int64_t second) {
    Index low = page.begin;
    Index high = page.end;
    while (low < high) {
      const Index middle = low + (high - low) / 2;
      if (micros_of(plan.created(plan.listed[middle])) / 1'000'000 < second) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  for (const auto& [name, text] : plan.form.parameters()) {
    if (!name.starts_with("created")) continue;
    std::int64_t second = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), second);
    if (error != std::errc{} || end != text.data() + text.size()) {
      return tl::unexpected{
          parameter_error("parameter_invalid_integer", name, "Invalid integer: " + text)};
    }
    const bool exact = name == "created";
    // The end first: it is searched for in what `begin` leaves.
    if (exact || name == "created[lte]") {
      page.end = first_from(second + 1);
    } else if (name == "created[lt]") {
      page.end = first_from(second);
    } else if (name != "created[gte]" && name != "created[gt]") {
      return tl::unexpected{
          parameter_error("parameter_unknown", name, "Received unknown parameter: " + name)};
    }
    if (exact || name == "created[gte]") {
      page.begin = first_from(second);
    } else if (name == "created[gt]") {
      page.begin = first_from(second + 1);
    }
  }
  return {};
}

/// Reads limit and cursors.
Checked<Page> read_page(const ListPlan& plan) {
  const Checked<Index> limit = read_limit(plan.form);
  if (!limit) return tl::unexpected{limit.error()};
  Page page{0, plan.listed.size(), *limit, false};
  const auto after = plan.form.value("starting_after");
  const auto before = plan.form.value("ending_before");
  if (after && before) {
    return tl::unexpected{parameter_error("", "starting_after",
                                          "You may only use one of starting_after and "
                                          "ending_before.")};
  }
  if (const auto cursor = after ? after : before) {
    const std::optional<Index> object = plan.find(*cursor);
    const std::optional<Index> place = object ? plan.listed.place_of(*object) : std::nullopt;
    if (!place) {
      return tl::unexpected{
          missing(400, "object", *cursor, after ? "starting_after" : "ending_before")};
    }
    // Newest first: what comes after an object in the list was created before it.
    if (after) {
      page.end = *place;
    } else {
      page.begin = *place + 1;
      page.from_oldest = true;
    }
  }
  return page;
}

}  // namespace

std::optional<Index> Listed::place_of(Index object) const {
  if (!some_) {
    return object >= begin_ && object - begin_ < size_ ? std::optional{object - begin_}
                                                       : std::nullopt;
  }
  const auto found = std::lower_bound(objects_.begin(), objects_.end(), object);
  if (found == objects_.end() || *found != object) return std::nullopt;
  return static_cast<Index>(found - objects_.begin());
}

Checked<Index> read_limit(const Form& form) {
  if (!form.value("limit")) return limit_default;
  const Checked<std::int64_t> limit = read_integer(form, "limit");
  if (!limit) return tl::unexpected{limit.error()};
  if (*limit < 1 || *limit > limit_max) {
    return tl::unexpected{
        parameter_error("parameter_invalid_integer", "limit", "The limit is between 1 and 100.")};
  }
  return static_cast<Index>(*limit);
}

Reply list_page(const ListPlan& plan) {
  Checked<Page> page = read_page(plan);
  if (!page) return reply_of(page.error());
  if (const auto narrowed = narrow_created(plan, *page); !narrowed) {
    return reply_of(narrowed.error());
  }
  const Index found = page->end > page->begin ? page->end - page->begin : 0;
  const Index count = std::min(found, page->limit);
  const Index end = page->from_oldest ? page->begin + count : page->end;
  std::string out{"{\"object\":\"list\",\"data\":["};
  for (Index i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    plan.append(out, plan.listed[end - 1 - i]);
  }
  out += "],\"has_more\":";
  out += found > count ? "true" : "false";
  out += ",\"url\":\"";
  out += plan.url;
  out += "\"}";
  return TextReply{std::move(out)};
}

}  // namespace paysaga::sim::stripe
