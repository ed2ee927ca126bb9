// The lists of the account, and the objects that are only read.

#include <algorithm>
#include <array>

#include "paysaga/sim/stripe/account.hpp"
#include "paysaga/sim/stripe/expand.hpp"
#include "paysaga/sim/stripe/page.hpp"
#include "paysaga/sim/stripe/render.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::array<std::string_view, 7> intent_names{
    "created", "created[", "limit", "starting_after", "ending_before", "expand[]", "customer"};
constexpr std::array<std::string_view, 8> charge_names{
    "created",       "created[", "limit",    "starting_after",
    "ending_before", "expand[]", "customer", "payment_intent"};
constexpr std::array<std::string_view, 8> refund_names{
    "created",       "created[", "limit",          "starting_after",
    "ending_before", "expand[]", "payment_intent", "charge"};
constexpr std::array<std::string_view, 9> transaction_names{
    "created",  "created[", "limit",  "starting_after", "ending_before",
    "expand[]", "type",     "source", "currency"};
constexpr std::array<std::string_view, 1> retrieve_names{"expand[]"};

Index count_of(std::size_t size) {
  return static_cast<Index>(size);
}

}  // namespace

Reply Account::list_intents(const Form& form) const {
  if (const auto names = check_names(form, intent_names); !names) return reply_of(names.error());
  const Checked<Expand> expand = read_expand(form, intent_paths(), in_list);
  if (!expand) return reply_of(expand.error());
  const auto customer = form.value("customer");
  const Index count = count_of(intents_.size());
  const Listed listed =
      customer
          ? Listed{0, count,
                   [&](Index index) { return intents_[index].state.words->customer == *customer; }}
          : Listed{0, count};
  return list_page(
      {form, listed, "/v1/payment_intents",
       [&](std::string_view id) { return find(Kind::intent, id, intents_); },
       [&](Index index) { return intents_[index].created; },
       [&](std::string& out, Index index) { render(*this, show(index, *expand), out); }});
}

Reply Account::list_charges(const Form& form) const {
  if (const auto names = check_names(form, charge_names); !names) return reply_of(names.error());
  const Checked<Expand> expand = read_expand(form, charge_paths(), in_list);
  if (!expand) return reply_of(expand.error());
  std::optional<Index> intent;
  if (const auto id = form.value("payment_intent")) {
    intent = find(Kind::intent, *id, intents_);
    if (!intent) return reply_of(missing(404, "payment_intent", *id, "payment_intent"));
  }
  const auto customer = form.value("customer");
  const auto wanted = [&](Index index) {
    const Index of = charges_[index].intent;
    return (!intent || of == *intent) &&
           (!customer || intents_[of].state.words->customer == *customer);
  };
  const Index count = count_of(charges_.size());
  const Listed listed = intent || customer ? Listed{0, count, wanted} : Listed{0, count};
  return list_page(
      {form, listed, "/v1/charges",
       [&](std::string_view id) { return find(Kind::charge, id, charges_); },
       [&](Index index) { return charges_[index].created; },
       [&](std::string& out, Index index) { render(*this, show_charge(index, *expand), out); }});
}

Reply Account::list_refunds(const Form& form) const {
  if (const auto names = check_names(form, refund_names); !names) return reply_of(names.error());
  const Checked<Expand> expand = read_expand(form, refund_paths(), in_list);
  if (!expand) return reply_of(expand.error());
  Listed listed{0, count_of(refunds_.size())};
  if (form.value("payment_intent") || form.value("charge")) {
    const Checked<Index> charge = find_refunded(form);
    if (!charge) return reply_of(charge.error());
    listed = Listed{*charge == no_index ? std::vector<Index>{} : charges_[*charge].refunds};
  }
  return list_page(
      {form, listed, "/v1/refunds",
       [&](std::string_view id) { return find(Kind::refund, id, refunds_); },
       [&](Index index) { return refunds_[index].created; },
       [&](std::string& out, Index index) { render(*this, show_refund(index, *expand), out); }});
}

Reply Account::list_disputes(const Form& form, Time now) const {
  if (const auto names = check_names(form, refund_names); !names) return reply_of(names.error());
  const Checked<Expand> expand = read_expand(form, dispute_paths(), in_list);
  if (!expand) return reply_of(expand.error());
  Listed listed{0, count_of(disputes_.size())};
  if (form.value("payment_intent") || form.value("charge")) {
    const Checked<Index> charge = find_refunded(form);
    if (!charge) return reply_of(charge.error());
    listed =
        Listed{0, listed.size(), [&](Index index) { return disputes_[index].charge == *charge; }};
  }
  return list_page({form, listed, "/v1/disputes",
                    [&](std::string_view id) { return find(Kind::dispute, id, disputes_); },
                    [&](Index index) { return disputes_[index].created; },
                    [&](std::string& out, Index index) {
                      render(*this, show_dispute(index, now, *expand), out);
                    }});
}

Reply Account::list_transactions(const Form& form, Time now) const {
  if (const auto names = check_names(form, transaction_names); !names) {
    return reply_of(names.error());
  }
  const Checked<Expand> expand = read_expand(form, transaction_paths(), in_list);
  if (!expand) return reply_of(expand.error());
  const auto type = form.value("type");
  const auto source = form.value("source");
  const auto currency = form.value("currency");
  const auto wanted = [&](Index index) {
    const Transaction& one = transactions_[index];
    return (!type || one.type == *type) &&
           (!source || ids_.text(one.source_kind, one.source) == *source) &&
           (!currency || Currency::parse(*currency) == one.amount.currency);
  };
  const Index count = count_of(transactions_.size());
  const Listed listed = type || source || currency ? Listed{0, count, wanted} : Listed{0, count};
  return list_page({form, listed, "/v1/balance_transactions",
                    [&](std::string_view id) { return find(Kind::transaction, id, transactions_); },
                    [&](Index index) { return transactions_[index].created; },
                    [&](std::string& out, Index index) {
                      render(*this, TransactionReply{index, now, *expand}, out);
                    }});
}

Reply Account::retrieve_charge(std::string_view id, const Form& form) const {
  const std::optional<Index> index = find(Kind::charge, id, charges_);
  if (!index) return reply_of(missing(404, "charge", id, "charge"));
  if (const auto names = check_names(form, retrieve_names); !names) return reply_of(names.error());
  const Checked<Expand> expand = read_expand(form, charge_paths());
  if (!expand) return reply_of(expand.error());
  return show_charge(*index, *expand);
}

Reply Account::retrieve_transaction(std::string_view id, const Form& form, Time now) const {
  const std::optional<Index> index = find(Kind::transaction, id, transactions_);
  if (!index) return reply_of(missing(404, "balance transaction", id, "id"));
  if (const auto names = check_names(form, retrieve_names); !names) return reply_of(names.error());
  const Checked<Expand> expand = read_expand(form, transaction_paths());
  if (!expand) return reply_of(expand.error());
  return TransactionReply{*index, now, *expand};
}

}  // namespace paysaga::sim::stripe
