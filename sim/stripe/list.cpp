// Lists: newest first, one page at a time, cursors are ids.

#include <algorithm>
#include <array>
#include <charconv>

#include "paysaga/sim/stripe/account.hpp"
#include "paysaga/sim/stripe/expand.hpp"
#include "paysaga/sim/stripe/render.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::array<std::string_view, 5> intent_names{"created[", "limit", "starting_after",
                                                       "ending_before", "expand[]"};
constexpr std::array<std::string_view, 7> refund_names{
    "created[", "limit", "starting_after", "ending_before", "expand[]", "payment_intent", "charge"};
constexpr std::array<std::string_view, 1> retrieve_names{"expand[]"};
constexpr std::int64_t limit_max = 100;
constexpr std::int64_t limit_default = 10;

/// Which of the objects, in the order of their creation, are asked for: those from `begin` to
/// before `end`, at most `limit` of them, taken from the newest or, for ending_before, from the
/// oldest.
struct Page {
  Index begin;
  Index end;
  Index limit;
  bool from_oldest;
};

std::int64_t second_of(Time time) {
  return micros_of(time) / 1'000'000;
}

/// Narrows the page to what `created[...]` allows. `created_of` rises with the index.
template <class CreatedOf>
Checked<void> narrow_created(const Form& form, Page& page, const CreatedOf& created_of) {
  // The first object at or after a second.
  const auto first_from = [&](std::int64_t second) {
    Index low = page.begin;
    Index high = page.end;
    while (low < high) {
      const Index middle = low + (high - low) / 2;
      if (second_of(created_of(middle)) < second) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  for (const auto& [name, text] : form.parameters()) {
    if (!name.starts_with("created[")) continue;
    std::int64_t second = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), second);
    if (error != std::errc{} || end != text.data() + text.size()) {
      return tl::unexpected{
          parameter_error("parameter_invalid_integer", name, "Invalid integer: " + text)};
    }
    if (name == "created[gte]") {
      page.begin = first_from(second);
    } else if (name == "created[gt]") {
      page.begin = first_from(second + 1);
    } else if (name == "created[lte]") {
      page.end = first_from(second + 1);
    } else if (name == "created[lt]") {
      page.end = first_from(second);
    } else {
      return tl::unexpected{parameter_error("parameter_unknown", name, "Unknown: " + name)};
    }
  }
  return {};
}

/// Reads limit and cursors. `place_of` gives the place of an id, or none.
template <class PlaceOf>
Checked<Page> read_page(const Form& form, Index size, const PlaceOf& place_of) {
  Page page{0, size, static_cast<Index>(limit_default), false};
  if (form.value("limit")) {
    const Checked<std::int64_t> limit = read_integer(form, "limit");
    if (!limit) return tl::unexpected{limit.error()};
    if (*limit < 1 || *limit > limit_max) {
      return tl::unexpected{
          parameter_error("parameter_invalid_integer", "limit", "The limit is between 1 and 100.")};
    }
    page.limit = static_cast<Index>(*limit);
  }
  const auto after = form.value("starting_after");
  const auto before = form.value("ending_before");
  if (after && before) {
    return tl::unexpected{parameter_error("", "starting_after",
                                          "You may only use one of starting_after and "
                                          "ending_before.")};
  }
  if (const auto cursor = after ? after : before) {
    const std::optional<Index> place = place_of(*cursor);
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

/// Renders the page; `append(out, place)` writes one object.
template <class Append>
Reply list_reply(const Page& page, std::string_view url, const Append& append) {
  const Index found = page.end > page.begin ? page.end - page.begin : 0;
  const Index count = std::min(found, page.limit);
  const Index end = page.from_oldest ? page.begin + count : page.end;
  std::string out{"{\"object\":\"list\",\"data\":["};
  for (Index i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    append(out, end - 1 - i);
  }
  out += "],\"has_more\":";
  out += found > count ? "true" : "false";
  out += ",\"url\":\"";
  out += url;
  out += "\"}";
  return TextReply{std::move(out)};
}

}  // namespace

Reply Account::retrieve_charge(std::string_view id, const Form& form) const {
  const std::optional<Index> index = find(Kind::charge, id, charges_);
  if (!index) return reply_of(missing(404, "charge", id, "charge"));
  if (const auto names = check_names(form, retrieve_names); !names) return reply_of(names.error());
  const Checked<Expand> expand = read_expand(form, charge_paths());
  if (!expand) return reply_of(expand.error());
  return show_charge(*index, *expand);
}

Reply Account::list_intents(const Form& form) const {
  if (const auto names = check_names(form, intent_names); !names) return reply_of(names.error());
  const auto expand = read_expand(form, intent_paths(), in_list);
  if (!expand) return reply_of(expand.error());
  Checked<Page> page = read_page(form, static_cast<Index>(intents_.size()), [&](auto id) {
    const std::optional<Index> index = ids_.index_of(Kind::intent, id);
    return index && *index < intents_.size() ? index : std::nullopt;
  });
  if (!page) return reply_of(page.error());
  const auto narrowed =
      narrow_created(form, *page, [&](Index index) { return intents_[index].created; });
  if (!narrowed) return reply_of(narrowed.error());
  return list_reply(*page, "/v1/payment_intents", [&](std::string& out, Index index) {
    render(*this, show(index, *expand), out);
  });
}

Reply Account::list_refunds(const Form& form) const {
  if (const auto names = check_names(form, refund_names); !names) return reply_of(names.error());
  const auto expand = read_expand(form, refund_paths(), in_list);
  if (!expand) return reply_of(expand.error());
  // With a filter the list is that of one charge; places are then places in that list.
  const bool filtered = form.value("payment_intent") || form.value("charge");
  Index charge = no_index;
  if (filtered) {
    const Checked<Index> found = find_refunded(form);
    if (!found) return reply_of(found.error());
    charge = *found;
  }
  static const std::vector<Index> none;
  const std::vector<Index>& listed = charge == no_index ? none : charges_[charge].refunds;
  const Index size = static_cast<Index>(filtered ? listed.size() : refunds_.size());
  const auto refund_at = [&](Index place) { return filtered ? listed[place] : place; };

  Checked<Page> page = read_page(form, size, [&](auto id) -> std::optional<Index> {
    const std::optional<Index> index = ids_.index_of(Kind::refund, id);
    for (Index place = 0; index && filtered && place < size; ++place) {
      if (listed[place] == *index) return place;
    }
    return index && !filtered && *index < size ? index : std::nullopt;
  });
  if (!page) return reply_of(page.error());
  const auto narrowed =
      narrow_created(form, *page, [&](Index place) { return refunds_[refund_at(place)].created; });
  if (!narrowed) return reply_of(narrowed.error());
  return list_reply(*page, "/v1/refunds", [&](std::string& out, Index place) {
    render(*this, show_refund(refund_at(place), *expand), out);
  });
}

}  // namespace paysaga::sim::stripe
