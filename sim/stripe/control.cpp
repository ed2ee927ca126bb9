// Requests about the simulator itself: books, faults, behaviour, what is played by hand.

#include <fmt/format.h>

#include "paysaga/sim/stripe/json.hpp"
#include "paysaga/sim/stripe/model.hpp"
#include "paysaga/sim/stripe/render.hpp"
#include "paysaga/sim/stripe/route.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr Duration clock_advance_max = hours{400 * 24};
constexpr std::string_view html = "text/html; charset=utf-8";

Answer refused(const std::string& why) {
  Answer answer;
  answer.status = 400;
  JsonWriter json{answer.body};
  json.open('{');
  json.text("error", why);
  json.close('}');
  return answer;
}

/// What the customer sees of the bank. The id is one of ours: it needs no escape.
std::string authentication_page(std::string_view id, const Intent& intent) {
  constexpr std::string_view page = R"(<!doctype html>
<title>The simulated bank</title>
<h1>The simulated bank</h1>
<p>Pay {} ({})? No money moves.</p>
<form method="post" action="/_sim/authenticate/{}">
<button name="act" value="authenticate">It is me: complete</button>
<button name="act" value="fail_authentication">It is not me: fail</button>
</form>
)";
  if (intent.state.status != IntentStatus::requires_action) {
    return "<!doctype html>\n<title>The simulated bank</title>\n<p>Nothing is waiting for "
           "you.</p>\n";
  }
  return fmt::format(page, paysaga::to_text(intent.state.amount), id, id);
}

}  // namespace

Answer StripeModel::answer_control(const Course& course) {
  Answer answer;
  if (course.endpoint == Endpoint::sim_books) {
    answer.body =
        books_json(course.form.value("summary") == "1", course.form.value("order").value_or(""));
    return answer;
  }
  if (course.endpoint == Endpoint::sim_requests) {
    answer.body = log_.json(account_.ids(), course.form);
    return answer;
  }
  if (course.endpoint == Endpoint::sim_deliveries) {
    answer.body = outbox_.json(account_);
    return answer;
  }
  if (course.endpoint == Endpoint::sim_clock) {
    answer.body = clock_json();
    return answer;
  }
  if (course.endpoint == Endpoint::sim_behaviour) {
    answer.body = account_.behaviour().json();
    return answer;
  }
  if (course.endpoint == Endpoint::sim_authenticate) {
    const std::string_view id = id_in_path(course.path);
    const Reply found = account_.retrieve_intent(id, {});
    if (const auto* intent = std::get_if<IntentReply>(&found)) {
      answer.content_type = html;
      answer.body = authentication_page(id, account_.intent(intent->intent));
      return answer;
    }
    answer.status = status_of(found);
    render(account_, found, course.number, answer.body);
    return answer;
  }
  return course.endpoint == Endpoint::sim_limits ? answer_limits(course) : answer_faults(course);
}

Answer StripeModel::answer_faults(const Course& course) {
  if (course.post) {
    if (const Result<void> changed = faults_.change(course.form); !changed) {
      return refused(changed.error().detail);
    }
  }
  Answer answer;
  answer.body = faults_.json();
  return answer;
}

Answer StripeModel::answer_limits(const Course& course) {
  if (course.post) {
    Limits limits = limiter_.limits();
    if (const Result<void> changed = limits.change(course.form); !changed) {
      return refused(changed.error().detail);
    }
    limiter_.set_limits(limits);
  }
  Answer answer;
  answer.body = limiter_.limits().json();
  return answer;
}

/// The customer's browser goes back to the shop, if the shop gave an address.
Answer StripeModel::answer_played(const Course& course, const Reply& reply) {
  Answer answer;
  answer.status = status_of(reply);
  const auto* intent = std::get_if<IntentReply>(&reply);
  if (course.endpoint == Endpoint::sim_answer && intent != nullptr) {
    answer.content_type = html;
    answer.body = "<!doctype html>\n<p>The bank has told the shop.</p>\n";
    if (intent->state.return_url == nullptr) return answer;
    const std::string& url = *intent->state.return_url;
    const std::string id = account_.ids().text(Kind::intent, intent->intent);
    answer.status = 303;
    answer.headers.emplace_back(
        "Location", fmt::format("{}{}payment_intent={}&payment_intent_client_secret={}_secret_{}&"
                                "redirect_status={}",
                                url, url.find('?') == std::string::npos ? '?' : '&', id, id,
                                account_.ids().text(Kind::client_secret, intent->intent),
                                intent->state.failure.decline == nullptr ? "succeeded" : "failed"));
    return answer;
  }
  render(account_, reply, course.number, answer.body);
  return answer;
}

Reply StripeModel::change_behaviour(const Form& form) {
  Behaviour changed = account_.behaviour();
  if (const Result<void> read = changed.change(form); !read) {
    return reply_of(parameter_error("", "", read.error().detail));
  }
  account_.set_behaviour(changed);
  return TextReply{changed.json()};
}

Reply StripeModel::advance_clock(const Form& form) {
  const Result<Duration> by = parse_duration(form.value("advance").value_or(""));
  if (!by || *by < Duration{0} || *by > clock_advance_max || form.parameters().size() != 1) {
    return reply_of(parameter_error(
        "", "advance", "Give advance= a duration such as 30m or 7d, at most 400 days."));
  }
  clock_offset_ += *by;
  static_cast<void>(advance(newest_ + *by));
  return TextReply{clock_json()};
}

/// What the dashboard's button does. A later life delivers nothing of a former one.
Reply StripeModel::resend(Index event, const Form& form, Time now) {
  if (account_.events().find(event) == nullptr) {
    return reply_of(missing(404, "event", account_.ids().text(Kind::event, event), "id"));
  }
  if (form.value("act") != "resend") {
    return reply_of(parameter_error("", "act", "What can happen to an event: resend."));
  }
  if (!replaying_) outbox_.resend(account_, event, now);
  TextReply reply;
  render_event(account_, event, reply.json);
  return reply;
}

std::string StripeModel::clock_json() const {
  std::string out;
  JsonWriter json{out};
  json.open('{');
  json.number("now", micros_of(newest_) / 1'000'000);
  json.text("at", paysaga::to_text(newest_));
  json.text("advanced", paysaga::to_text(clock_offset_));
  json.close('}');
  return out;
}

std::string StripeModel::books_json(bool summary_only, std::string_view order_id) const {
  return render_books(account_, summary_only, order_id);
}

}  // namespace paysaga::sim::stripe
