#include "paysaga/engine/http/query.hpp"

#include <algorithm>
#include <charconv>

#include "paysaga/engine/system_clock.hpp"
#include "paysaga/storage/codec_view.hpp"

namespace paysaga::engine::http {
namespace {

constexpr std::size_t limit_default = 100;

}  // namespace

Result<std::size_t> limit_of(const Target& target, std::size_t most) {
  const auto text = target.parameter("limit");
  if (!text) return limit_default;
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (error != std::errc{} || end != text->data() + text->size() || limit == 0 || limit > most) {
    return fail(ErrorCode::malformed, "limit is a number from 1 to " + std::to_string(most));
  }
  return limit;
}

Result<std::monostate> only(const Target& target, std::initializer_list<std::string_view> names) {
  for (const auto& [key, value] : target.query) {
    if (std::find(names.begin(), names.end(), key) != names.end()) continue;
    std::string known;
    for (const std::string_view name : names) known.append(known.empty() ? "" : ", ").append(name);
    return fail(ErrorCode::malformed,
                "unknown parameter \"" + key + "\"" +
                    (known.empty() ? "; there is none here" : "; there are " + known));
  }
  return std::monostate{};
}

Result<bool> flag_of(const Target& target, std::string_view name) {
  const auto text = target.parameter(name);
  if (!text || *text == "false") return false;
  if (*text == "true") return true;
  return fail(ErrorCode::malformed, std::string{name} + " is true or false");
}

Result<storage::OrderQuery> order_query(const Target& target) {
  const auto known = only(target, {"status", "customer", "older_than", "stuck", "open", "held",
                                   "oldest_first", "limit", "after", "here"});
  if (!known) return tl::unexpected<Error>{known.error()};
  storage::OrderQuery query;
  if (const auto text = target.parameter("status")) {
    auto status = storage::parse_status_label(*text);
    if (!status) return tl::unexpected<Error>{status.error()};
    query.status = *status;
  }
  if (const auto text = target.parameter("customer")) {
    auto customer = CustomerId::parse(*text);
    if (!customer) return tl::unexpected<Error>{customer.error()};
    query.customer = std::move(*customer);
  }
  if (const auto text = target.parameter("older_than")) {
    auto age = parse_duration(*text);
    if (!age) return tl::unexpected<Error>{age.error()};
    query.older_than = SystemClock{}.now() - *age;
  }
  if (const auto text = target.parameter("stuck")) {
    const bool any = text->empty() || *text == "true" || *text == "any";
    query.stuck = true;
    query.stuck_reason = any ? std::string{} : std::string{*text};
  }
  const auto limit = limit_of(target);
  const auto open = flag_of(target, "open");
  const auto held = flag_of(target, "held");
  const auto oldest_first = flag_of(target, "oldest_first");
  if (!limit) return tl::unexpected<Error>{limit.error()};
  if (!open) return tl::unexpected<Error>{open.error()};
  if (!held) return tl::unexpected<Error>{held.error()};
  if (!oldest_first) return tl::unexpected<Error>{oldest_first.error()};
  query.limit = *limit;
  query.open = *open;
  query.held = *held;
  query.oldest_first = *oldest_first;
  query.after = target.parameter("after").value_or("");
  return query;
}

}  // namespace paysaga::engine::http
