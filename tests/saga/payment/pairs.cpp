#include "saga/payment/pairs.hpp"

#include <sstream>

#include <catch2/catch.hpp>

namespace paysaga::payment::trial {
namespace {

struct Named {
  std::string name;
  Act act;
};

std::string outcome(World world, const Act& act) {
  const auto verdict = world.decide(*act(world));
  const std::string status = world.payment ? std::string{to_text(world.payment->status)} : "none";
  const std::string text = told(verdict);
  return text.empty() ? status : status + ": " + text;
}

/// The name is padded so that the tables can be read.
std::string line(const std::string& name, const std::string& text) {
  std::string padded = name;
  padded.resize(std::max<std::size_t>(name.size() + 1, 24), ' ');
  return padded + text + "\n";
}

}  // namespace

World after_rows(const std::vector<Act>& acts) {
  World world;
  for (const Act& act : acts) {
    if (const auto input = act(world)) world.decide(*input);
  }
  return world;
}

World in_status(Status status) {
  const Act begin = initiate(42'00, visa);
  const auto seen = [](IntentStatus s) { return shows("confirm", s); };
  switch (status) {
    case Status::creating:
      return after_rows({begin});
    case Status::ready:
      return after_rows({initiate(42'00), made()});
    case Status::confirming:
      return after_rows({begin, made()});
    case Status::action_required:
      return after_rows({begin, made(), seen(IntentStatus::requires_action)});
    case Status::processing:
      return after_rows({begin, made(), seen(IntentStatus::processing)});
    case Status::declined:
      return after_rows({begin, made(), declined("do_not_honor")});
    case Status::authorized:
      return after_rows({begin, made(), seen(IntentStatus::requires_capture)});
    case Status::capturing: {
      return after_rows(
          {hold(42'00, visa), made(), seen(IntentStatus::requires_capture), capture()});
    }
    case Status::captured:
      return after_rows({begin, made(), succeeded()});
    case Status::cancelling:
      return after_rows({initiate(42'00), made(), cancel()});
    case Status::cancelled:
      return after_rows(
          {initiate(42'00), made(), cancel(), shows("cancel", IntentStatus::canceled)});
  }
  return {};
}

std::string inputs_table(const World& world) {
  World late = world;
  late.pass(minutes{30});
  std::string table;
  for (const auto& [name, act] : std::vector<Named>{{"initiate same", initiate(42'00, visa)},
                                                    {"initiate other", initiate(1'00, visa)},
                                                    {"confirm", confirm(mastercard)},
                                                    {"capture", capture()},
                                                    {"cancel", cancel()},
                                                    {"cancel final", cancel_for_good()},
                                                    {"refund", refund("r1")},
                                                    {"compensate", compensate("c1")},
                                                    {"stray answer", stray()},
                                                    {"wake", wake()}}) {
    table += line(name, outcome(world, act));
  }
  table += line("wake when expired", outcome(late, wake()));
  table += line("confirm when expired", outcome(late, confirm(mastercard)));
  return table;
}

std::string answers_table(const World& world, const std::string& part) {
  IntentObject intent = world.intent(IntentStatus::succeeded);
  intent.id = IntentId::of("pi_other");
  intent.amount.minor = 1;
  const RefundObject refund = refund_object("re_other", "other", 1, RefundStatus::succeeded, 7);
  const Decline decline{"card_declined", "do_not_honor", {}, std::nullopt};
  std::string table;
  for (const auto& [name, act] : std::vector<Named>{
           {"another intent", answered(part, answer::Intent{intent})},
           {"no intents", answered(part, answer::Intents{})},
           {"another refund", answered(part, answer::Refund{refund})},
           {"no refunds", answered(part, answer::Refunds{})},
           {"declined", answered(part, answer::Declined{decline, "No.", std::nullopt})},
           {"refused", refused(part, "some_refusal")},
           {"refused unexpected", refused(part, "payment_intent_unexpected_state")},
           {"not sent", not_sent(part)},
           {"unauthorized", answered(part, answer::Unauthorized{"401"})},
           {"unknown", unknown(part)},
           {"unknown replayed", replayed(part)},
           {"key misused", answered(part, answer::KeyMisused{"other body"})},
           {"key expired", answered(part, answer::KeyExpired{})},
       }) {
    table += line(name, outcome(world, act));
  }
  return table;
}

std::string intents_table(const World& world, const std::string& part) {
  std::string table;
  for (int i = 0; i <= static_cast<int>(IntentStatus::other); ++i) {
    const auto status = static_cast<IntentStatus>(i);
    table += line(std::string{to_text(status)}, outcome(world, shows(part, status)));
  }
  return table;
}

std::string refunds_table(const World& world, const std::string& part, const std::string& id) {
  std::string table;
  for (int i = 0; i <= static_cast<int>(RefundStatus::other); ++i) {
    const auto status = static_cast<RefundStatus>(i);
    table += line(std::string{to_text(status)}, outcome(world, refund_is(part, id, status, 42'00)));
  }
  return table;
}

void expect(const std::string& table, const std::string& expected) {
  std::istringstream is{table};
  std::istringstream should{expected.substr(1)};  // The raw literal begins with a line's end.
  std::string a;
  std::string b;
  while (std::getline(should, b)) {
    std::getline(is, a);
    CHECK(a == b);
  }
  CHECK_FALSE(std::getline(is, a));
}

}  // namespace paysaga::payment::trial
