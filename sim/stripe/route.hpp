#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "paysaga/sim/stripe/books.hpp"
#include "paysaga/sim/stripe/reply.hpp"

namespace paysaga::sim::stripe {

/// What a method and a path ask for.
[[nodiscard]] Endpoint find_endpoint(std::string_view method, std::string_view path);
/// The id in a path like /v1/payment_intents/{id}/confirm; empty if it has none.
[[nodiscard]] std::string_view id_in_path(std::string_view path);
/// Requests about the simulator itself: no key, no latency, no faults.
[[nodiscard]] bool is_control(Endpoint endpoint);
/// Requests that may change the account.
[[nodiscard]] bool is_change(Endpoint endpoint);
/// The error of an Authorization header that is no test key; none if it is one.
[[nodiscard]] std::optional<ErrorReply> check_authorization(std::string_view header);

}  // namespace paysaga::sim::stripe
