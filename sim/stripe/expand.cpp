#include "paysaga/sim/stripe/expand.hpp"

#include <algorithm>
#include <array>

namespace paysaga::sim::stripe {
namespace {

constexpr std::int64_t levels_max = 4;
constexpr Expand charge{.charge = true};
constexpr Expand intent{.intent = true};
constexpr Expand method{.method = true};
constexpr Expand transaction{.transaction = true};

constexpr std::array of_intent{
    ExpandPath{"latest_charge", charge},
    ExpandPath{"latest_charge.balance_transaction", {.charge = true, .charge_transaction = true}},
    ExpandPath{"payment_method", method}};
constexpr std::array of_charge{
    ExpandPath{"payment_intent", intent}, ExpandPath{"balance_transaction", transaction},
    ExpandPath{"payment_intent.payment_method", {.intent = true, .method = true}}};
constexpr std::array of_refund{
    ExpandPath{"charge", charge},
    ExpandPath{"charge.balance_transaction", {.charge = true, .charge_transaction = true}},
    ExpandPath{"payment_intent", intent},
    ExpandPath{"payment_intent.latest_charge", {.intent = true, .intent_charge = true}},
    ExpandPath{"payment_intent.payment_method", {.intent = true, .method = true}},
    ExpandPath{"balance_transaction", transaction}};
constexpr std::array of_dispute{ExpandPath{"charge", charge}, ExpandPath{"payment_intent", intent}};
constexpr std::array of_transaction{ExpandPath{"source", {.source = true}}};

}  // namespace

Checked<Expand> read_expand(const Form& form, std::span<const ExpandPath> paths,
                            std::string_view prefix) {
  Expand expand;
  for (const std::string_view one : form.all("expand[]")) {
    const auto refuse = [&](const std::string& why) {
      return tl::unexpected{parameter_error("", "expand", why)};
    };
    if (std::count(one.begin(), one.end(), '.') >= levels_max) {
      return refuse("You cannot expand more than 4 levels of a property (" + std::string{one} +
                    ").");
    }
    const auto found = std::find_if(paths.begin(), paths.end(), [&](const ExpandPath& path) {
      return one.starts_with(prefix) && one.substr(prefix.size()) == path.path;
    });
    if (found == paths.end()) {
      return refuse("This property cannot be expanded (" + std::string{one} +
                    "), or this simulator does not do it yet.");
    }
    expand.add(found->shows);
  }
  return expand;
}

std::span<const ExpandPath> intent_paths() {
  return of_intent;
}

std::span<const ExpandPath> charge_paths() {
  return of_charge;
}

std::span<const ExpandPath> refund_paths() {
  return of_refund;
}

std::span<const ExpandPath> dispute_paths() {
  return of_dispute;
}

std::span<const ExpandPath> transaction_paths() {
  return of_transaction;
}

}  // namespace paysaga::sim::stripe
