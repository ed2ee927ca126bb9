#pragma once

#include <string>
#include <string_view>

#include "paysaga/sim/stripe/account.hpp"
#include "paysaga/sim/stripe/json.hpp"

/// What several objects show.
namespace paysaga::sim::stripe {

[[nodiscard]] std::int64_t second_of(Time time);
/// "eur".
[[nodiscard]] std::string lower(const Currency& currency);
void append_metadata(JsonWriter& json, const Metadata& metadata);
void append_id_or_null(JsonWriter& json, std::string_view name, const Ids& ids, Kind kind,
                       Index index);
/// The member that holds what such a method is: "card":{...}.
void append_method_details(JsonWriter& json, const TestMethod& test);
/// A payment method as an object.
void append_method(JsonWriter& json, const Account& account, const Method& method, Time created);
/// The members that every error about a failed payment has, in `error` and in `last_payment_error`.
void append_failure(JsonWriter& json, const Account& account, const Failure& failure, Time at);
/// The money of an object: an id, the whole movement, or null.
void append_transaction(JsonWriter& json, std::string& out, const Account& account,
                        std::string_view name, Index transaction, bool whole);
[[nodiscard]] std::string doc_url(std::string_view code);
extern const std::string_view no_billing_details;

}  // namespace paysaga::sim::stripe
