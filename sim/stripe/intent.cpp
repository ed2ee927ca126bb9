// What the payment_intents endpoints do.

#include <array>
#include <utility>

#include "paysaga/sim/stripe/account.hpp"
#include "paysaga/sim/stripe/params.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::array<std::string_view, 16> create_names{
    "amount",
    "currency",
    "payment_method",
    "payment_method_types[]",
    "automatic_payment_methods[",
    "confirm",
    "capture_method",
    "metadata[",
    "description",
    "customer",
    "receipt_email",
    "off_session",
    "error_on_requires_action",
    "return_url",
    "statement_descriptor_suffix",
    "expand[]",
};
constexpr std::array<std::string_view, 8> confirm_names{
    "payment_method", "payment_method_types[]",   "return_url",     "off_session",
    "receipt_email",  "error_on_requires_action", "capture_method", "expand[]",
};
constexpr std::array<std::string_view, 2> cancel_names{"cancellation_reason", "expand[]"};
constexpr std::array<std::string_view, 1> retrieve_names{"expand[]"};
constexpr std::array<std::string_view, 1> expansions{"latest_charge"};
constexpr std::array<std::string_view, 4> cancellation_reasons{
    "duplicate", "fraudulent", "requested_by_customer", "abandoned"};
constexpr std::array<std::string_view, 3> capture_methods{"automatic", "automatic_async", "manual"};

constexpr std::size_t description_characters_max = 1000;
constexpr std::size_t suffix_characters_max = 22;
constexpr std::size_t text_characters_max = 500;

Checked<MethodTypes> read_types(const Form& form) {
  for (const std::string_view type : form.all("payment_method_types[]")) {
    if (type != "card") {
      return tl::unexpected{not_simulated("payment_method_types", std::string{type})};
    }
  }
  const Checked<bool> enabled = read_flag(form, "automatic_payment_methods[enabled]");
  if (!enabled) return tl::unexpected{enabled.error()};
  if (form.any("payment_method_types[]")) {
    if (*enabled) {
      return tl::unexpected{parameter_error(
          "", "payment_method_types",
          "You may only use one of automatic_payment_methods and payment_method_types.")};
    }
    return MethodTypes::card;
  }
  const bool redirects = form.value("automatic_payment_methods[allow_redirects]") != "never";
  return redirects ? MethodTypes::automatic : MethodTypes::automatic_without_redirects;
}

Checked<std::string_view> read_capture_method(const Form& form) {
  const Checked<std::string_view> method = read_choice(form, "capture_method", capture_methods);
  if (!method) return tl::unexpected{method.error()};
  if (*method == "manual") {
    return tl::unexpected{not_simulated("capture_method", "capture_method=manual")};
  }
  return method->empty() ? capture_methods[1] : *method;
}

/// A confirmation from a server may not need a page to come back to.
Checked<void> check_return_url(const Form& form, MethodTypes types) {
  if (types != MethodTypes::automatic || form.value("return_url")) return {};
  return tl::unexpected{parameter_error(
      "", "return_url",
      "This PaymentIntent takes payment methods that redirect the customer. Give a return_url, or "
      "create it with payment_method_types[]=card or "
      "automatic_payment_methods[allow_redirects]=never.")};
}

Checked<Intent> read_intent(const Form& form, Time now) {
  const Checked<Money> amount = read_charge(form);
  if (!amount) return tl::unexpected{amount.error()};
  const Checked<MethodTypes> types = read_types(form);
  if (!types) return tl::unexpected{types.error()};
  const Checked<std::string_view> capture = read_capture_method(form);
  if (!capture) return tl::unexpected{capture.error()};
  Intent intent{*amount, now, *types, no_index, {}, {}, {}, {}, {}, *capture, {}};
  Checked<Metadata> metadata = read_metadata(form);
  if (!metadata) return tl::unexpected{metadata.error()};
  intent.metadata = std::move(*metadata);

  struct Text {
    std::string_view name;
    std::string Intent::*member;
    std::size_t characters_max;
  };
  constexpr std::array<Text, 4> texts{
      Text{"description", &Intent::description, description_characters_max},
      Text{"customer", &Intent::customer, text_characters_max},
      Text{"receipt_email", &Intent::receipt_email, text_characters_max},
      Text{"statement_descriptor_suffix", &Intent::statement_descriptor_suffix,
           suffix_characters_max},
  };
  for (const Text& text : texts) {
    Checked<std::string> value = read_text(form, text.name, text.characters_max);
    if (!value) return tl::unexpected{value.error()};
    intent.*text.member = std::move(*value);
  }
  return intent;
}

bool wants_charge(const std::vector<std::string_view>& expand) {
  return !expand.empty();
}

}  // namespace

Method Account::make_method(const Card* card) {
  return card == nullptr ? Method{} : Method{card, methods_++};
}

IntentReply Account::show(Index index, bool expand_charge) const {
  const IntentState& state = intents_[index].state;
  const std::int64_t refunded =
      state.charge == no_index ? 0 : charges_[state.charge].refunded_minor;
  return {index, state, expand_charge, refunded};
}

Reply Account::unexpected_state(Index index, std::string message) const {
  ErrorReply error{400, "invalid_request_error", "payment_intent_unexpected_state",
                   "",  std::move(message),      true};
  error.intent = show(index, false);
  return reply_of(std::move(error));
}

Reply Account::create_intent(const Form& form, Time now) {
  if (const auto names = check_names(form, create_names); !names) return reply_of(names.error());
  Checked<Intent> intent = read_intent(form, now);
  if (!intent) return reply_of(intent.error());
  const Checked<const Card*> card = read_card(form);
  if (!card) return reply_of(card.error());
  const Checked<bool> confirm = read_flag(form, "confirm");
  if (!confirm) return reply_of(confirm.error());
  const auto expand = read_expansions(form, expansions);
  if (!expand) return reply_of(expand.error());
  for (const std::string_view name : {"off_session", "error_on_requires_action"}) {
    if (!*confirm && form.value(name)) {
      return reply_of(
          parameter_error("", name, "This parameter is only taken together with confirm=true."));
    }
  }
  if (*confirm) {
    if (*card == nullptr) {
      return reply_of(parameter_error("parameter_missing", "payment_method",
                                      "confirm=true needs a payment_method."));
    }
    if (const auto url = check_return_url(form, intent->types); !url) return reply_of(url.error());
  }

  const auto index = static_cast<Index>(intents_.size());
  intent->order = books_.open_order(intent->metadata);
  intent->state.method = make_method(*card);
  if (*card != nullptr) intent->state.status = IntentStatus::requires_confirmation;
  books_.count_intent(intent->order, index);
  intents_.push_back(std::move(*intent));
  if (*confirm) return charge_intent(index, wants_charge(*expand), now);
  return show(index, wants_charge(*expand));
}

Reply Account::confirm_intent(std::string_view id, const Form& form, Time now) {
  const std::optional<Index> index = ids_.index_of(Kind::intent, id);
  if (!index || *index >= intents_.size()) {
    return reply_of(missing(404, "payment_intent", id, "intent"));
  }
  if (const auto names = check_names(form, confirm_names); !names) return reply_of(names.error());
  const Checked<const Card*> card = read_card(form);
  if (!card) return reply_of(card.error());
  if (const auto capture = read_capture_method(form); !capture) return reply_of(capture.error());
  const Checked<MethodTypes> types = read_types(form);
  if (!types) return reply_of(types.error());
  const auto expand = read_expansions(form, expansions);
  if (!expand) return reply_of(expand.error());

  Intent& intent = intents_[*index];
  const std::string status{to_text(intent.state.status)};
  if (intent.state.status == IntentStatus::succeeded ||
      intent.state.status == IntentStatus::canceled) {
    books_.count(intent.state.status == IntentStatus::succeeded ? Refusal::confirm_after_success
                                                                : Refusal::confirm_after_cancel);
    return unexpected_state(*index,
                            "You cannot confirm this PaymentIntent because it has the "
                            "status " +
                                status + ".");
  }
  if (*card == nullptr && intent.state.method.card == nullptr) {
    return unexpected_state(*index,
                            "You cannot confirm this PaymentIntent because it's missing a "
                            "payment method.");
  }
  const MethodTypes used = form.any("payment_method_types[]") ? *types : intent.types;
  if (const auto url = check_return_url(form, used); !url) return reply_of(url.error());
  intent.types = used;
  if (*card != nullptr) intent.state.method = make_method(*card);
  return charge_intent(*index, wants_charge(*expand), now);
}

Reply Account::charge_intent(Index index, bool expand_charge, Time now) {
  Intent& intent = intents_[index];
  const Method method = intent.state.method;
  ensure(method.card != nullptr, "an intent that is charged has a method");
  ensure(intent.state.status != IntentStatus::succeeded, "an intent is charged once");
  const Decline* decline = method.card->decline;
  const auto charge = static_cast<Index>(charges_.size());
  charges_.push_back({index, method, decline == nullptr, now, 0, {}});
  intent.state.charge = charge;
  if (decline == nullptr) {
    intent.state.status = IntentStatus::succeeded;
    intent.state.declined = {};
    books_.count_charge(intent.order, intent.amount, now);
    return show(index, expand_charge);
  }
  intent.state.status = IntentStatus::requires_payment_method;
  intent.state.method = {};
  intent.state.declined = method;
  books_.count_decline();
  ErrorReply error{402, "card_error", decline->code, "", std::string{decline->message}, true};
  error.decline_code = decline->decline_code;
  error.advice_code = decline->advice_code;
  error.charge = charge;
  error.method = method;
  error.intent = show(index, false);
  return reply_of(std::move(error));
}

Reply Account::cancel_intent(std::string_view id, const Form& form, Time now) {
  const std::optional<Index> index = ids_.index_of(Kind::intent, id);
  if (!index || *index >= intents_.size()) {
    return reply_of(missing(404, "payment_intent", id, "intent"));
  }
  if (const auto names = check_names(form, cancel_names); !names) return reply_of(names.error());
  const auto reason = read_choice(form, "cancellation_reason", cancellation_reasons);
  if (!reason) return reply_of(reason.error());
  const auto expand = read_expansions(form, expansions);
  if (!expand) return reply_of(expand.error());

  Intent& intent = intents_[*index];
  if (intent.state.status == IntentStatus::succeeded ||
      intent.state.status == IntentStatus::canceled) {
    books_.count(intent.state.status == IntentStatus::succeeded ? Refusal::cancel_after_success
                                                                : Refusal::cancel_after_cancel);
    return unexpected_state(*index,
                            "You cannot cancel this PaymentIntent because it has a status "
                            "of " +
                                std::string{to_text(intent.state.status)} + ".");
  }
  intent.state.status = IntentStatus::canceled;
  intent.state.canceled_at = now;
  intent.state.cancellation_reason = *reason;
  books_.count_cancel(intent.order);
  return show(*index, wants_charge(*expand));
}

Reply Account::retrieve_intent(std::string_view id, const Form& form) const {
  const std::optional<Index> index = ids_.index_of(Kind::intent, id);
  if (!index || *index >= intents_.size()) {
    return reply_of(missing(404, "payment_intent", id, "intent"));
  }
  if (const auto names = check_names(form, retrieve_names); !names) return reply_of(names.error());
  const auto expand = read_expansions(form, expansions);
  if (!expand) return reply_of(expand.error());
  return show(*index, wants_charge(*expand));
}

}  // namespace paysaga::sim::stripe
