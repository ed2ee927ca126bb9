// An attempt to pay: confirm, the customer's bank, the charge, the bank that takes days.

#include "paysaga/sim/stripe/attempt.hpp"

#include <array>
#include <utility>

#include "paysaga/sim/prng.hpp"
#include "paysaga/sim/stripe/account.hpp"
#include "paysaga/sim/stripe/expand.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::array<std::string_view, 10> confirm_names{
    "payment_method", "payment_method_types[]",   "return_url",     "off_session", "receipt_email",
    "mandate_data[",  "error_on_requires_action", "capture_method", "expand[]",    "use_stripe_sdk",
};
constexpr std::array<std::string_view, 3> capture_methods{"automatic", "automatic_async", "manual"};
constexpr std::size_t url_characters_max = 2000;

/// The largest charge. Source: docs.stripe.com/currencies.
std::int64_t minor_max(const TestMethod& test) {
  if (test.type != MethodType::card) return 99'999'999;
  return test.brand == "amex" ? 999'999'999 : charge_minor_max;
}

}  // namespace

Checked<MethodTypes> read_types(const Form& form) {
  bool card = false;
  bool bank_account = false;
  for (const std::string_view type : form.all("payment_method_types[]")) {
    if (type == "card") {
      card = true;
    } else if (type == "us_bank_account") {
      bank_account = true;
    } else {
      return tl::unexpected{not_simulated("payment_method_types", std::string{type})};
    }
  }
  const Checked<bool> enabled = read_flag(form, "automatic_payment_methods[enabled]");
  if (!enabled) return tl::unexpected{enabled.error()};
  if (card || bank_account) {
    if (*enabled) {
      return tl::unexpected{parameter_error(
          "", "payment_method_types",
          "You may only use one of automatic_payment_methods and payment_method_types.")};
    }
    if (card && bank_account) return MethodTypes::card_or_bank_account;
    return card ? MethodTypes::card : MethodTypes::us_bank_account;
  }
  const bool redirects = form.value("automatic_payment_methods[allow_redirects]") != "never";
  return redirects ? MethodTypes::automatic : MethodTypes::automatic_without_redirects;
}

Checked<std::string_view> read_capture_method(const Form& form) {
  return read_choice(form, "capture_method", capture_methods);
}

Checked<Attempt> read_attempt(const Form& form, MethodTypes types) {
  const Checked<bool> fails_on_action = read_flag(form, "error_on_requires_action");
  if (!fails_on_action) return tl::unexpected{fails_on_action.error()};
  Checked<std::string> return_url = read_text(form, "return_url", url_characters_max);
  if (!return_url) return tl::unexpected{return_url.error()};
  // A confirmation from a server may not need a page to come back to.
  if (types == MethodTypes::automatic && return_url->empty()) {
    return tl::unexpected{parameter_error(
        "", "return_url",
        "This PaymentIntent takes payment methods that redirect the customer. Give a return_url, "
        "or create it with payment_method_types[]=card or "
        "automatic_payment_methods[allow_redirects]=never.")};
  }
  // Also `one_off` and `recurring` say that the customer is not there.
  const std::string_view off_session = form.value("off_session").value_or("false");
  return Attempt{off_session != "false", *fails_on_action, std::move(*return_url)};
}

Method Account::make_method(const TestMethod* test) {
  if (test == nullptr) return {};
  methods_.push_back(test);
  return {test, static_cast<Index>(methods_.size() - 1)};
}

Checked<const TestMethod*> Account::find_method(const Form& form) const {
  const std::optional<std::string_view> id = form.value("payment_method");
  if (!id) return nullptr;
  if (const auto made = find(Kind::method, *id, methods_)) return methods_[*made];
  const MethodLookup found = find_test_method(*id);
  if (found.method != nullptr) return found.method;
  if (found.problem == MethodProblem::not_simulated) {
    return tl::unexpected{not_simulated("payment_method", *id)};
  }
  return tl::unexpected{missing(400, "PaymentMethod", *id, "payment_method")};
}

Checked<void> Account::check_method(const Intent& intent, const TestMethod* test,
                                    MethodTypes types) {
  if (test == nullptr) return {};
  const auto refuse = [](std::string_view code, const std::string& message) {
    return tl::unexpected{parameter_error(code, "payment_method", message)};
  };
  const std::string type{to_text(test->type)};
  if (!takes(types, test->type)) {
    return refuse("payment_intent_incompatible_payment_method",
                  "The PaymentMethod provided (" + type +
                      ") is not allowed for this PaymentIntent: see its payment_method_types.");
  }
  if (intent.state.amount.minor > minor_max(*test)) {
    return tl::unexpected{parameter_error("amount_too_large", "amount",
                                          "This is more than such a payment method may pay.")};
  }
  if (test->type == MethodType::card) return {};
  if (intent.state.amount.currency.text() != "USD") {
    return refuse("payment_method_currency_mismatch", type + " payments are made in usd only.");
  }
  if (intent.manual()) {
    return refuse("", type + " payments cannot be captured by hand.");
  }
  return {};
}

Reply Account::confirm_intent(std::string_view id, const Form& form, Time now) {
  const std::optional<Index> index = find(Kind::intent, id, intents_);
  if (!index) return reply_of(missing(404, "payment_intent", id, "intent"));
  if (const auto names = check_names(form, confirm_names); !names) return reply_of(names.error());
  const Checked<const TestMethod*> test = find_method(form);
  if (!test) return reply_of(test.error());
  const Checked<std::string_view> capture = read_capture_method(form);
  if (!capture) return reply_of(capture.error());
  const Checked<MethodTypes> types = read_types(form);
  if (!types) return reply_of(types.error());
  const Checked<Expand> expand = read_expand(form, intent_paths());
  if (!expand) return reply_of(expand.error());

  Intent& intent = intents_[*index];
  if (!is_confirmable(intent.state.status)) {
    if (intent.state.status == IntentStatus::succeeded)
      books_.count(Refusal::confirm_after_success);
    if (intent.state.status == IntentStatus::canceled) books_.count(Refusal::confirm_after_cancel);
    return unexpected_state(*index,
                            "You cannot confirm this PaymentIntent because it has the status " +
                                std::string{to_text(intent.state.status)} + ".");
  }
  if (*test == nullptr && intent.state.method.test == nullptr) {
    return unexpected_state(*index,
                            "You cannot confirm this PaymentIntent because it's missing a "
                            "payment method.");
  }
  const MethodTypes used = form.any("payment_method_types[]") ? *types : intent.types;
  const Checked<Attempt> attempt = read_attempt(form, used);
  if (!attempt) return reply_of(attempt.error());
  const TestMethod* method = *test == nullptr ? intent.state.method.test : *test;
  if (const auto fits = check_method(intent, method, used); !fits) return reply_of(fits.error());
  intent.types = used;
  if (!capture->empty()) intent.capture_method = *capture;
  if (*test != nullptr) changing(*index, now).method = make_method(*test);
  begin_attempt(*index, *attempt, now);
  return attempted(*index, *expand);
}

void Account::begin_attempt(Index index, const Attempt& attempt, Time now) {
  Intent& intent = intents_[index];
  ensure(intent.state.method.test != nullptr, "an intent that is charged has a method");
  ++intent.attempts;
  const TestMethod& test = *intent.state.method.test;
  const bool asks =
      test.type == MethodType::card &&
      (test.authentication == Authentication::required || intent.authentication_forced);
  if (!asks) return charge_intent(index, now);
  if (attempt.off_session || attempt.fails_on_action) {
    return fail_attempt(index, authentication_required, add_charge(index, now), now);
  }
  IntentState& state = changing(index, now);
  state.status = IntentStatus::requires_action;
  state.failure = {};
  state.return_url = attempt.return_url.empty()
                         ? nullptr
                         : std::make_shared<const std::string>(attempt.return_url);
  tell("payment_intent.requires_action", show(index), now);
  Prng prng = Prng::stream(
      seed_, "customer " + std::to_string(index) + " " + std::to_string(intent.attempts));
  const Duration takes{
      prng.between(behaviour_.customer_min.count(), behaviour_.customer_max.count())};
  if (prng.chance(behaviour_.customer_leaves)) return;
  dues_.put({now + takes, Happening::customer_answers, index, intent.attempts});
}

Reply Account::attempted(Index index, Expand expand) const {
  const IntentState& state = intents_[index].state;
  if (state.failure.decline == nullptr) return show(index, expand);
  const Decline& decline = *state.failure.decline;
  ErrorReply error{402, decline.type, decline.code, "", std::string{decline.message}, true};
  error.charge = state.failure.charge;
  error.failure = state.failure;
  error.intent = show(index);
  return reply_of(std::move(error));
}

void Account::customer_answers(Index index, bool passed, Time now) {
  if (passed) return charge_intent(index, now);
  fail_attempt(index, authentication_failed, no_index, now);
}

Index Account::add_charge(Index index, Time now) {
  const IntentState& state = intents_[index].state;
  charges_.push_back({index, state.method, state.amount, now, state.words, std::nullopt, {}, {}});
  return static_cast<Index>(charges_.size() - 1);
}

void Account::charge_intent(Index index, Time now) {
  Intent& intent = intents_[index];
  ensure(!is_final(intent.state.status), "an intent is charged once");
  const Index charge = add_charge(index, now);
  const TestMethod& test = *intent.state.method.test;
  if (test.type == MethodType::us_bank_account) {
    IntentState& state = changing(index, now);
    state.status = IntentStatus::processing;
    state.charge = charge;
    state.failure = {};
    tell("charge.pending", show_charge(charge), now);
    tell("payment_intent.processing", show(index), now);
    dues_.put({now + behaviour_.processing, Happening::bank_answers, index, intent.attempts});
    return;
  }
  if (test.decline != nullptr) return fail_attempt(index, *test.decline, charge, now);
  IntentState& state = changing(index, now);
  state.charge = charge;
  state.failure = {};
  if (intent.manual()) return authorize(index, now);
  receive(index, state.amount.minor, now);
}

void Account::bank_answers(Index index, const Decline* decline, Time now) {
  const IntentState& state = changing(index, now);
  if (decline != nullptr) return fail_attempt(index, *decline, state.charge, now);
  receive(index, state.amount.minor, now);
}

void Account::receive(Index index, std::int64_t minor, Time now) {
  IntentState& state = changing(index, now);
  Charge& charge = charges_[state.charge];
  const bool authorized = charge.succeeded();
  charge.state.status = ChargeStatus::succeeded;
  charge.state.captured = true;
  charge.state.captured_minor = minor;
  const TestMethod& test = *charge.method.test;
  const bool at_once = test.token == "pm_card_bypassPending";
  charge.state.transaction =
      move_money({test.type == MethodType::card ? "charge" : "payment", Kind::charge, state.charge,
                  Money{minor, state.amount.currency}, minor * 29 / 1000, now,
                  at_once ? now : now + behaviour_.funds_after});
  state.status = IntentStatus::succeeded;
  state.capturable_minor = 0;
  state.received_minor = minor;
  books_.count_charge(intents_[index].order, Money{minor, state.amount.currency}, now);
  tell(authorized ? "charge.captured" : "charge.succeeded", show_charge(state.charge), now);
  tell("payment_intent.succeeded", show(index), now);
  if (test.dispute != DisputeCourse::none) {
    dues_.put({now + behaviour_.dispute_after, Happening::dispute_opens, state.charge});
  }
}

void Account::fail_attempt(Index index, const Decline& decline, Index charge, Time now) {
  IntentState& state = changing(index, now);
  if (charge != no_index) {
    charges_[charge].state.status = ChargeStatus::failed;
    charges_[charge].state.decline = &decline;
    state.charge = charge;
    tell("charge.failed", show_charge(charge), now);
  }
  state.status = IntentStatus::requires_payment_method;
  state.failure = {&decline, state.method, charge};
  state.method = {};
  books_.count_decline();
  tell("payment_intent.payment_failed", show(index), now);
}

}  // namespace paysaga::sim::stripe
