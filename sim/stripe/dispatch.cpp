// Which function of the account does what a request asks for.

#include "paysaga/sim/stripe/dispatch.hpp"

#include <algorithm>
#include <array>

namespace paysaga::sim::stripe {
namespace {

/// The parts of a request that its function takes.
struct Call {
  Account& account;
  std::string_view id;
  const Form& form;
  Time now;
};

struct Target {
  Endpoint endpoint;
  Reply (*call)(const Call&);
};

constexpr std::array targets{
    Target{Endpoint::create_intent,
           [](const Call& of) { return of.account.create_intent(of.form, of.now); }},
    Target{Endpoint::update_intent,
           [](const Call& of) { return of.account.update_intent(of.id, of.form, of.now); }},
    Target{Endpoint::confirm_intent,
           [](const Call& of) { return of.account.confirm_intent(of.id, of.form, of.now); }},
    Target{Endpoint::capture_intent,
           [](const Call& of) { return of.account.capture_intent(of.id, of.form, of.now); }},
    Target{Endpoint::cancel_intent,
           [](const Call& of) { return of.account.cancel_intent(of.id, of.form, of.now); }},
    Target{Endpoint::retrieve_intent,
           [](const Call& of) { return of.account.retrieve_intent(of.id, of.form); }},
    Target{Endpoint::list_intents, [](const Call& of) { return of.account.list_intents(of.form); }},
    Target{Endpoint::search_intents,
           [](const Call& of) { return of.account.search_intents(of.form, of.now); }},
    Target{Endpoint::create_refund,
           [](const Call& of) { return of.account.create_refund(of.form, of.now); }},
    Target{Endpoint::update_refund,
           [](const Call& of) { return of.account.update_refund(of.id, of.form, of.now); }},
    Target{Endpoint::cancel_refund,
           [](const Call& of) { return of.account.cancel_refund(of.id, of.form, of.now); }},
    Target{Endpoint::retrieve_refund,
           [](const Call& of) { return of.account.retrieve_refund(of.id, of.form); }},
    Target{Endpoint::list_refunds, [](const Call& of) { return of.account.list_refunds(of.form); }},
    Target{Endpoint::retrieve_charge,
           [](const Call& of) { return of.account.retrieve_charge(of.id, of.form); }},
    Target{Endpoint::list_charges, [](const Call& of) { return of.account.list_charges(of.form); }},
    Target{Endpoint::update_dispute,
           [](const Call& of) { return of.account.update_dispute(of.id, of.form, of.now); }},
    Target{Endpoint::close_dispute,
           [](const Call& of) { return of.account.close_dispute(of.id, of.form, of.now); }},
    Target{Endpoint::retrieve_dispute,
           [](const Call& of) { return of.account.retrieve_dispute(of.id, of.form, of.now); }},
    Target{Endpoint::list_disputes,
           [](const Call& of) { return of.account.list_disputes(of.form, of.now); }},
    Target{Endpoint::retrieve_transaction,
           [](const Call& of) { return of.account.retrieve_transaction(of.id, of.form, of.now); }},
    Target{Endpoint::list_transactions,
           [](const Call& of) { return of.account.list_transactions(of.form, of.now); }},
    Target{Endpoint::retrieve_event,
           [](const Call& of) { return of.account.retrieve_event(of.id, of.form); }},
    Target{Endpoint::list_events, [](const Call& of) { return of.account.list_events(of.form); }},
    Target{Endpoint::create_endpoint,
           [](const Call& of) { return of.account.create_endpoint(of.form, of.now); }},
    Target{Endpoint::update_endpoint,
           [](const Call& of) { return of.account.update_endpoint(of.id, of.form); }},
    Target{Endpoint::delete_endpoint,
           [](const Call& of) { return of.account.delete_endpoint(of.id, of.form); }},
    Target{Endpoint::retrieve_endpoint,
           [](const Call& of) { return of.account.retrieve_endpoint(of.id, of.form); }},
    Target{Endpoint::list_endpoints,
           [](const Call& of) { return of.account.list_endpoints(of.form); }},
    Target{Endpoint::sim_play,
           [](const Call& of) { return of.account.play(of.id, of.form, of.now); }},
    Target{Endpoint::sim_answer,
           [](const Call& of) { return of.account.play(of.id, of.form, of.now); }},
};

}  // namespace

Reply dispatch(Account& account, Endpoint endpoint, std::string_view id, const Form& form,
               Time now) {
  const auto* const target = std::find_if(
      targets.begin(), targets.end(), [&](const Target& one) { return one.endpoint == endpoint; });
  ensure(target != targets.end(), "only endpoints of the account are dispatched");
  return target->call({account, id, form, now});
}

}  // namespace paysaga::sim::stripe
