// What the payment_intents endpoints do: create, change and read. To pay is in attempt.cpp, to take
// what was authorized in capture.cpp.

#include <array>
#include <utility>

#include "paysaga/sim/stripe/account.hpp"
#include "paysaga/sim/stripe/expand.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::array<std::string_view, 20> create_names{
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
    "payment_method_options[card][request_three_d_secure]",
    "mandate_data[",
    "use_stripe_sdk",
    "confirmation_method",
    "expand[]",
};
constexpr std::array<std::string_view, 9> update_names{
    "amount",   "currency",  "payment_method", "description",
    "customer", "metadata[", "receipt_email",  "statement_descriptor_suffix",
    "expand[]",
};
constexpr std::array<std::string_view, 2> retrieve_names{"client_secret", "expand[]"};
constexpr std::array<std::string_view, 3> authentications{"automatic", "any", "challenge"};
constexpr std::array<std::string_view, 1> confirmation_methods{"automatic"};

constexpr std::size_t description_characters_max = 1000;
constexpr std::size_t suffix_characters_max = 22;
constexpr std::size_t text_characters_max = 500;

struct Text {
  std::string_view name;
  std::string IntentWords::*member;
  std::size_t characters_max;
};
constexpr std::array<Text, 4> texts{
    Text{"description", &IntentWords::description, description_characters_max},
    Text{"customer", &IntentWords::customer, text_characters_max},
    Text{"receipt_email", &IntentWords::receipt_email, text_characters_max},
    Text{"statement_descriptor_suffix", &IntentWords::statement_descriptor_suffix,
         suffix_characters_max},
};

/// Changes what the form names.
Checked<void> read_words(const Form& form, IntentWords& words) {
  const Checked<Metadata> metadata = read_metadata(form, words.metadata);
  if (!metadata) return tl::unexpected{metadata.error()};
  words.metadata = *metadata;
  for (const Text& text : texts) {
    if (!form.find(text.name)) continue;
    Checked<std::string> value = read_text(form, text.name, text.characters_max);
    if (!value) return tl::unexpected{value.error()};
    words.*text.member = std::move(*value);
  }
  return {};
}

Checked<Intent> read_intent(const Form& form, Time now) {
  const Checked<Money> amount = read_charge(form);
  if (!amount) return tl::unexpected{amount.error()};
  const Checked<MethodTypes> types = read_types(form);
  if (!types) return tl::unexpected{types.error()};
  const Checked<std::string_view> capture = read_capture_method(form);
  if (!capture) return tl::unexpected{capture.error()};
  const Checked<std::string_view> authentication =
      read_choice(form, "payment_method_options[card][request_three_d_secure]", authentications);
  if (!authentication) return tl::unexpected{authentication.error()};
  const auto confirmation = read_choice(form, "confirmation_method", confirmation_methods);
  if (!confirmation) return tl::unexpected{confirmation.error()};
  const bool forced = !authentication->empty() && *authentication != authentications[0];
  auto words = std::make_shared<IntentWords>();
  if (const auto read = read_words(form, *words); !read) return tl::unexpected{read.error()};
  const std::string_view capture_method = capture->empty() ? "automatic_async" : *capture;
  Intent intent{now, *types, no_index, capture_method, forced, {.amount = *amount}};
  intent.state.words = std::move(words);
  return intent;
}

}  // namespace

Reply Account::create_intent(const Form& form, Time now) {
  if (const auto names = check_names(form, create_names); !names) return reply_of(names.error());
  Checked<Intent> intent = read_intent(form, now);
  if (!intent) return reply_of(intent.error());
  const Checked<const TestMethod*> test = find_method(form);
  if (!test) return reply_of(test.error());
  const Checked<bool> confirm = read_flag(form, "confirm");
  if (!confirm) return reply_of(confirm.error());
  const Checked<Expand> expand = read_expand(form, intent_paths());
  if (!expand) return reply_of(expand.error());
  if (const auto fits = check_method(*intent, *test, intent->types); !fits) {
    return reply_of(fits.error());
  }
  for (const std::string_view name : {"off_session", "error_on_requires_action"}) {
    if (!*confirm && form.value(name)) {
      return reply_of(
          parameter_error("", name, "This parameter is only taken together with confirm=true."));
    }
  }
  Checked<Attempt> attempt = Attempt{};
  if (*confirm) {
    if (*test == nullptr) {
      return reply_of(parameter_error("parameter_missing", "payment_method",
                                      "confirm=true needs a payment_method."));
    }
    attempt = read_attempt(form, intent->types);
    if (!attempt) return reply_of(attempt.error());
  }

  const auto index = static_cast<Index>(intents_.size());
  intent->order = books_.open_order(intent->state.words->metadata);
  intent->state.method = make_method(*test);
  if (*test != nullptr) intent->state.status = IntentStatus::requires_confirmation;
  books_.count_intent(intent->order, index);
  intents_.push_back(std::move(*intent));
  tell("payment_intent.created", show(index), now);
  if (!*confirm) return show(index, *expand);
  begin_attempt(index, *attempt, now);
  return attempted(index, *expand);
}

Reply Account::update_intent(std::string_view id, const Form& form, Time now) {
  const std::optional<Index> index = find(Kind::intent, id, intents_);
  if (!index) return reply_of(missing(404, "payment_intent", id, "intent"));
  if (const auto names = check_names(form, update_names); !names) return reply_of(names.error());
  const Checked<Expand> expand = read_expand(form, intent_paths());
  if (!expand) return reply_of(expand.error());
  Intent& intent = intents_[*index];
  auto words = std::make_shared<IntentWords>(*intent.state.words);
  if (const auto read = read_words(form, *words); !read) return reply_of(read.error());
  const Checked<Money> amount = read_charge(form, intent.state.amount);
  if (!amount) return reply_of(amount.error());
  const Checked<const TestMethod*> test = find_method(form);
  if (!test) return reply_of(test.error());
  if (const auto fits = check_method(intent, *test, intent.types); !fits) {
    return reply_of(fits.error());
  }
  const bool pays = form.find("amount") || form.find("currency") || form.find("payment_method");
  if (pays && !is_confirmable(intent.state.status)) {
    return unexpected_state(*index,
                            "This PaymentIntent could not be updated because it has a status of " +
                                std::string{to_text(intent.state.status)} + ".");
  }
  IntentState& state = changing(*index, now);
  state.words = std::move(words);
  state.amount = *amount;
  if (*test != nullptr) {
    state.method = make_method(*test);
    state.status = IntentStatus::requires_confirmation;
  }
  return show(*index, *expand);
}

Reply Account::retrieve_intent(std::string_view id, const Form& form) const {
  const std::optional<Index> index = find(Kind::intent, id, intents_);
  if (!index) return reply_of(missing(404, "payment_intent", id, "intent"));
  if (const auto names = check_names(form, retrieve_names); !names) return reply_of(names.error());
  const Checked<Expand> expand = read_expand(form, intent_paths());
  if (!expand) return reply_of(expand.error());
  return show(*index, *expand);
}

}  // namespace paysaga::sim::stripe
