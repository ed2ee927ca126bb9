#include "paysaga/sim/stripe/model.hpp"

#include <algorithm>

#include "paysaga/sim/prng.hpp"
#include "paysaga/sim/stripe/dispatch.hpp"
#include "paysaga/sim/stripe/render.hpp"
#include "paysaga/sim/stripe/route.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::size_t key_bytes_max = 255;
/// How far request ids jump at a restart: those of requests that changed nothing are not written
/// down, and must not come again.
constexpr std::uint64_t requests_per_life = 1ULL << 32U;

std::pair<std::string_view, std::string_view> split_target(std::string_view target) {
  const std::size_t mark = std::min(target.find('?'), target.size());
  return {target.substr(0, mark), target.substr(std::min(mark + 1, target.size()))};
}

std::uint64_t digest_of(const Course& course) {
  return hash_of(course.path, course.form.digest());
}

ErrorReply plain_error(int status, std::string_view type, std::string_view code,
                       std::string message) {
  return {status, type, code, "", std::move(message)};
}

std::string_view should_retry(const Course& course, const Answer& answer, const Reply& reply) {
  if (answer.status == 409) return "true";
  if (answer.status == 429) {
    const auto& error = std::get<std::shared_ptr<const ErrorReply>>(reply);
    return error->code == "lock_timeout" ? "true" : "";
  }
  if (answer.status >= 500) return course.replayed ? "false" : "";
  return answer.status >= 400 ? "false" : "";
}

constexpr std::string_view page_502 =
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n"
    "<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";

}  // namespace

std::string_view Answer::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

StripeModel::StripeModel(const ModelOptions& options)
    : faults_{options.faults},
      dice_{options.seed},
      account_{options.seed, options.behaviour},
      keys_{options.key_kept},
      outbox_{options.seed} {
  limiter_.set_limits(options.limits);
}

/// `now` is Stripe's time: the caller's, moved by what the clock was advanced by hand.
Time StripeModel::advance(Time now) {
  newest_ = std::max(newest_, now);
  account_.settle(newest_, faults_.pending_failures);
  if (!replaying_) outbox_.post(account_, faults_, newest_, newest_);
  return newest_;
}

std::optional<Time> StripeModel::next_due() const {
  const std::optional<Time> happens = account_.next_due();
  const std::optional<Time> leaves = outbox_.next_due();
  if (!happens && !leaves) return std::nullopt;
  return std::min(happens.value_or(Time::max()), leaves.value_or(Time::max())) - clock_offset_;
}

std::vector<Parcel> StripeModel::take_parcels(Time now) {
  return outbox_.take(account_, advance(now + clock_offset_), now);
}

void StripeModel::settle_parcel(std::uint64_t parcel, int status, Time now) {
  outbox_.settle(account_, parcel, status, advance(now + clock_offset_));
}

Course StripeModel::arrive(Request request, Time now) {
  now = advance(now + clock_offset_);
  Course course;
  course.number = ++requests_;
  const auto [path, query] = split_target(request.target);
  course.endpoint = find_endpoint(request.method, path);
  course.path = path;
  course.post = request.method == "POST";
  course.method = course.post ? "POST" : request.method == "DELETE" ? "DELETE" : "GET";
  course.form_text = query;
  if (!query.empty() && !request.body.empty()) course.form_text += '&';
  course.form_text += request.body;
  account_.books().count(course.endpoint);
  if (!is_control(course.endpoint)) {
    course.draw = dice_.draw(faults_);
    course.effect_after = course.draw.effect_after;
    course.answer_after = course.draw.answer_after;
    account_.books().count(course.draw.fault);
    // Stripe ignores keys of requests that are no POST.
    if (course.post) course.key = std::move(request.idempotency_key);
    course.stripe_version = std::move(request.stripe_version);
  }
  settle_early(course, request, now);
  limit(course, now);
  return course;
}

/// The object that a request changes is: the one in its path.
void StripeModel::limit(Course& course, Time now) {
  if (is_control(course.endpoint)) return;
  const std::string_view object = course.post ? id_in_path(course.path) : std::string_view{};
  course.limited = limiter_.begin(course.endpoint, object, now);
  course.under_way = course.limited == LimitReason::none;
  if (course.under_way) return;
  if (course.key_held) keys_.release(course.key);
  course.key_held = course.key_reused = course.replayed = false;
  course.original = 0;
  course.early = reply_of(course.limited == LimitReason::locked ? lock_timeout() : rate_limited());
}

void StripeModel::release(const Course& course) {
  if (!course.under_way) return;
  limiter_.end(course.endpoint, course.post ? id_in_path(course.path) : std::string_view{});
}

/// Answers what needs no execution: refusals before it begins, and repeats.
void StripeModel::settle_early(Course& course, const Request& request, Time now) {
  Result<Form> form = Form::parse(course.form_text);
  if (is_control(course.endpoint)) {
    if (form) course.form = std::move(*form);
    return;
  }
  const Fault fault = course.draw.fault;
  if (fault == Fault::rate_limit_429) {
    course.early = reply_of(rate_limited());
  } else if (fault == Fault::lock_timeout_429) {
    course.early = reply_of(lock_timeout());
  } else if (auto error = check_authorization(request.authorization)) {
    course.early = reply_of(std::move(*error));
  } else if (course.endpoint == Endpoint::unknown) {
    course.early =
        reply_of(plain_error(404, "invalid_request_error", "",
                             "Unrecognized request URL (" + request.method + ": " + course.path +
                                 "), or one that this Stripe simulator does not do yet."));
  } else if (!request.stripe_account.empty()) {
    course.early = reply_of(not_simulated("", "Connect (the header Stripe-Account)"));
  } else if (!form) {
    course.early = reply_of(parameter_error("", "", "Invalid request: " + form.error().detail));
  } else if (course.key.size() > key_bytes_max) {
    course.early = reply_of(parameter_error("", "", "An idempotency key has at most 255 bytes."));
  } else if (fault == Fault::error_500_unsaved ||
             (fault == Fault::error_500_saved && !course.post)) {
    course.early = reply_of(server_error());
  } else {
    course.form = std::move(*form);
    if (!course.key.empty()) take_key(course, now);
  }
}

void StripeModel::take_key(Course& course, Time now) {
  const std::uint64_t digest = digest_of(course);
  const SavedAnswer* saved = keys_.find(course.key, now);
  if (saved == nullptr) {
    keys_.begin(course.key, digest, course.number);
    course.key_held = true;
  } else if (saved->digest != digest) {
    course.key_reused = true;
    course.early = reply_of(plain_error(
        400, "idempotency_error", "",
        "Keys for idempotent requests can only be used with the same parameters they were first "
        "used with. Try using a key other than '" +
            course.key + "'."));
  } else if (saved->running) {
    account_.books().count_key_in_use();
    course.early = reply_of(
        plain_error(409, "idempotency_error", "idempotency_key_in_use",
                    "There is currently another in-progress request using this idempotency key."));
  } else {
    account_.books().count_replay();
    course.replayed = true;
    course.original = saved->request;
    course.early = saved->reply;
  }
}

bool StripeModel::takes_effect(const Course& course) const {
  if (course.early || course.draw.fault == Fault::drop_before_commit) return false;
  return course.draw.fault != Fault::html_502 || course.draw.effective;
}

std::optional<Record> StripeModel::record(const Course& course, Time now) const {
  using Outcome = Record::Outcome;
  const bool change = is_change(course.endpoint) && takes_effect(course);
  if (!change && !course.key_reused) return std::nullopt;
  Outcome outcome = Outcome::answered;
  if (course.key_reused) {
    outcome = Outcome::key_reused;
  } else if (course.draw.fault == Fault::error_500_saved) {
    outcome = course.draw.effective ? Outcome::error_500_done : Outcome::error_500_undone;
  }
  // A path without a method is a POST's.
  const std::string path =
      course.post ? course.path : std::string{course.method} + ' ' + course.path;
  return Record{std::max(newest_, now + clock_offset_),
                course.number,
                outcome,
                course.key,
                path,
                course.form_text};
}

Answer StripeModel::execute(const Course& course, Time now) {
  const std::optional<Record> written = record(course, now);
  now = advance(now + clock_offset_);
  release(course);
  if (is_control(course.endpoint) && !is_change(course.endpoint)) return answer_control(course);
  if (written) {
    const Reply reply = commit(*written, course.endpoint, course.form);
    const Duration left = std::max(course.answer_after - course.effect_after, Duration{0});
    outbox_.post(account_, faults_, now, now + left);
    if (is_control(course.endpoint)) return answer_played(course, reply);
    return answer(course, course.early ? *course.early : reply);
  }
  if (course.key_held) keys_.release(course.key);
  if (course.early) return answer(course, *course.early);
  if (!takes_effect(course)) return answer(course, TextReply{});
  return answer(course, perform(course.endpoint, course.path, course.form, now));
}

void StripeModel::abandon(const Course& course) {
  release(course);
  if (course.key_held) keys_.release(course.key);
}

Answer StripeModel::serve(Request request, Time now) {
  const Course course = arrive(std::move(request), now);
  return execute(course, now + course.effect_after);
}

/// What a record does to the account, in its first life and in every later one.
Reply StripeModel::commit(const Record& record, Endpoint endpoint, const Form& form) {
  using Outcome = Record::Outcome;
  if (record.outcome == Outcome::key_reused) {
    account_.books().count(Violation::key_reused_other_params, no_index, record.at, record.key);
    return TextReply{};
  }
  Reply reply = reply_of(server_error());
  account_.set_cause({record.number, record.key.empty()
                                         ? nullptr
                                         : std::make_shared<const std::string>(record.key)});
  if (record.outcome != Outcome::error_500_undone) {
    Reply done = perform(endpoint, std::string_view{record.path}.substr(record.path.find(' ') + 1),
                         form, record.at);
    if (record.outcome == Outcome::answered || !kept(done)) reply = std::move(done);
  }
  if (record.key.empty()) return reply;
  if (kept(reply)) {
    keys_.keep(record.key, reply, record.at);
  } else {
    keys_.release(record.key);
  }
  return reply;
}

Result<void> StripeModel::replay(const Record& record) {
  const std::size_t blank = record.path.find(' ');
  const bool posted = blank == std::string::npos;
  const std::string path = posted ? record.path : record.path.substr(blank + 1);
  const Endpoint endpoint = find_endpoint(posted ? "POST" : record.path.substr(0, blank), path);
  Result<Form> form = Form::parse(record.form);
  if (!is_change(endpoint) || !form) {
    return fail(ErrorCode::corrupt, "a record of the Stripe simulator cannot be read");
  }
  replaying_ = true;
  static_cast<void>(advance(record.at));
  requests_ = std::max(requests_,
                       record.number / requests_per_life * requests_per_life + requests_per_life);
  if (!record.key.empty() && record.outcome != Record::Outcome::key_reused) {
    if (keys_.find(record.key, newest_) != nullptr) {
      return fail(ErrorCode::corrupt, "a record of the Stripe simulator uses a key again");
    }
    keys_.begin(record.key, hash_of(record.path, form->digest()), record.number);
  }
  static_cast<void>(commit(record, endpoint, *form));
  return {};
}

Reply StripeModel::perform(Endpoint endpoint, std::string_view path, const Form& form, Time now) {
  if (endpoint == Endpoint::sim_set_behaviour) return change_behaviour(form);
  if (endpoint == Endpoint::sim_advance_clock) return advance_clock(form);
  const std::string_view id = id_in_path(path);
  const std::optional<Index> event = account_.ids().index_of(Kind::event, id);
  if (endpoint == Endpoint::sim_play && event) return resend(*event, form, now);
  return dispatch(account_, endpoint, id, form, now);
}

Answer StripeModel::answer(const Course& course, const Reply& reply) {
  Answer answer = compose(course, reply);
  std::string_view error;
  if (const auto* refused = std::get_if<std::shared_ptr<const ErrorReply>>(&reply)) {
    error = (*refused)->code.empty() ? (*refused)->type : (*refused)->code;
  }
  log_.add({course.number, newest_, course.method, course.path, course.form_text, course.key,
            course.endpoint, course.draw.fault,
            answer.delivery == Delivery::none ? 0 : answer.status, course.original, error});
  return answer;
}

Answer StripeModel::compose(const Course& course, const Reply& reply) {
  Answer answer;
  const Fault fault = course.draw.fault;
  if (fault == Fault::drop_before_commit || fault == Fault::drop_after_commit) {
    answer.delivery = Delivery::none;
    return answer;
  }
  if (fault == Fault::html_502) {
    answer.status = 502;
    answer.content_type = "text/html";
    answer.body = page_502;
    account_.books().count_answer(answer.status);
    return answer;
  }
  if (fault == Fault::truncated) answer.delivery = Delivery::cut;
  answer.status = status_of(reply);
  answer.body.reserve(2048);
  render(account_, reply, course.replayed ? course.original : course.number, answer.body);
  account_.books().count_answer(answer.status);

  const Ids& ids = account_.ids();
  auto& headers = answer.headers;
  headers.reserve(6);
  headers.emplace_back("Request-Id", ids.text(Kind::request, course.number));
  headers.emplace_back("Stripe-Version", course.stripe_version.empty() ? std::string{api_version}
                                                                       : course.stripe_version);
  if (!course.key.empty()) {
    headers.emplace_back("Idempotency-Key", course.key);
    headers.emplace_back(
        "Original-Request",
        ids.text(Kind::request, course.replayed ? course.original : course.number));
  }
  if (course.replayed) headers.emplace_back("Idempotent-Replayed", "true");
  const LimitReason limited =
      fault == Fault::rate_limit_429 ? LimitReason::global_rate : course.limited;
  if (const std::string_view reason = to_text(limited); !reason.empty()) {
    headers.emplace_back("Stripe-Rate-Limited-Reason", reason);
  }
  const std::string_view retry = should_retry(course, answer, reply);
  if (!retry.empty()) headers.emplace_back("Stripe-Should-Retry", retry);
  return answer;
}

}  // namespace paysaga::sim::stripe
