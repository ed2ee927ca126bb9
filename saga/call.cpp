#include "paysaga/saga/call.hpp"

#include <cstdlib>

namespace paysaga {
namespace {

std::string join(std::string_view word, std::string_view detail) {
  std::string text{word};
  if (!detail.empty()) text.append(" ").append(detail);
  return text;
}

}  // namespace

std::string_view to_text(CallKind kind) {
  switch (kind) {
    case CallKind::send:
      return "send";
    case CallKind::read_intent:
      return "read_intent";
    case CallKind::list_intents:
      return "list_intents";
    case CallKind::read_refund:
      return "read_refund";
    case CallKind::list_refunds:
      return "list_refunds";
    case CallKind::list_disputes:
      return "list_disputes";
    case CallKind::page:
      return "page";
  }
  std::abort();
}

std::string_view to_text(Lane lane) {
  switch (lane) {
    case Lane::customer:
      return "customer";
    case Lane::refund:
      return "refund";
    case Lane::reconcile:
      return "reconcile";
  }
  std::abort();
}

std::string to_text(const Answer& answer) {
  return std::visit(
      Overload{
          [](const answer::Intent& a) { return join("intent", to_text(a.intent.status)); },
          [](const answer::Intents& a) { return std::to_string(a.intents.size()) + " intents"; },
          [](const answer::Refund& a) { return join("refund", to_text(a.refund.status)); },
          [](const answer::Refunds& a) { return std::to_string(a.refunds.size()) + " refunds"; },
          [](const answer::Disputes& a) { return std::to_string(a.disputes.size()) + " disputes"; },
          [](const answer::Page& a) { return std::to_string(a.objects.size()) + " objects"; },
          [](const answer::Declined& a) {
            return join("declined",
                        a.decline.decline_code.empty() ? a.decline.code : a.decline.decline_code);
          },
          [](const answer::Refused& a) { return join("refused", a.code); },
          [](const answer::NotSent& a) { return join("not_sent", a.why); },
          [](const answer::Unauthorized& a) { return join("unauthorized", a.why); },
          [](const answer::Unknown& a) { return join("unknown", a.why); },
          [](const answer::KeyMisused& a) { return join("key_misused", a.why); },
          [](const answer::KeyExpired&) { return std::string{"key_expired"}; },
      },
      answer);
}

}  // namespace paysaga
