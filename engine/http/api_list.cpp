#include <algorithm>
#include <limits>

#include "paysaga/engine/http/api.hpp"
#include "paysaga/engine/http/list_json.hpp"
#include "paysaga/engine/http/problem.hpp"
#include "paysaga/engine/http/query.hpp"
#include "paysaga/engine/http/render.hpp"

namespace paysaga::engine::http {
namespace {

constexpr std::size_t dead_letters_max = 100;  // Each may have 256 KiB.

/// The partitions that another node asks this one for; none: all.
Result<std::optional<storage::PartitionSet>> asked_for(const Request& request) {
  const auto header = request.header(partitions_header);
  if (!header || !request.header(forwarded_header)) return std::nullopt;
  auto partitions = parse_partitions(*header);
  if (!partitions) return tl::unexpected<Error>{partitions.error()};
  return std::optional{std::move(*partitions)};
}

/// What a node told that cannot be read is missing: it must not make a sum look whole.
void drop_unreadable(Gathered& gathered, storage::CountBy by) {
  std::erase_if(gathered.parts, [&gathered, by](const Part& part) {
    const bool readable = std::ranges::all_of(part.page.items, [by](const std::string& item) {
      return storage::parse_count(item, by).has_value();
    });
    for (const storage::PartitionId partition : part.partitions) {
      if (readable) break;
      gathered.missing.push_back({partition, "", "its node told counts that cannot be read"});
    }
    return !readable;
  });
}

/// Of each group that several nodes have counted one row.
Page summed(const Page& page, storage::CountBy by) {
  std::vector<storage::OrderCount> sum;
  for (const std::string& item : page.items) {
    const auto count = storage::parse_count(item, by);
    ensure(count.has_value(), "what cannot be read was dropped before");
    storage::add(sum, *count);
  }
  Page whole;
  for (const storage::OrderCount& count : sum) whole.add(storage::count_json(count, by), {});
  return whole;
}

}  // namespace

/// A list on its way: what is told here, and what other nodes are asked for.
struct Api::Listing {
  std::string_view name;
  Call call;
  bool is_part = false;  // Another node asks, for its own list.
  bool is_here = false;  // Nobody else is asked.
  storage::PartitionSet told;
  storage::PartitionSet elsewhere;
  ListOrder order = ListOrder::ascending;
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  std::optional<storage::CountBy> counts = {};  // Rows of the same group become one.

  void refuse(const Error& error) const { call.done(to_response(to_problem(error))); }
};

void Api::show_list(Call call) {
  Listing listing;
  listing.call = std::move(call);
  const auto here = flag_of(listing.call.target, "here");
  if (!here) return listing.refuse(here.error());
  const auto asked = asked_for(listing.call.request);
  if (!asked) return listing.refuse(asked.error());
  listing.is_part = listing.call.request.header(forwarded_header).has_value();
  listing.is_here = *here;
  const storage::PartitionSet told = engine().told();
  for (std::uint32_t i = 0; i < engine().partition_count(); ++i) {
    const storage::PartitionId partition{i};
    if (*asked && !(*asked)->contains(partition)) continue;
    (told.contains(partition) ? listing.told : listing.elsewhere).insert(partition);
  }
  const Operation operation = listing.call.match.route->operation;
  if (operation == Operation::order_list) return list_orders(std::move(listing));
  if (operation == Operation::order_count) return count_orders(std::move(listing));
  if (operation == Operation::dead_letter_list) return list_dead_letters(std::move(listing));
  if (operation == Operation::actor_list) return list_actors(std::move(listing));
  list_partitions(std::move(listing));
}

void Api::list_orders(Listing listing) {
  listing.name = "orders";
  auto query = order_query(listing.call.target);
  if (!query) return listing.refuse(query.error());
  query->partitions = listing.told;
  auto page = engine().list(*query);
  if (!page) return listing.refuse(page.error());
  listing.order = query->oldest_first ? ListOrder::ascending : ListOrder::descending;
  listing.limit = query->limit;
  answer_list(std::move(listing), std::move(*page));
}

void Api::count_orders(Listing listing) {
  listing.name = "counts";
  const Target& target = listing.call.target;
  const auto known = only(target, {"by", "here"});
  if (!known) return listing.refuse(known.error());
  const auto by = storage::parse_count_by(target.parameter("by").value_or("status"));
  if (!by) return listing.refuse(by.error());
  const auto counts = engine().count(listing.told, *by);
  if (!counts) return listing.refuse(counts.error());
  listing.counts = *by;
  Page page;
  for (const storage::OrderCount& count : *counts) page.add(storage::count_json(count, *by), {});
  answer_list(std::move(listing), std::move(page));
}

void Api::list_dead_letters(Listing listing) {
  listing.name = "dead_letters";
  const Target& target = listing.call.target;
  const auto known = only(target, {"limit", "after", "here"});
  if (!known) return listing.refuse(known.error());
  const auto limit = limit_of(target, dead_letters_max);
  if (!limit) return listing.refuse(limit.error());
  listing.limit = *limit;
  const std::string after{target.parameter("after").value_or("")};
  auto page = engine().dead_letters({after, *limit, listing.told});
  if (!page) return listing.refuse(page.error());
  answer_list(std::move(listing), std::move(*page));
}

void Api::list_actors(Listing listing) {
  listing.name = "actors";
  const auto known = only(listing.call.target, {"limit", "here"});
  if (!known) return listing.refuse(known.error());
  const auto limit = limit_of(listing.call.target);
  if (!limit) return listing.refuse(limit.error());
  listing.limit = *limit;
  engine().actors(*limit, [self = shared_from_this(),
                           listing = std::move(listing)](const auto& actors) mutable {
    Page page;
    for (const actors::ActorInfo& actor : actors) {
      if (!listing.told.contains(actor.partition)) continue;
      page.add(to_json(actor), {Time{}, actor.order.text()});
    }
    self->answer_list(std::move(listing), std::move(page));
  });
}

/// A row each: that of the node which leads it, or has to. One that follows, or led before, tells
/// nothing.
void Api::list_partitions(Listing listing) {
  listing.name = "partitions";
  const auto known = only(listing.call.target, {"here"});
  if (!known) return listing.refuse(known.error());
  engine().partitions(
      [self = shared_from_this(), listing = std::move(listing)](const auto& partitions) mutable {
        Page page;
        for (const actors::PartitionInfo& info : partitions) {
          const bool is_told = listing.told.contains(info.partition);
          if (!is_told && !listing.elsewhere.contains(info.partition)) continue;
          if (!is_told && !listing.is_here && self->engine().led_elsewhere(info.partition))
            continue;
          listing.elsewhere.erase(info.partition);
          listing.told.insert(info.partition);
          page.add(to_json(info, self->options_.node),
                   {time_from_micros(index_of(info.partition)), ""});
        }
        self->answer_list(std::move(listing), std::move(page));
      });
}

void Api::answer_list(Listing listing, Page page) {
  if (listing.is_part) {
    const Part part{std::move(listing.told), std::move(page)};
    return listing.call.done(json_response(part_json(listing.name, part)));
  }
  if (listing.is_here || listing.elsewhere.empty()) {
    return listing.call.done(json_response(list_json(listing.name, page, {})));
  }
  Request request{"GET", listing.call.request.target, listing.call.request.headers, ""};
  const auto name = listing.name;
  const auto elsewhere = std::move(listing.elsewhere);
  engine().gather(
      name, std::move(request), elsewhere,
      [listing = std::move(listing), page = std::move(page)](Gathered gathered) mutable {
        if (listing.counts) drop_unreadable(gathered, *listing.counts);
        std::vector<Page> pages;
        pages.push_back(std::move(page));
        for (Part& part : gathered.parts) pages.push_back(std::move(part.page));
        Page merged = merge(std::move(pages), listing.order, listing.limit);
        if (listing.counts) merged = summed(merged, *listing.counts);
        listing.call.done(json_response(list_json(listing.name, merged, gathered.missing)));
      });
}

}  // namespace paysaga::engine::http
