// GET /v1/payment_intents/search: what was changed a moment ago is not found yet.

#include <array>
#include <charconv>

#include "paysaga/sim/stripe/account.hpp"
#include "paysaga/sim/stripe/expand.hpp"
#include "paysaga/sim/stripe/page.hpp"
#include "paysaga/sim/stripe/query.hpp"
#include "paysaga/sim/stripe/render.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::array<std::string_view, 4> names{"query", "limit", "page", "expand[]"};

/// A page is named by the number of the intent before which it begins.
Checked<Index> read_page_mark(const Form& form, Index end) {
  const std::optional<std::string_view> page = form.value("page");
  if (!page) return end;
  Index mark = 0;
  const auto [read, error] = std::from_chars(page->data(), page->data() + page->size(), mark);
  if (error == std::errc{} && read == page->data() + page->size() && mark <= end) return mark;
  return tl::unexpected{parameter_error("", "page", "This page was not named by a search.")};
}

}  // namespace

Reply Account::search_intents(const Form& form, Time now) const {
  if (const auto known = check_names(form, names); !known) return reply_of(known.error());
  const Checked<Expand> expand = read_expand(form, intent_paths(), in_list);
  if (!expand) return reply_of(expand.error());
  const Checked<Index> limit = read_limit(form);
  if (!limit) return reply_of(limit.error());
  const std::optional<std::string_view> text = form.value("query");
  if (!text) {
    return reply_of(
        parameter_error("parameter_missing", "query", "Missing required param: query."));
  }
  const Result<Query> query = Query::parse(*text);
  if (!query)
    return reply_of(parameter_error("", "query", "Invalid query: " + query.error().detail));
  const Checked<Index> mark = read_page_mark(form, static_cast<Index>(intents_.size()));
  if (!mark) return reply_of(mark.error());

  const Time then = now - behaviour_.search_lag;
  const auto former = history_.states_at(then);
  std::string out{"{\"object\":\"search_result\",\"data\":["};
  Index count = 0;
  Index next = 0;  // Before which the next page begins.
  for (Index index = *mark; index-- > 0 && next == 0;) {
    if (intents_[index].created > then) continue;
    const auto old = former.find(index);
    const IntentState& state = old == former.end() ? intents_[index].state : *old->second;
    if (!query->matches(intents_[index], state)) continue;
    if (count == *limit) {
      next = index + 1;
      break;
    }
    if (count++ > 0) out += ',';
    IntentReply reply = show(index, *expand);
    reply.state = state;
    render(*this, reply, out);
  }
  out += next == 0 ? "],\"has_more\":false,\"next_page\":null"
                   : "],\"has_more\":true,\"next_page\":\"" + std::to_string(next) + "\"";
  out += ",\"url\":\"/v1/payment_intents/search\"}";
  return TextReply{std::move(out)};
}

}  // namespace paysaga::sim::stripe
