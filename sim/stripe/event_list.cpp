// What the events endpoints do.

#include <algorithm>
#include <array>

#include "paysaga/sim/stripe/account.hpp"
#include "paysaga/sim/stripe/page.hpp"
#include "paysaga/sim/stripe/render.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::array<std::string_view, 8> list_names{"created",        "created[",        "limit",
                                                     "starting_after", "ending_before",   "type",
                                                     "types[]",        "delivery_success"};
constexpr std::array<std::string_view, 1> retrieve_names{"expand[]"};
constexpr std::size_t types_max = 20;

}  // namespace

Reply Account::retrieve_event(std::string_view id, const Form& form) const {
  if (const auto names = check_names(form, retrieve_names); !names) return reply_of(names.error());
  const std::optional<Index> number = ids_.index_of(Kind::event, id);
  if (!number || events_.find(*number) == nullptr) return reply_of(missing(404, "event", id, "id"));
  TextReply reply;
  render_event(*this, *number, reply.json);
  return reply;
}

Reply Account::list_events(const Form& form) const {
  if (const auto names = check_names(form, list_names); !names) return reply_of(names.error());
  std::vector<std::string_view> types = form.all("types[]");
  if (types.size() > types_max) {
    return reply_of(parameter_error("", "types", "You may pass at most 20 types."));
  }
  if (const auto type = form.value("type")) {
    if (!types.empty()) {
      return reply_of(parameter_error("", "type", "You may pass either type or types, not both."));
    }
    types.push_back(*type);
  }
  const Checked<bool> delivered = read_flag(form, "delivery_success");
  if (!delivered) return reply_of(delivered.error());
  const bool filtered = form.value("delivery_success").has_value();
  const auto wanted = [&](Index number) {
    const Event& event = *events_.find(number);
    const bool reached = event.pending_webhooks == 0 && event.undelivered == 0;
    if (filtered && reached != *delivered) return false;
    return types.empty() || std::any_of(types.begin(), types.end(), [&](std::string_view type) {
             return matches(type, event.type);
           });
  };
  const Listed listed = types.empty() && !filtered ? Listed{events_.begin(), events_.end()}
                                                   : Listed{events_.begin(), events_.end(), wanted};
  return list_page({form, listed, "/v1/events",
                    [&](std::string_view id) {
                      const std::optional<Index> number = ids_.index_of(Kind::event, id);
                      return number && events_.find(*number) != nullptr ? number : std::nullopt;
                    },
                    [&](Index number) { return events_.find(number)->created; },
                    [&](std::string& out, Index number) { render_event(*this, number, out); }});
}

}  // namespace paysaga::sim::stripe
