#include "paysaga/engine/stripe/classify.hpp"

#include <catch2/catch.hpp>

#include "paysaga/engine/stripe/objects.hpp"

namespace paysaga::engine::stripe {
namespace {

const std::string intent_json =
    R"({"id":"pi_1","object":"payment_intent","amount":1999,"amount_received":1999,)"
    R"("currency":"eur","status":"succeeded","latest_charge":"ch_1","created":1700000000,)"
    R"("livemode":false,"client_secret":"pi_1_secret_zzz","last_payment_error":null,)"
    R"("metadata":{"order_id":"ord_7","attempt":"2","ledger":"abcdefghij"},"new_field":[1,{}]})";
const std::string refund_json =
    R"({"id":"re_1","object":"refund","amount":500,"currency":"eur","status":"failed",)"
    R"("failure_reason":"lost_or_stolen_card","created":1700000001,"payment_intent":"pi_1",)"
    R"("metadata":{"refund_id":"ref_3","attempt":"1","ledger":"abcdefghij"}})";

std::string error_json(std::string_view type, std::string_view code, std::string_view more = "") {
  return R"({"error":{"type":")" + std::string{type} + R"(","code":")" + std::string{code} +
         R"(","message":"Why.")" + std::string{more} + "}}";
}

std::string list_json(std::string_view items, bool has_more) {
  return R"({"object":"list","url":"/v1/x","has_more":)" +
         std::string{has_more ? "true" : "false"} + R"(,"data":[)" + std::string{items} + "]}";
}

/// One answer as one line, with what `to_text` of the saga leaves out.
std::string line_of(const Answer& answer) {
  const auto retry = [](const std::optional<Duration>& after) -> std::string {
    return after ? " after " + paysaga::to_text(*after) : std::string{};
  };
  const auto intent = [](const std::optional<IntentObject>& at) {
    return at ? " intent=" + std::string{paysaga::to_text(at->status)} : std::string{};
  };
  return std::visit(
      Overload{
          [](const answer::Intent& a) {
            return "intent " + std::string{paysaga::to_text(a.intent.status)};
          },
          [](const answer::Intents& a) { return "intents " + std::to_string(a.intents.size()); },
          [](const answer::Refund& a) {
            return "refund " + std::string{paysaga::to_text(a.refund.status)};
          },
          [](const answer::Refunds& a) { return "refunds " + std::to_string(a.refunds.size()); },
          [](const answer::Disputes& a) { return "disputes " + std::to_string(a.disputes.size()); },
          [](const answer::Page& a) {
            return "page " + std::to_string(a.objects.size()) + (a.has_more ? " more" : "");
          },
          [&](const answer::Declined& a) {
            return "declined " + a.decline.code + "/" + a.decline.decline_code + "/" +
                   a.decline.advice_code + intent(a.intent);
          },
          [&](const answer::Refused& a) {
            return "refused " + a.code + (a.param.empty() ? "" : " param=" + a.param) +
                   intent(a.intent);
          },
          [&](const answer::NotSent& a) {
            return std::string{"not_sent"} + (a.in_progress ? " in_progress" : "") +
                   (a.reached ? " reached" : "") + retry(a.retry_after);
          },
          [](const answer::Unauthorized&) { return std::string{"unauthorized"}; },
          [&](const answer::Unknown& a) {
            return std::string{"unknown"} + (a.replayed_error ? " replayed" : "") +
                   retry(a.retry_after);
          },
          [](const answer::KeyMisused&) { return std::string{"key_misused"}; },
          [](const answer::KeyExpired&) { return std::string{"key_expired"}; },
      },
      answer);
}

std::string line_of(Expect expect, int status, const std::string& body, Headers headers = {},
                    bool repeated = false) {
  const HttpResponse response{status, std::move(headers), body, repeated};
  return line_of(classify(expect, response, false).answer);
}

}  // namespace

TEST_CASE("classify: every answer to a confirm", "[stripe]") {
  const std::string state = R"(,"payment_intent":)" + intent_json;
  const std::string card =
      R"(,"decline_code":"insufficient_funds","advice_code":"try_again_later")";
  const std::string unexpected =
      error_json("invalid_request_error", "payment_intent_unexpected_state", state);
  const std::string declined = error_json("card_error", "card_declined", card + state);
  const std::string server = error_json("api_error", "");
  const std::string limited = error_json("invalid_request_error", "rate_limit");
  const std::string locked = error_json("invalid_request_error", "lock_timeout");
  const std::string missing =
      error_json("invalid_request_error", "resource_missing", R"(,"param":"payment_method")");
  const Headers retry{{"stripe-should-retry", "true"}};
  const Headers no_retry{{"Stripe-Should-Retry", "false"}};
  const Headers replayed{{"Idempotent-Replayed", "true"}};
  const Headers later{{"Retry-After", "7"}};
  struct Row {
    int status;
    std::string body;
    Headers headers;
    std::string_view line;
  };
  const Row rows[] = {
      {200, intent_json, {}, "intent succeeded"},
      {200, intent_json, replayed, "intent succeeded"},
      {200, intent_json, retry, "intent succeeded"},
      {201, intent_json, {}, "intent succeeded"},
      {200, refund_json, {}, "unknown"},
      {200, list_json(intent_json, false), {}, "unknown"},
      {200, "<html>hello</html>", {}, "unknown"},
      {200, "", {}, "unknown"},
      {200, intent_json.substr(0, 90), {}, "unknown"},
      {200, "[1]", {}, "unknown"},
      {200, error_json("api_error", "x"), {}, "unknown"},
      {204, "", {}, "unknown"},
      {400,
       error_json("invalid_request_error", "parameter_missing", R"(,"param":"amount")"),
       {},
       "refused parameter_missing param=amount"},
      {400,
       error_json("invalid_request_error", "amount_too_small"),
       {},
       "refused amount_too_small"},
      {400, error_json("invalid_request_error", ""), {}, "refused invalid_request_error"},
      {400, error_json("a_new_type", "a_new_code"), {}, "refused a_new_code"},
      {400, unexpected, {}, "refused payment_intent_unexpected_state intent=succeeded"},
      {400, unexpected, no_retry, "refused payment_intent_unexpected_state intent=succeeded"},
      {400, unexpected, retry, "unknown"},
      {400, error_json("idempotency_error", ""), {}, "key_misused"},
      {400, locked, {}, "not_sent reached"},
      {400, "<html>bad gateway</html>", {}, "unknown"},
      {401, error_json("invalid_request_error", ""), {}, "unauthorized"},
      {401, "", {}, "unauthorized"},
      {401, "", retry, "unauthorized"},
      {402,
       declined,
       {},
       "declined card_declined/insufficient_funds/try_again_later intent=succeeded"},
      {402, declined, replayed,
       "declined card_declined/insufficient_funds/try_again_later intent=succeeded"},
      {402, declined, retry, "unknown"},
      {402, "<html>pay the wifi</html>", {}, "unknown"},
      {403, error_json("invalid_request_error", ""), {}, "unauthorized"},
      {404, missing, {}, "refused resource_missing param=payment_method"},
      {404, "<html>not here</html>", {}, "unknown"},
      {408, server, {}, "unknown"},
      {409,
       error_json("idempotency_error", "idempotency_key_in_use"),
       {},
       "not_sent in_progress reached"},
      {409, error_json("invalid_request_error", "idempotency_key_in_use"), no_retry,
       "not_sent in_progress reached"},
      {409, "", later, "not_sent in_progress reached after 7s"},
      {424, error_json("invalid_request_error", "x"), {}, "unknown"},
      {429, limited, {}, "not_sent reached"},
      {429, limited, later, "not_sent reached after 7s"},
      {429, limited, no_retry, "not_sent reached"},
      {429, locked, retry, "not_sent reached"},
      {429, "<html>slow down</html>", {}, "not_sent reached"},
      {429, limited, {{"Retry-After", "-1"}}, "not_sent reached"},
      {429, limited, {{"Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"}}, "not_sent reached"},
      {429, limited, {{"Retry-After", "999999999999"}}, "not_sent reached after 1d"},
      {400, error_json("api_error", "x"), {}, "unknown"},
      {500, server, {}, "unknown"},
      {500, server, replayed, "unknown replayed"},
      {500, server, no_retry, "unknown replayed"},
      {500, server, retry, "unknown"},
      {500, "<html>oops</html>", {}, "unknown"},
      {500, intent_json, {}, "unknown"},
      {502, "", {}, "unknown"},
      {503, "<html/>", later, "unknown after 7s"},
      {504, server, no_retry, "unknown replayed"},
      {301, "", {}, "unknown"},
      {304, "", {}, "unknown"},
      {600, "", {}, "unknown"},
      {0, "", {}, "unknown"},
  };
  for (const Row& row : rows) {
    INFO(row.status << " " << row.body.substr(0, 80));
    CHECK(line_of(Expect::intent, row.status, row.body, row.headers) == row.line);
  }
}

TEST_CASE("classify: every way in which no answer comes", "[stripe]") {
  struct Row {
    Fault fault;
    bool maybe_sent;
    std::string_view line;
  };
  const Row rows[] = {
      {Fault::dns, false, "not_sent"},
      {Fault::refused, false, "not_sent"},
      {Fault::tls, false, "not_sent"},
      {Fault::connect_timeout, false, "not_sent"},
      {Fault::overloaded, false, "not_sent"},
      {Fault::stopped, false, "not_sent"},
      {Fault::dropped, false, "not_sent"},
      {Fault::expired, false, "key_expired"},
      // After a lost connection that may have carried the request, nothing is certain any more.
      {Fault::refused, true, "unknown"},
      {Fault::expired, true, "unknown"},
      {Fault::stopped, true, "unknown"},
      {Fault::timeout, true, "unknown"},
      {Fault::dropped, true, "unknown"},
      {Fault::malformed, true, "unknown"},
      {Fault::too_large, true, "unknown"},
  };
  for (const Row& row : rows) {
    INFO(to_text(row.fault) << " " << row.maybe_sent);
    const TransportFailure failure{row.fault, row.maybe_sent, "detail"};
    CHECK(line_of(classify(Expect::intent, failure, false).answer) == row.line);
  }
}

TEST_CASE("classify: a repeat that is put off may have been carried out before", "[stripe]") {
  const std::string limited = error_json("invalid_request_error", "rate_limit");
  CHECK(line_of(Expect::intent, 429, limited, {{"Retry-After", "7"}}, true) == "unknown after 7s");
  CHECK(line_of(Expect::intent, 409, "", {}, true) == "not_sent in_progress reached");
  CHECK(line_of(Expect::intent, 200, intent_json, {}, true) == "intent succeeded");
}

TEST_CASE("classify: why Stripe put a call off, and what a 403 leaves", "[stripe]") {
  using actors::Limit;
  const std::string limited = error_json("invalid_request_error", "rate_limit");
  const std::string locked = error_json("invalid_request_error", "lock_timeout");
  struct Row {
    int status;
    std::string body;
    std::string reason;
    Limit limit;
    bool endpoint_only;
  };
  const Row rows[] = {
      {429, limited, "global-rate", Limit::global_rate, false},
      {429, limited, "endpoint-rate", Limit::endpoint_rate, false},
      {429, limited, "global-concurrency", Limit::global_concurrency, false},
      {429, limited, "endpoint-concurrency", Limit::endpoint_concurrency, false},
      {429, limited, "resource-specific", Limit::resource, false},
      {429, limited, "of-tomorrow", Limit::other, false},
      {429, "<html/>", "", Limit::other, false},
      {429, locked, "", Limit::lock, false},
      {429, locked, "global-rate", Limit::lock, false},
      {200, intent_json, "global-rate", Limit::none, false},
      {401, error_json("invalid_request_error", "x"), "", Limit::none, false},
      {403, error_json("invalid_request_error", "x"), "", Limit::none, true},
  };
  for (const Row& row : rows) {
    INFO(row.status << " " << row.reason << " " << row.body);
    HttpResponse response{.status = row.status, .headers = {}, .body = row.body};
    if (!row.reason.empty()) {
      response.headers.emplace_back("Stripe-Rate-Limited-Reason", row.reason);
    }
    const Classified classified = classify(Expect::intent, response, false);
    CHECK(classified.limit == row.limit);
    CHECK(classified.endpoint_only == row.endpoint_only);
  }
}

TEST_CASE("classify: reads, lists and refunds", "[stripe]") {
  const std::string broken_foreign = R"({"id":"pi_x","object":"payment_intent","currency":"zzz"})";
  const std::string broken_ours =
      R"({"id":"pi_x","object":"payment_intent","metadata":{"ledger":"abcdefghij"}})";
  const std::string dispute =
      R"({"id":"dp_1","object":"dispute","amount":5,"currency":"eur","status":"lost"})";
  const std::string broken_dispute =
      R"({"id":"dp_1","object":"dispute","currency":"eur","status":"lost"})";
  const std::string missing = error_json("invalid_request_error", "resource_missing");
  struct Row {
    Expect expect;
    int status;
    std::string body;
    std::string_view line;
  };
  const Row rows[] = {
      {Expect::refund, 200, refund_json, "refund failed"},
      {Expect::refund, 200, intent_json, "unknown"},
      {Expect::refund, 402, error_json("card_error", "card_declined"), "refused card_declined"},
      {Expect::refund, 400, error_json("invalid_request_error", "charge_already_refunded"),
       "refused charge_already_refunded"},
      {Expect::intent, 404, missing, "refused resource_missing"},
      {Expect::intents, 200, list_json("", false), "intents 0"},
      {Expect::intents, 200, list_json(intent_json + "," + intent_json, false), "intents 2"},
      {Expect::intents, 200, list_json(intent_json + "," + broken_foreign, false), "intents 1"},
      {Expect::intents, 200, list_json(intent_json + "," + broken_ours, false), "unknown"},
      {Expect::intents, 200, list_json(refund_json, false), "unknown"},
      {Expect::intents, 200, list_json("1", false), "unknown"},
      {Expect::intents, 200, list_json("", true), "unknown"},
      {Expect::intents, 200, intent_json, "unknown"},
      {Expect::intents, 200, R"({"object":"list","has_more":false})", "unknown"},
      {Expect::refunds, 200, list_json("", false), "refunds 0"},
      {Expect::refunds, 200, list_json(refund_json, false), "refunds 1"},
      {Expect::refunds, 200, list_json(intent_json, false), "unknown"},
      {Expect::refunds, 503, "", "unknown"},
      {Expect::page, 200, list_json("", false), "page 0"},
      {Expect::page, 200, list_json(broken_dispute, true), "page 1 more"},  // Nothing is judged.
      {Expect::page, 200, list_json(refund_json, false), "page 1"},
      {Expect::page, 200, refund_json, "page 1"},  // An object is a page of one.
      {Expect::page, 200, R"({"object":"list","has_more":true,"data":[]})", "unknown"},
      {Expect::page, 200, R"({"object":"list"})", "unknown"},
      {Expect::page, 200, "<html>", "unknown"},
      {Expect::disputes, 200, list_json("", false), "disputes 0"},
      {Expect::disputes, 200, list_json(dispute, false), "disputes 1"},
      {Expect::disputes, 200, list_json(broken_dispute, false), "unknown"},
      {Expect::disputes, 200, list_json(refund_json, false), "unknown"},
      {Expect::refunds, 200, list_json(dispute, false), "unknown"},
  };
  for (const Row& row : rows) {
    INFO(row.body.substr(0, 120));
    CHECK(line_of(row.expect, row.status, row.body) == row.line);
  }
  const HttpResponse page{200, {}, list_json(intent_json + "," + broken_foreign, true), false};
  const Classified classified = classify(Expect::intents, page, false);
  CHECK(classified.has_more);
  CHECK(classified.after == "pi_x");
}

TEST_CASE("classify: an object of the other mode is the account's trouble", "[stripe]") {
  const auto in_mode = [](std::string json, std::string_view livemode) {
    const std::string told = R"("livemode":)" + std::string{livemode} + ",";
    json.insert(1, livemode.empty() ? "" : told);
    return json;
  };
  std::string untold = intent_json;
  untold.erase(untold.find(R"("livemode":false,)"), 17);
  const std::string dispute =
      R"({"id":"dp_1","object":"dispute","amount":5,"currency":"eur","status":"lost"})";
  const std::string charge = R"({"id":"ch_1","object":"charge"})";
  std::string charged = untold;
  charged.replace(charged.find(R"("ch_1")"), 6, in_mode(charge, "true"));
  const auto error = [](const std::string& intent) {
    return error_json("card_error", "x", R"(,"payment_intent":)" + intent);
  };
  struct Row {
    Expect expect;
    int status;
    std::string body;
    std::string_view in_test;
    std::string_view in_live;
  };
  const std::string_view no = "unauthorized";
  const Row rows[] = {
      {Expect::intent, 200, in_mode(untold, "true"), no, "intent succeeded"},
      {Expect::intent, 200, in_mode(untold, "false"), "intent succeeded", no},
      {Expect::intent, 200, untold, "intent succeeded", no},
      {Expect::intent, 200, in_mode(charged, "false"), no, no},
      {Expect::intent, 402, error(in_mode(untold, "true")), no, "declined x// intent=succeeded"},
      {Expect::intent, 402, error(in_mode(untold, "false")), "declined x// intent=succeeded", no},
      {Expect::intents, 200, list_json(in_mode(untold, "true"), false), no, "intents 1"},
      {Expect::intents, 200,
       list_json(in_mode(untold, "true") + "," + in_mode(untold, "false"), false), no, no},
      {Expect::intents, 200, list_json(R"({"id":"x","object":"new","livemode":true})", false), no,
       "intents 0"},
      {Expect::disputes, 200, list_json(in_mode(dispute, "true"), false), no, "disputes 1"},
      {Expect::disputes, 200, list_json(in_mode(dispute, "false"), false), "disputes 1", no},
      {Expect::disputes, 200, list_json(dispute, false), "disputes 1", no},
      // Stripe's refunds do not tell; should they once, it counts.
      {Expect::refund, 200, refund_json, "refund failed", "refund failed"},
      {Expect::refund, 200, in_mode(refund_json, "true"), no, "refund failed"},
      {Expect::refund, 200, in_mode(refund_json, "false"), "refund failed", no},
      {Expect::refunds, 200, list_json(in_mode(refund_json, "true"), false), no, "refunds 1"},
      {Expect::refunds, 200, list_json("", false), "refunds 0", "refunds 0"},
      {Expect::intent, 503, "", "unknown", "unknown"},
  };
  for (const Row& row : rows) {
    INFO(row.body.substr(0, 140));
    const HttpResponse response{row.status, {}, row.body, false};
    CHECK(line_of(classify(row.expect, response, false).answer) == row.in_test);
    CHECK(line_of(classify(row.expect, response, true).answer) == row.in_live);
  }
}

TEST_CASE("classify: what a call expects follows from its kind and target", "[stripe]") {
  CHECK(expect_of(CallKind::send, "POST /v1/refunds") == Expect::refund);
  CHECK(expect_of(CallKind::send, "POST /v1/payment_intents") == Expect::intent);
  CHECK(expect_of(CallKind::send, "POST /v1/payment_intents/pi_1/cancel") == Expect::intent);
  CHECK(expect_of(CallKind::read_intent, "") == Expect::intent);
  CHECK(expect_of(CallKind::list_intents, "") == Expect::intents);
  CHECK(expect_of(CallKind::read_refund, "") == Expect::refund);
  CHECK(expect_of(CallKind::list_refunds, "") == Expect::refunds);
  CHECK(expect_of(CallKind::list_disputes, "") == Expect::disputes);
  CHECK(expect_of(CallKind::page, "") == Expect::page);
}

TEST_CASE("classify: a reason for people holds no secret", "[stripe]") {
  const std::string body =
      R"({"error":{"type":"invalid_request_error","message":"Invalid API Key: sk_test_abc"}})";
  const HttpResponse response{401, {}, body, false};
  const Answer answer = classify(Expect::intent, response, false).answer;
  CHECK(std::get<answer::Unauthorized>(answer).why ==
        "401 invalid_request_error: Invalid API Key: sk_test_***");
}

TEST_CASE("objects: an intent is read field by field", "[stripe]") {
  const auto intent = std::get<IntentObject>(read_body(intent_json).body);
  const Currency eur = Currency::parse("EUR").value();
  CHECK(intent == IntentObject{IntentId::of("pi_1"), IntentStatus::succeeded, Money{1999, eur},
                               1999, ChargeId::of("ch_1"), std::nullopt, "ord_7", 2, "abcdefghij",
                               false, Time{seconds{1'700'000'000}}});

  const auto refund = std::get<RefundObject>(read_body(refund_json).body);
  CHECK(refund == RefundObject{ProviderRefundId::of("re_1"), RefundStatus::failed, Money{500, eur},
                               "lost_or_stolen_card", "ref_3", 1, "abcdefghij",
                               Time{seconds{1'700'000'001}}});
}

TEST_CASE("objects: reading is lenient where nothing depends on it", "[stripe]") {
  const auto body =
      read_body(R"({"id":"pi_2","object":"payment_intent","amount":5,"currency":"JPY",)"
                R"("status":"expired",)"
                R"("latest_charge":{"id":"ch_9","object":"charge"},"metadata":{"attempt":"many"},)"
                R"("last_payment_error":{"code":"card_declined","decline_code":"lost_card",)"
                R"("charge":"ch_9"},"created":-5})")
          .body;
  const auto& intent = std::get<IntentObject>(body);
  CHECK(intent.status == IntentStatus::other);
  CHECK(intent.latest_charge == ChargeId::of("ch_9"));
  CHECK(intent.last_error == Decline{"card_declined", "lost_card", "", ChargeId::of("ch_9")});
  CHECK(intent.attempt == 0);
  CHECK(intent.created == Time{});
  CHECK(intent.order.empty());
  const auto refund =
      read_body(R"({"id":"re_2","object":"refund","amount":5,"currency":"usd","status":null})")
          .body;
  CHECK(std::get<RefundObject>(refund).status == RefundStatus::other);
}

TEST_CASE("objects: a dispute's status and transactions say how it stands", "[stripe]") {
  struct Row {
    std::string_view status;
    std::string_view moved;
    DisputeState state;
    DisputeFunds funds;
  };
  constexpr std::string_view taken = R"({"amount":-500})";
  constexpr std::string_view both = R"({"amount":-500},{"amount":500})";
  for (const Row& row : {
           Row{"warning_needs_response", "", DisputeState::inquiry, DisputeFunds::untouched},
           Row{"warning_under_review", "", DisputeState::inquiry, DisputeFunds::untouched},
           Row{"warning_closed", "", DisputeState::inquiry_closed, DisputeFunds::untouched},
           Row{"needs_response", taken, DisputeState::opened, DisputeFunds::withdrawn},
           Row{"under_review", taken, DisputeState::opened, DisputeFunds::withdrawn},
           Row{"won", both, DisputeState::won, DisputeFunds::reinstated},
           Row{"lost", taken, DisputeState::lost, DisputeFunds::withdrawn},
           Row{"prevented", "", DisputeState::inquiry_closed, DisputeFunds::untouched},
           Row{"prevented", taken, DisputeState::lost, DisputeFunds::withdrawn},
           Row{"something_new", taken, DisputeState::opened, DisputeFunds::withdrawn},
       }) {
    INFO(row.status);
    const std::string json = R"({"id":"dp_1","object":"dispute","amount":500,"currency":"eur",)"
                             R"("reason":"fraudulent","created":1700000000,"status":")" +
                             std::string{row.status} + R"(","balance_transactions":[)" +
                             std::string{row.moved} +
                             R"(],"evidence_details":{"due_by":1700000900}})";
    const auto page = std::get<ListPage>(read_body(list_json(json, false)).body);
    REQUIRE(page.disputes.size() == 1);
    CHECK(page.disputes[0] == DisputeObject{.id = DisputeId::of("dp_1"),
                                            .state = row.state,
                                            .funds = row.funds,
                                            .amount = {500, Currency::parse("EUR").value()},
                                            .reason = "fraudulent",
                                            .created = Time{seconds{1'700'000'000}},
                                            .evidence_due_at = Time{seconds{1'700'000'900}}});
  }
}

TEST_CASE("objects: an object without identity or money is unreadable", "[stripe]") {
  const std::string_view bodies[] = {
      R"({"object":"payment_intent","amount":5,"currency":"eur","status":"succeeded"})",
      R"({"id":"","object":"payment_intent","amount":5,"currency":"eur","status":"succeeded"})",
      R"({"id":"pi 2","object":"payment_intent","amount":5,"currency":"eur","status":"succeeded"})",
      R"({"id":"pi_2","object":"payment_intent","amount":5.5,"currency":"eur",)"
      R"("status":"succeeded"})",
      R"({"id":"pi_2","object":"payment_intent","amount":"5","currency":"eur",)"
      R"("status":"succeeded"})",
      R"({"id":"pi_2","object":"payment_intent","amount":99999999999999999999,"currency":"eur"})",
      R"({"id":"pi_2","object":"payment_intent","amount":5,"currency":"xx","status":"succeeded"})",
      R"({"id":"pi_2","object":"payment_intent","amount":5,"currency":"eur"})",
      R"({"id":"re_2","object":"refund","currency":"eur","status":"succeeded"})",
      R"({"id":"x","object":"charge"})",
      "{}",
      "null",
      "\"x\"",
      "{\"id\":\"\xFF\"}",
      "{",
      " ",
  };
  for (const auto body : bodies) {
    INFO(body);
    CHECK(std::holds_alternative<Unreadable>(read_body(body).body));
  }
  CHECK(std::holds_alternative<Unreadable>(read_body(std::string(100'000, '[')).body));
}

}  // namespace paysaga::engine::stripe
