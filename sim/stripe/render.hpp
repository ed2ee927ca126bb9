#pragma once

#include <string>

#include "paysaga/sim/stripe/account.hpp"

namespace paysaga::sim::stripe {

/// Appends the JSON of an answer, as Stripe writes it.
/// Shape:  all members of the API version 2026-08-26.dahlia that a card payment has, without
/// blanks.
void render(const Account& account, const IntentReply& reply, std::string& out);
void render(const Account& account, const ChargeReply& reply, std::string& out);
void render(const Account& account, const RefundReply& reply, std::string& out);
void render(const Account& account, const DisputeReply& reply, std::string& out);
void render(const Account& account, const TransactionReply& reply, std::string& out);
/// `request`: the one that was answered so first; its log is named beside the error.
void render(const Account& account, const ErrorReply& reply, std::uint64_t request,
            std::string& out);
void render(const Account& account, const Reply& reply, std::uint64_t request, std::string& out);
/// An event, with what it tells of as it was then.
void render_event(const Account& account, Index number, std::string& out);

/// The books: the summary alone, or with every order, or with the details of the orders of that id.
[[nodiscard]] std::string render_books(const Account& account, bool summary_only,
                                       std::string_view order_id);

inline constexpr std::string_view api_version = "2026-08-26.dahlia";

}  // namespace paysaga::sim::stripe
