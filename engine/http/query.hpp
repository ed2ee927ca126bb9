#pragma once

#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <variant>

#include "paysaga/engine/http/message.hpp"
#include "paysaga/storage/state_store.hpp"

/// What stands behind the ? of a request. Errors of all: malformed.
namespace paysaga::engine::http {

inline constexpr std::size_t limit_max = 1'000;

/// "limit", 100 without it.
[[nodiscard]] Result<std::size_t> limit_of(const Target& target, std::size_t most = limit_max);
/// "true" or "false"; false without it.
[[nodiscard]] Result<bool> flag_of(const Target& target, std::string_view name);
/// Refuses parameters that nobody reads: a mistyped filter must not list everything.
[[nodiscard]] Result<std::monostate> only(const Target& target,
                                          std::initializer_list<std::string_view> names);
/// The filters of GET /v1/orders.
[[nodiscard]] Result<storage::OrderQuery> order_query(const Target& target);

}  // namespace paysaga::engine::http
