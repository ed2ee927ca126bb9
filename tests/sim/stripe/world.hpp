#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "paysaga/sim/stripe/model.hpp"

namespace paysaga::sim::stripe {

/// One value out of JSON, found by a path of names and places: "error.payment_intent.status",
/// "data.0.id". Texts come as they are, null as "null", absent ones as "absent".
inline std::string at(const std::string& json, std::string_view path) {
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  if (parser.parse(json).get(element) != simdjson::SUCCESS) return "unreadable";
  std::string pointer = "/" + std::string{path};
  for (char& c : pointer) c = c == '.' ? '/' : c;
  simdjson::dom::element found;
  if (element.at_pointer(pointer).get(found) != simdjson::SUCCESS) return "absent";
  std::string_view text;
  if (found.get(text) == simdjson::SUCCESS) return std::string{text};
  return simdjson::minify(found);
}

/// A model in virtual time that writes its records down, and short names for what tests ask of it.
struct World {
  explicit World(const ModelOptions& given = {}) : options{given}, model{given} {}

  Answer send(std::string method, std::string target, std::string body = {}, std::string key = {}) {
    Request request{std::move(method),
                    std::move(target),
                    std::move(body),
                    "Bearer sk_test_paysaga",
                    std::move(key),
                    {},
                    {}};
    return serve(std::move(request));
  }
  Answer serve(Request request) {
    const Course course = model.arrive(std::move(request), now);
    return finish(course);
  }
  Answer finish(const Course& course) {
    if (const auto record = model.record(course, now)) records.push_back(*record);
    return model.execute(course, now);
  }
  Answer post(std::string target, std::string body = {}, std::string key = {}) {
    return send("POST", std::move(target), std::move(body), std::move(key));
  }
  Answer get(std::string target) { return send("GET", std::move(target)); }

  Answer create(const std::string& order, const std::string& more = {}, std::string key = {}) {
    return post("/v1/payment_intents",
                "amount=4200&currency=eur&payment_method_types[]=card&metadata[ledger]=l&"
                "metadata[order_id]=" +
                    order + more,
                std::move(key));
  }
  Answer confirm(const std::string& id, const std::string& method = "pm_card_visa",
                 std::string key = {}) {
    return post("/v1/payment_intents/" + id + "/confirm",
                method.empty() ? "" : "payment_method=" + method, std::move(key));
  }
  Answer cancel(const std::string& id, std::string key = {}) {
    return post("/v1/payment_intents/" + id + "/cancel", {}, std::move(key));
  }
  Answer capture(const std::string& id, const std::string& body = {}, std::string key = {}) {
    return post("/v1/payment_intents/" + id + "/capture", body, std::move(key));
  }
  /// What somebody does by hand to the object of that id.
  Answer play(const std::string& id, const std::string& act) {
    return post("/_sim/play/" + id, "act=" + act);
  }
  /// Lets time pass.
  void wait(Duration duration) {
    now += duration;
    model.settle(now);
  }
  /// The types of all events that this was not asked about before: "a b c".
  std::string told() {
    std::string types;
    const Events& events = model.account().events();
    for (; told_ < events.end(); ++told_) {
      types += (types.empty() ? "" : " ") + std::string{events.find(told_)->type};
    }
    return types;
  }
  Answer retrieve(const std::string& id) { return get("/v1/payment_intents/" + id); }
  /// The id of a new intent, paid with that method unless it is empty.
  std::string intent(const std::string& order, const std::string& method = {}) {
    std::string id = at(create(order).body, "id");
    if (!method.empty()) confirm(id, method);
    return id;
  }
  Answer refund(const std::string& intent, const std::string& more = {}, std::string key = {}) {
    return post("/v1/refunds", "payment_intent=" + intent + more, std::move(key));
  }
  std::uint64_t violations(Violation violation) const {
    return model.books().violations(violation);
  }
  void set_rate(Fault fault, double rate) {
    Faults faults = model.faults();
    faults.rate(fault) = rate;
    model.set_faults(faults);
  }

  ModelOptions options;
  StripeModel model;
  Time now = time_from_micros(1'700'000'000'000'000);
  std::vector<Record> records;

 private:
  Index told_ = 0;
};

/// "400 payment_intent_unexpected_state", "402 card_declined", "200 succeeded".
inline std::string outcome(const Answer& answer) {
  std::string text = std::to_string(answer.status) + ' ';
  if (answer.status == 200) return text + at(answer.body, "status");
  const std::string code = at(answer.body, "error.code");
  return text + (code == "absent" ? at(answer.body, "error.type") : code);
}

}  // namespace paysaga::sim::stripe
